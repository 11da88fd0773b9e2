"""The course of a mock interview, from its record alone: what comes next, and how much time is left.

- Questions come in their order. A follow-up comes after an answer that left a gap, while the interview allows more.
- What was said is judged before the next follow-up, for that is aimed at what is lacking. Where no follow-up can come
  of it the judgement waits for the end, so that nobody waits for a verdict that is not shown yet.
- A follow-up that is left out ends the question. A judge that failed asks nothing.
- An interview that was ended asks nothing more; what was answered is still judged.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.critique.feedback import FollowUp
from coach.practice.record import Attempt, Interview, InterviewQuestion


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class NextQuestion(_Value):
    """A question is to be answered."""

    place: int
    """From 1 on."""
    of: int
    question_id: str
    question: str


class NextFollowUp(_Value):
    """A follow-up on an answer is to be answered."""

    place: int
    of: int
    number: int
    """Which one on this answer, from 1 on."""
    follow_up: FollowUp


class Judging(_Value):
    """Something that was said is to be judged, unseen."""

    place: int
    of: int
    attempt_id: str
    what: Literal["answer", "follow_up"]
    """`follow_up`: the last one that was answered."""


class Over(_Value):
    """Nothing is left to do but to look at the report."""


Step = NextQuestion | NextFollowUp | Judging | Over


def next_step(interview: Interview) -> Step:
    """What comes next."""
    of = len(interview.questions)
    waiting: Judging | None = None
    for place, one in enumerate(interview.questions, 1):
        if one.attempt is None:
            if not one.skipped and interview.ended is None:
                return NextQuestion(place=place, of=of, question_id=one.question_id, question=one.question)
            continue
        what = unjudged(one)
        follow_up = _follow_up(interview, one)
        if what is not None:
            judging = Judging(place=place, of=of, attempt_id=one.attempt.id, what=what)
            if _may_follow(interview, one.attempt):
                return judging
            waiting = waiting or judging
        elif follow_up is not None:
            return NextFollowUp(place=place, of=of, number=len(one.attempt.follow_ups) + 1, follow_up=follow_up)
    return waiting or Over()


def remaining(interview: Interview, now: datetime) -> float | None:
    """Seconds left for the current question, below 0 when they are over; None without a clock or a question.

    The clock runs from when the question was first shown, also while the interview is paused. Follow-ups have none.
    """
    step = next_step(interview)
    if interview.seconds is None or not isinstance(step, NextQuestion):
        return None
    asked = interview.questions[step.place - 1].asked
    return interview.seconds - (0.0 if asked is None else (now - asked).total_seconds())


def unjudged(one: InterviewQuestion) -> Literal["answer", "follow_up"] | None:
    """What of a question waits for its judgement."""
    attempt = one.attempt
    if attempt is None or one.moved_on:
        return None
    if attempt.feedback is None:
        return "answer"
    # A judged follow-up has brought the next one, which is on another key point, or none.
    if attempt.follow_ups and attempt.feedback.follow_up == attempt.follow_ups[-1].follow_up:
        return "follow_up"
    return None


def _may_follow(interview: Interview, attempt: Attempt) -> bool:
    return interview.ended is None and len(attempt.follow_ups) < interview.follow_ups


def _follow_up(interview: Interview, one: InterviewQuestion) -> FollowUp | None:
    attempt = one.attempt
    if attempt is None or attempt.feedback is None or one.moved_on or not _may_follow(interview, attempt):
        return None
    asked = [earlier.follow_up for earlier in attempt.follow_ups]
    follow_up = attempt.feedback.follow_up
    return None if follow_up in asked or attempt.feedback.has_failed else follow_up
