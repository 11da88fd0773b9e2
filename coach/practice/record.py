"""The port to the record: what a person wrote and what was said about it. Nothing is judged before it is in here."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from coach.bank.question import Question
from coach.critique.feedback import Feedback, FollowUp, Label
from coach.customer.debrief import Debrief
from coach.customer.mood import StopReason
from coach.customer.scenario import Scenario
from coach.customer.turns import Exchange, Intensity

LOCAL = "local"
"""The one person of a machine of one's own: who works at the command line, and in an app that nobody else reaches."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class FollowUpAnswer(_Value):
    """A follow-up question and what the candidate said to it."""

    follow_up: FollowUp
    answer: str
    was: Label | None = None
    """The verdict on its key point when it was answered; None where there was none."""


class Disagreement(_Value):
    """What the candidate holds to be right instead of a verdict."""

    label: Label
    why: str = ""
    """In the candidate's words; may be empty."""


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
    earlier: tuple[Feedback, ...] = ()
    """Feedback that a later judgement of the same answer has replaced, oldest first."""
    follow_ups: tuple[FollowUpAnswer, ...] = ()
    """In the order they were asked."""
    self_ratings: Mapping[str, Label] = Field(default_factory=dict)
    """The candidate's own rating by key point id; kept apart from verdicts."""
    disagreements: Mapping[str, Disagreement] = Field(default_factory=dict)
    """By key point id. They move no score: they are there to be read, and to test judges with."""
    interview: str | None = None
    """The mock interview in which it was answered."""
    place: int | None = None
    """Which of the interview's questions it answers, from 1 on."""


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


class Choice(StrEnum):
    """How the questions of a mock interview are chosen."""

    RANDOM = "random"
    WEAKEST = "weakest"
    DUE = "due"


class InterviewQuestion(_Value):
    """A question of a mock interview."""

    question_id: str
    question: str
    """As it stood when the interview began."""
    asked: datetime | None = None
    """UTC; None until it was first shown. The clock of the question begins here."""
    skipped: bool = False
    attempt: Attempt | None = None
    """None until it is answered."""
    moved_on: bool = False
    """Whether the interview went on from its answer as it stood: the candidate left a follow-up out, or the answer
    can't be judged."""

    @property
    def is_over(self) -> bool:
        """Whether it was answered or skipped."""
        return self.skipped or self.attempt is not None


class Interview(_Value):
    """A mock interview, whole or on its way."""

    id: str
    created: datetime
    """UTC."""
    choice: Choice
    topic: str = ""
    """The topic that all questions are from; empty: from any."""
    seed: int
    follow_ups: int
    """At most so many after each answer."""
    seconds: int | None = None
    """For each question; None: without a clock."""
    questions: tuple[InterviewQuestion, ...]
    ended: datetime | None = None
    """UTC; None while it goes on."""


class Preferences(_Value):
    """What a person has chosen for themselves."""

    language: str = ""
    """`zh` or `en`; empty: as the browser says."""
    interview: date | None = None
    """The day of the real interview."""
    exam: bool = False
    """Whether a role-play shows what each turn did only at the end."""
    intensity: Intensity = Intensity.FIRM
    rate_first: bool = False
    """Whether the candidate rates an answer before seeing the verdicts."""


class Practice(_Value):
    """All that a person practised, each kind newest first."""

    answers: tuple[Attempt, ...] = ()
    """Those of interviews too."""
    role_plays: tuple[RolePlay, ...] = ()
    interviews: tuple[Interview, ...] = ()


