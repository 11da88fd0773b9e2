"""What came of a mock interview, from the interview alone.

One rule for what was not answered: the score is the mean over the questions that have one, and a question that was
skipped, not reached or not judged has none. How many these are stands beside the score, always; none of them is a 0.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from statistics import fmean
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.bank.question import Weight
from coach.critique.feedback import Feedback, Label, Verdict
from coach.critique.followups import urgency
from coach.critique.scoring import score
from coach.practice.record import Attempt, Choice, Interview, InterviewQuestion

_FIRST = 3


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class NoScore(StrEnum):
    """Why an interview has no score. Screens translate these sentences."""

    NOTHING_ANSWERED = "no question was answered"
    NOTHING_GRADED = "no key point of any answer was graded"


class FollowedUp(_Value):
    """What the answer to a follow-up gained."""

    question: str
    answer: str
    key_point_id: str
    was: Label | None
    """The verdict before; None where it is not known."""
    now: Label | None
    """None where the key point has no verdict any more."""
    gained: float | None
    """Share of the key point, -1 to 1; None where it was or is ungraded."""


class Asked(_Value):
    """A question and what came of it."""

    place: int
    """From 1 on."""
    question_id: str
    question: str
    topic: str
    """Empty where the question has left the banks."""
    outcome: Literal["answered", "skipped", "not_reached"]
    attempt_id: str | None
    score: float | None
    """0 to 1; None where it was not answered, or nothing was graded."""
    judge: Literal["llm", "offline"] | None
    verdicts: tuple[Label, ...]
    """In the order of its key points; empty where it was not judged."""
    seconds: float | None
    """From when it was first shown to its answer, pauses counted; None where it was not answered."""
    seconds_over: float | None
    """How far that is above the clock; None where it is not, or there was no clock."""
    follow_ups: tuple[FollowedUp, ...]


class TopicScore(_Value):
    """The questions of a topic."""

    topic: str
    questions: int
    answered: int
    score: float | None
    """Mean over those that have one, 0 to 1."""


class ToPractise(_Value):
    """A key point that is worth the next look."""

    key_point_id: str
    question_id: str
    text: str
    weight: Weight
    verdict: Label
    missing_part: str
    advice: str


class InterviewReport(_Value):
    """All of it. It dumps to JSON."""

    id: str
    created: datetime
    """UTC."""
    choice: Choice
    topic: str
    seed: int
    clock: int | None
    """Seconds for each question; None: there was no clock."""
    score: float | None
    """Mean over the questions that have one, 0 to 1."""
    reason: NoScore | None
    """Why there is none."""
    questions: int
    answered: int
    skipped: int
    not_reached: int
    without_score: int
    """Of those answered."""
    over_time: int
    """Of those answered."""
    seconds: float | None
    """Of all answers together; None where none has a time."""
    vital: Mapping[Label, int]
    """How many vital key points of the answers have each verdict."""
    okay: Mapping[Label, int]
    """The same for the other key points."""
    topics: tuple[TopicScore, ...]
    """In the order they were asked."""
    asked: tuple[Asked, ...]
    strongest: int | None
    """The place of the question with the best score; None where fewer than two have one, or all have the same."""
    weakest: int | None
    practise_first: tuple[ToPractise, ...]
    """At most three: contradicted, then missing vital, then partial, then missing ones."""


def report_of(interview: Interview, topics: Mapping[str, str]) -> InterviewReport:
    """The report of an interview as it stands. `topics` holds those of the banks' questions, by their id."""
    asked = tuple(_asked(place, one, interview.seconds, topics) for place, one in enumerate(interview.questions, 1))
    scored = [one for one in asked if one.score is not None]
    outcomes = Counter(one.outcome for one in asked)
    verdicts = [(one.question_id, verdict) for one in interview.questions for verdict in _verdicts(one)]
    times = [one.seconds for one in asked if one.seconds is not None]
    return InterviewReport(
        **interview.model_dump(include={"id", "created", "choice", "topic", "seed"}),
        clock=interview.seconds,
        score=_mean(asked),
        reason=None if scored else NoScore.NOTHING_GRADED if outcomes["answered"] else NoScore.NOTHING_ANSWERED,
        questions=len(asked),
        answered=outcomes["answered"],
        skipped=outcomes["skipped"],
        not_reached=outcomes["not_reached"],
        without_score=outcomes["answered"] - len(scored),
        over_time=sum(one.seconds_over is not None for one in asked),
        seconds=sum(times) if times else None,
        vital=_counts(verdict for _, verdict in verdicts if verdict.weight is Weight.VITAL),
        okay=_counts(verdict for _, verdict in verdicts if verdict.weight is Weight.OKAY),
        topics=_by_topic(asked),
        asked=asked,
        strongest=_extreme(scored, best=True),
        weakest=_extreme(scored, best=False),
        practise_first=_practise_first(verdicts),
    )


