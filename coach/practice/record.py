"""The port to the record: what a person wrote and what was said about it. Nothing is judged before it is in here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from coach.critique.feedback import Feedback, FollowUp, Label


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class FollowUpAnswer(_Value):
    """A follow-up question and what the candidate said to it."""

    follow_up: FollowUp
    answer: str


class Attempt(_Value):
    """One answered question."""

    id: str
    created: datetime
    """UTC."""
    question_id: str
    question: str
    """The question as it stood when it was answered."""
    answer: str
    feedback: Feedback | None = None
    """None until it is judged."""
    follow_ups: tuple[FollowUpAnswer, ...] = ()
    """In the order they were asked."""
    self_ratings: Mapping[str, Label] = Field(default_factory=dict)
    """The candidate's own rating by key point id; kept apart from verdicts."""


class Record(Protocol):
    """Where attempts are kept. A method has committed when it returns, and raises RecordUnavailable when it can't."""

    def add_attempt(self, question_id: str, question: str, answer: str) -> Attempt:
        """Keeps an answer, before anybody judges it."""
        ...

    def attempt(self, attempt_id: str) -> Attempt | None:
        """One attempt; None where there is none of this id."""
        ...

    def attempts(self, limit: int) -> Sequence[Attempt]:
        """The newest attempts, newest first."""
        ...

    def set_feedback(self, attempt_id: str, feedback: Feedback) -> None:
        """Keeps the judgement of an attempt; a later one replaces it."""
        ...

    def add_follow_up(self, attempt_id: str, follow_up: FollowUp, answer: str) -> None:
        """Keeps the answer to a follow-up, before anybody judges it."""
        ...

    def rate(self, attempt_id: str, key_point_id: str, label: Label) -> None:
        """Keeps the candidate's own rating of a key point; a later one replaces it."""
        ...
