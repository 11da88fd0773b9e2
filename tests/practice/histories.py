"""Answers and role-plays as a record gives them, made by hand and at random."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import strategies as st

from coach.bank.question import Bank, KeyPoint, Question, Source, Weight
from coach.chat import Usage
from coach.critique.feedback import Evidence, Feedback, FollowUp, Label, Reason, Verdict, Versions
from coach.critique.scoring import score
from coach.customer.mood import StopReason
from coach.customer.turns import Exchange, Intensity
from coach.practice.record import Attempt, FollowUpAnswer, Interview, RolePlay
from tests.practice.role_play_parts import SCENARIO, debrief

COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = Label
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def question(question_id: str, points: int, topic: str = "情绪", answer: str = "先稳住自己。") -> Question:
    return Question(
        id=question_id,
        question=f"{question_id}？",
        topic=topic,
        answer=answer,
        key_points=tuple(KeyPoint(id=f"{question_id}.{n}", text=f"要点{n}") for n in range(1, points + 1)),
        source=Source(kind="written"),
    )


def feedback(question_id: str, labels: Sequence[Label], turn: int = 0, judge: Literal["llm", "offline"] = "llm"):
    """A feedback with these verdicts on the points from 1 on; their quotes stand in this turn."""
    quotes = (Evidence(quote="先听", start=0, end=2, status="verified", turn=turn),)
    verdicts = tuple(
        Verdict(
            id=f"{question_id}.{place}",
            text="要点",
            weight=Weight.OKAY,
            verdict=label,
            evidence=() if label in (MISSING, UNGRADED) else quotes,
            reason=Reason.NO_QUOTE if label is UNGRADED else None,
        )
        for place, label in enumerate(labels, 1)
    )
    return Feedback(
        question_id=question_id,
        score=score(verdicts),
        judge=judge,
        key_points=verdicts,
        usage=Usage(calls=0, input_tokens=None, output_tokens=None, cost_usd=None, seconds=0.0),
        versions=Versions(coach="0.1.0", judge="critic", question="v1", index="f1", retrieved=()),
    )


def attempt(
    *labels: Label,
    question_id: str = "q01",
    days_ago: float = 0,
    own: Mapping[str, Label] | None = None,
    turn: int = 0,
    judge: Literal["llm", "offline"] = "llm",
    name: str = "a",
) -> Attempt:
    """An answer, judged where labels are given; its quotes come from the follow-up where a turn is given."""
    asked = FollowUp(question="然后呢？", key_point_id=f"{question_id}.1", source="template")
    return Attempt(
        id=name,
        created=NOW - days_ago * DAY,
        question_id=question_id,
        question=f"{question_id}？",
        answer="先听他说完。",
        feedback=feedback(question_id, labels, turn, judge) if labels else None,
        follow_ups=(FollowUpAnswer(follow_up=asked, answer="先听"),) * turn,
        self_ratings=own or {},
    )


def role_play(
    *labels: Label,
    question_id: str = "q01",
    days_ago: float = 0,
    turn: int = 1,
    exchanges: Sequence[Exchange] = (),
    name: str = "r",
    branched_from: str | None = None,
) -> RolePlay:
    """A role-play, looked back on where labels are given; what they rest on was said in this turn."""
    looked_back = debrief().model_copy(update={"key_points": (feedback(question_id, labels, turn),)})
    return RolePlay(
        id=name,
        created=NOW - days_ago * DAY,
        scenario=SCENARIO,
        difficulty=3,
        seed=7,
        intensity=Intensity.FIRM,
        exchanges=tuple(exchanges),
        end=StopReason.RESOLVED_COLD if labels else None,
        debrief=looked_back if labels else None,
        branched_from=branched_from,
    )


@dataclass
class Kept:
    """A record that gives what it holds, in the order it holds it."""

    held_attempts: Sequence[Attempt] = ()
    held_role_plays: Sequence[RolePlay] = ()
    held_interviews: Sequence[Interview] = ()

    def interviews(self, limit: int | None) -> Sequence[Interview]:
        return self.held_interviews[:limit]

    def attempts(self, limit: int | None) -> Sequence[Attempt]:
        return self.held_attempts[:limit]

    def role_plays(self, limit: int | None) -> Sequence[RolePlay]:
        return self.held_role_plays[:limit]


@dataclass
class Shelf:
    """A library of one bank."""

    questions: Sequence[Question] = field(default_factory=list)

    def banks(self) -> Sequence[Bank]:
        return [Bank(name="bundled", questions=tuple(self.questions))]


BANK = (question("q01", 3), question("q02", 2, "退款"), question("q03", 0, "开场"), question("q04", 1, "退款"))
_LABELS = st.sampled_from(Label)
_DAYS_AGO = st.floats(0, 60)
_QUESTIONS = st.sampled_from(["q01", "q02", "q03", "q04", "gone"])


@st.composite
def attempts(draw: st.DrawFn) -> Attempt:
    question_id = draw(_QUESTIONS)
    points = st.integers(1, 3).map(lambda place: f"{question_id}.{place}")
    return attempt(
        *draw(st.lists(_LABELS, max_size=3)),
        question_id=question_id,
        days_ago=draw(_DAYS_AGO),
        own=draw(st.dictionaries(points, _LABELS, max_size=3)),
        turn=draw(st.integers(0, 2)),
        judge=draw(st.sampled_from(["llm", "offline"])),
        name=draw(st.uuids().map(str)),
    )


@st.composite
def role_plays(draw: st.DrawFn) -> RolePlay:
    return role_play(
        *draw(st.lists(_LABELS, max_size=3)),
        question_id=draw(_QUESTIONS),
        days_ago=draw(_DAYS_AGO),
        name=draw(st.uuids().map(str)),
    )


HISTORIES = st.builds(Kept, st.lists(attempts(), max_size=8), st.lists(role_plays(), max_size=4))