def _asked(place: int, one: InterviewQuestion, clock: int | None, topics: Mapping[str, str]) -> Asked:
    attempt = one.attempt
    feedback = attempt.feedback if attempt else None
    used = _seconds(one, attempt)
    is_over = used is not None and clock is not None and used > clock
    return Asked(
        place=place,
        question_id=one.question_id,
        question=one.question,
        topic=topics.get(one.question_id, ""),
        outcome="answered" if attempt else "skipped" if one.skipped else "not_reached",
        attempt_id=attempt.id if attempt else None,
        score=feedback.score if feedback else None,
        judge=feedback.judge if feedback else None,
        verdicts=tuple(verdict.verdict for verdict in _verdicts(one)),
        seconds=used,
        seconds_over=used - clock if used is not None and clock is not None and is_over else None,
        follow_ups=_followed_up(attempt) if attempt else (),
    )


def _seconds(one: InterviewQuestion, attempt: Attempt | None) -> float | None:
    if one.asked is None or attempt is None:
        return None
    return max(0.0, (attempt.created - one.asked).total_seconds())  # a machine's clock may be set back


def _verdicts(one: InterviewQuestion) -> Sequence[Verdict]:
    return one.attempt.feedback.key_points if one.attempt and one.attempt.feedback else ()


def _followed_up(attempt: Attempt) -> tuple[FollowedUp, ...]:
    return tuple(
        FollowedUp(
            question=one.follow_up.question,
            answer=one.answer,
            key_point_id=one.follow_up.key_point_id,
            was=one.was,
            now=now.verdict if now else None,
            gained=_gained(now, one.was),
        )
        for one in attempt.follow_ups
        for now in [_verdict_on(attempt.feedback, one.follow_up.key_point_id)]
    )


def _verdict_on(feedback: Feedback | None, key_point_id: str) -> Verdict | None:
    return next((one for one in feedback.key_points if one.id == key_point_id), None) if feedback else None


def _gained(now: Verdict | None, was: Label | None) -> float | None:
    if now is None or was is None:
        return None
    after, before = score([now]), score([now.model_copy(update={"verdict": was})])
    return None if after is None or before is None else after - before


def _mean(asked: Iterable[Asked]) -> float | None:
    scores = [one.score for one in asked if one.score is not None]
    return fmean(scores) if scores else None


def _counts(verdicts: Iterable[Verdict]) -> Mapping[Label, int]:
    counts = Counter(verdict.verdict for verdict in verdicts)
    return {label: counts[label] for label in Label}


def _by_topic(asked: Iterable[Asked]) -> tuple[TopicScore, ...]:
    topics: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        topics[one.topic].append(one)
    return tuple(
        TopicScore(
            topic=topic,
            questions=len(its),
            answered=sum(one.outcome == "answered" for one in its),
            score=_mean(its),
        )
        for topic, its in topics.items()
    )


def _extreme(scored: Sequence[Asked], best: bool) -> int | None:
    scores = {one.place: one.score for one in scored if one.score is not None}
    if len(set(scores.values())) < 2:
        return None
    return (max if best else min)(scores, key=lambda place: scores[place])


def _practise_first(verdicts: Sequence[tuple[str, Verdict]]) -> tuple[ToPractise, ...]:
    """Where the order says nothing, vital comes before the others, and what was asked earlier comes first."""
    gaps = [
        (rank, verdict.weight is not Weight.VITAL, place, question_id, verdict)
        for place, (question_id, verdict) in enumerate(verdicts)
        if verdict.verdict is not Label.UNGRADED and (rank := urgency(verdict)) is not None
    ]
    return tuple(
        ToPractise(
            key_point_id=verdict.id,
            question_id=question_id,
            **verdict.model_dump(include={"text", "weight", "verdict", "missing_part", "advice"}),
        )
        for *_, question_id, verdict in sorted(gaps, key=lambda gap: gap[:3])[:_FIRST]
    )