class Record(Protocol):
    """What one person practised. A method has committed when it returns, and raises RecordUnavailable when it can't.

    Nothing of another person is ever read or changed: their ids are ids that are not there.
    """

    @property
    def person(self) -> str:
        """Whose record it is."""
        ...

    def of(self, person: str) -> "Record":
        """The record of another person, in the same place."""
        ...

    def add_attempt(self, question_id: str, question: str, answer: str) -> Attempt:
        """Keeps an answer, before anybody judges it."""
        ...

    def attempt(self, attempt_id: str) -> Attempt | None:
        """One attempt; None where there is none of this id."""
        ...

    def attempts(self, limit: int | None) -> Sequence[Attempt]:
        """The newest attempts, newest first; all of them where the limit is None."""
        ...

    def set_feedback(self, attempt_id: str, feedback: Feedback, again: bool = False) -> None:
        """Keeps the judgement of an attempt. It replaces the one before, which joins `earlier` where this is `again`.

        Kept twice, as work that was taken over may, it counts once.
        """
        ...

    def add_follow_up(self, attempt_id: str, follow_up: FollowUp, answer: str) -> None:
        """Keeps the answer to a follow-up, before anybody judges it, and how its key point stands by then."""
        ...

    def rate(self, attempt_id: str, key_point_id: str, label: Label) -> None:
        """Keeps the candidate's own rating of a key point; a later one replaces it."""
        ...

    def disagree(self, attempt_id: str, key_point_id: str, disagreement: Disagreement | None) -> None:
        """Keeps what the candidate holds to be right; a later word replaces it, and None takes it back."""
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

    def add_interview(
        self,
        questions: Sequence[Question],
        choice: Choice,
        topic: str,
        seed: int,
        follow_ups: int,
        seconds: int | None,
    ) -> Interview:
        """Begins a mock interview."""
        ...

    def interview(self, interview_id: str) -> Interview | None:
        """One mock interview with its answers; None where there is none of this id."""
        ...

    def interviews(self, limit: int | None) -> Sequence[Interview]:
        """The newest mock interviews, newest first; all of them where the limit is None."""
        ...

    def ask(self, interview_id: str, place: int) -> None:
        """Keeps that a question, from 1 on, was shown; the first time counts."""
        ...

    def answer_in_interview(self, interview_id: str, place: int, answer: str) -> Attempt:
        """Keeps the answer to a question of an interview, before anybody judges it.

        Raises InputError where it was answered or skipped already, in another window for one, or the interview is over.
        """
        ...

    def skip(self, interview_id: str, place: int) -> None:
        """Leaves a question out. Raises InputError as `answer_in_interview` does."""
        ...

    def follow_up_in_interview(
        self, interview_id: str, place: int, number: int, follow_up: FollowUp, answer: str
    ) -> None:
        """Keeps the answer to a follow-up of an interview, as `add_follow_up` does. `number` counts from 1.

        Raises InputError where it was answered or left out already, in another window for one, or all of it is over.
        """
        ...

    def move_on(self, interview_id: str, place: int, number: int) -> None:
        """Leaves out this follow-up of an answered question, and all after it; also where the interview is over.

        Raises InputError where it was answered already, in another window for one.
        """
        ...

    def end_interview(self, interview_id: str) -> None:
        """Ends an interview; one that has ended keeps its time."""
        ...

    def draft(self, place: str) -> str:
        """What was being written at a place (a name that the caller chooses); empty where nothing was."""
        ...

    def set_draft(self, place: str, text: str) -> None:
        """Keeps what is being written; an empty text takes it away."""
        ...

    def preferences(self) -> Preferences:
        """What the person has chosen; the defaults where nothing was."""
        ...

    def set_preferences(self, preferences: Preferences) -> None:
        """Keeps what the person has chosen."""
        ...

    def restore(self, practice: Practice) -> int:
        """Keeps what an export holds and says how much was new; what is there already stays as it is."""
        ...

    def delete_everything(self) -> None:
        """Deletes all that the record holds of the person. Nobody can bring it back."""
        ...


def everything(record: Record) -> Practice:
    """All that the record holds of what the person practised."""
    return Practice(
        answers=tuple(record.attempts(None)),
        role_plays=tuple(record.role_plays(None)),
        interviews=tuple(record.interviews(None)),
    )
