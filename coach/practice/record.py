"""The port to the record: what a person wrote and what was said about it. Nothing is judged before it is in here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from coach.critique.feedback import Feedback, FollowUp, Label
from coach.customer.debrief import Debrief
from coach.customer.mood import StopReason
from coach.customer.scenario import Scenario
from coach.customer.turns import Exchange, Intensity


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


class RolePlay(_Value):
    """One role-play, whole or on its way."""

    id: str
    created: datetime
    """UTC."""
    scenario: Scenario
    """The card as it stood when it began: a later change of the file does not change what was played."""
    difficulty: int
    seed: int
    intensity: Intensity
    exam: bool = False
    """Whether what each turn did is shown only at the end."""
    exchanges: tuple[Exchange, ...] = ()
    pending: str | None = None
    """The candidate's last turn, where the customer has not answered it yet."""
    hints: int = 0
    """How many were asked for."""
    end: StopReason | None = None
    debrief: Debrief | None = None
    branched_from: str | None = None
    """The role-play that this one tries again from one of its turns."""


class Record(Protocol):
    """Where attempts are kept. A method has committed when it returns, and raises RecordUnavailable when it can't."""

    def add_attempt(self, question_id: str, question: str, answer: str) -> Attempt:
        """Keeps an answer, before anybody judges it."""
        ...

    def attempt(self, attempt_id: str) -> Attempt | None:
        """One attempt; None where there is none of this id."""
        ...

    def attempts(self, limit: int | None) -> Sequence[Attempt]:
        """The newest attempts, newest first; all of them where the limit is None."""
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

    def add_role_play(
        self,
        scenario: Scenario,
        difficulty: int,
        seed: int,
        intensity: Intensity,
        exam: bool = False,
        exchanges: Sequence[Exchange] = (),
        branched_from: str | None = None,
    ) -> RolePlay:
        """Begins a role-play, with the exchanges of an earlier one where it tries again from there."""
        ...

    def role_play(self, role_play_id: str) -> RolePlay | None:
        """One role-play; None where there is none of this id."""
        ...

    def role_plays(self, limit: int | None) -> Sequence[RolePlay]:
        """The newest role-plays, newest first; all of them where the limit is None."""
        ...

    def add_turn(self, role_play_id: str, number: int, said: str) -> None:
        """Keeps a turn of the candidate, before anybody reads it. `number` counts from 1.

        Raises InputError where this turn was said already, in another window for one, or the role-play has ended.
        """
        ...

    def answer_turn(self, role_play_id: str, number: int, exchange: Exchange) -> None:
        """Keeps what came of a turn; an answered turn keeps its first answer. A step may end it."""
        ...

    def count_hint(self, role_play_id: str) -> None:
        """Keeps that a hint was given."""
        ...

    def end_role_play(self, role_play_id: str, end: StopReason) -> None:
        """Ends a role-play; one that has ended keeps its reason."""
        ...

    def set_debrief(self, role_play_id: str, debrief: Debrief) -> None:
        """Keeps the debrief; a later one replaces it."""
        ...
