"""The tables of the record, and how text and time are kept in them."""

import re
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import DateTime, Dialect, Double, ForeignKey, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

REVISION = "0003"
"""Of the tables below; the newest script in `migrations/` leads to it."""

_ESCAPED = re.compile(r"[\\\0\ud800-\udfff]")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


def escape(found: re.Match[str]) -> str:
    """The code of a character, as it is written where the character itself is refused."""
    return f"\\u{ord(found[0]):04x}"


class Letters(TypeDecorator[str]):
    """Text to the letter: what databases refuse (halves of characters; PostgreSQL: NUL) is stored as its code."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What is stored for a text."""
        return None if value is None else _ESCAPED.sub(escape, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The text of what is stored."""
        return None if value is None else _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value)


class Utc(TypeDecorator[datetime]):
    """A point in time. SQLite keeps no time zone, so it must go in as UTC, and comes out as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time with its zone."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(DeclarativeBase):
    """A row of any table."""

    type_annotation_map: ClassVar[dict[object, object]] = {str: Letters, datetime: Utc, float: Double()}


class FollowUpRow(Row):
    """An answered follow-up question of an attempt."""

    __tablename__ = "follow_up_answers"

    number: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(ForeignKey("attempts.number"), index=True)
    question: Mapped[str]
    key_point_id: Mapped[str]
    source: Mapped[str]
    answer: Mapped[str]
    was: Mapped[str | None]
    """The verdict on its key point when it was answered."""


class SelfRatingRow(Row):
    """The candidate's own rating of a key point."""

    __tablename__ = "self_ratings"

    attempt: Mapped[int] = mapped_column(ForeignKey("attempts.number"), primary_key=True)
    key_point_id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]


class DisagreementRow(Row):
    """What the candidate holds to be right instead of a verdict."""

    __tablename__ = "disagreements"

    attempt: Mapped[int] = mapped_column(ForeignKey("attempts.number"), primary_key=True)
    key_point_id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    why: Mapped[str]


class EarlierFeedbackRow(Row):
    """A feedback that a later judgement has replaced."""

    __tablename__ = "earlier_feedback"

    number: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(ForeignKey("attempts.number"), index=True)
    feedback: Mapped[str] = mapped_column(Text)
    """JSON."""


class AttemptRow(Row):
    """An answered question."""

    __tablename__ = "attempts"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(index=True)
    question_id: Mapped[str]
    question: Mapped[str]
    answer: Mapped[str]
    feedback: Mapped[str | None] = mapped_column(Text)
    """JSON."""
    person: Mapped[str] = mapped_column(index=True, server_default="local")
    interview: Mapped[str | None] = mapped_column(index=True)
    """Id of the mock interview in which it was answered."""
    place: Mapped[int | None]
    follow_ups: Mapped[list[FollowUpRow]] = relationship(lazy="selectin", order_by=FollowUpRow.number)
    self_ratings: Mapped[list[SelfRatingRow]] = relationship(lazy="selectin")
    disagreements: Mapped[list[DisagreementRow]] = relationship(lazy="selectin")
    earlier: Mapped[list[EarlierFeedbackRow]] = relationship(lazy="selectin", order_by=EarlierFeedbackRow.number)


class RolePlayTurnRow(Row):
    """A turn of the candidate in a role-play. Turns are numbered from 1 on without a gap."""

    __tablename__ = "role_play_turns"

    role_play: Mapped[int] = mapped_column(ForeignKey("role_plays.number"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    said: Mapped[str]
    exchange: Mapped[str | None]
    """JSON; NULL while the turn waits for its answer."""


class RolePlayRow(Row):
    """A role-play."""

    __tablename__ = "role_plays"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(index=True)
    scenario: Mapped[str]
    """JSON."""
    difficulty: Mapped[int]
    seed: Mapped[str]
    """As text: a seed may be larger than a database's integer."""
    intensity: Mapped[str]
    exam: Mapped[bool]
    hints: Mapped[int]
    end: Mapped[str | None]
    debrief: Mapped[str | None]
    """JSON."""
    branched_from: Mapped[str | None]
    person: Mapped[str] = mapped_column(index=True, server_default="local")
    turns: Mapped[list[RolePlayTurnRow]] = relationship(lazy="selectin", order_by=RolePlayTurnRow.number)


class InterviewQuestionRow(Row):
    """A question of a mock interview; places are numbered from 1 on without a gap."""

    __tablename__ = "interview_questions"

    interview: Mapped[int] = mapped_column(ForeignKey("interviews.number"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question_id: Mapped[str]
    question: Mapped[str]
    asked: Mapped[datetime | None]
    skipped: Mapped[bool]
    moved_on: Mapped[bool]


class InterviewRow(Row):
    """A mock interview."""

    __tablename__ = "interviews"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str] = mapped_column(index=True)
    created: Mapped[datetime] = mapped_column(index=True)
    choice: Mapped[str]
    topic: Mapped[str]
    seed: Mapped[str]
    """As text, as in `role_plays`."""
    follow_ups: Mapped[int]
    seconds: Mapped[int | None]
    ended: Mapped[datetime | None]
    questions: Mapped[list[InterviewQuestionRow]] = relationship(lazy="selectin", order_by=InterviewQuestionRow.place)


class PersonRow(Row):
    """Somebody who practises."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    created: Mapped[datetime]
    preferences: Mapped[str]
    """JSON."""


class DraftRow(Row):
    """What somebody is writing."""

    __tablename__ = "drafts"

    person: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


class ModelCallRow(Row):
    """A call of a model for a piece of work: counted before it is made, with what came of it."""

    __tablename__ = "model_calls"

    number: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(index=True)
    job: Mapped[str] = mapped_column(index=True)
    created: Mapped[datetime]
    asked: Mapped[str]
    """Fingerprint of what was asked."""
    reply: Mapped[str | None]
    """JSON; NULL where none came, or none came yet."""
    calls: Mapped[int]
    """Requests that the model answered."""
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost_usd: Mapped[float | None]
    seconds: Mapped[float]


class BankRow(Row):
    """An imported bank."""

    __tablename__ = "banks"

    folded_name: Mapped[str] = mapped_column(primary_key=True)
    """By which two names count as the same."""
    name: Mapped[str]
    content: Mapped[str]
    """JSON."""
    version: Mapped[int]
    """Counts the changes."""
