"""Work that takes a while: a judgement, the customer's answer, an import. It tells what happens while it goes on.

The same code runs in the foreground of the command line and, durably, behind the web app (port `Jobs`). A piece of work
can be begun again at any moment of an earlier run: what is done already is not done twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Literal, Protocol
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from coach.chat import ChatModel, Retry
from coach.critique.feedback import Event, Verdict
from coach.customer import observer, renderer, rewriting
from coach.errors import CoachError, InputError, ModelBusy, WorkStopped
from coach.language import Sentence
from coach.practice.answering import Answering
from coach.practice.ledger import Counted, Ledger
from coach.practice.record import Attempt, Record
from coach.practice.roleplay import RolePlaying


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Kind(StrEnum):
    """What is to be done."""

    FEEDBACK = "feedback"
    """Judge the answer of an attempt."""
    FOLLOW_UP = "follow-up"
    """Judge the answer to an attempt's last follow-up."""
    AGAIN = "again"
    """Judge an answer anew."""
    TURN = "turn"
    """Let the customer answer the turn that waits in a role-play."""
    DEBRIEF = "debrief"
    """Look back on a role-play."""
    IMPORT = "import"
    """Keep a document's questions as a bank and bring the index up to date."""
    DRAFT = "draft"
    """Let a model draft what a bank lacks."""


class Job(_Value):
    """A piece of work. The same kind, thing and number is the same piece."""

    kind: Kind
    person: str
    about: str
    """Id of the attempt or role-play, or name of the bank."""
    number: int = 0
    """Which one of its kind for this thing: the turn, the follow-up, the judgement anew, each from 1 on."""
    judge: Literal["auto", "offline", "llm"] = "auto"
    document: str = ""
    """For an import: the document's name, a line end, and its text."""

    @property
    def id(self) -> str:
        """By which it is known. It begins as all ids of the person do."""
        return f"{ids_of(self.person)}{self.kind}/{quote(self.about, safe='')}/{self.number}"

    @property
    def is_done_for_good(self) -> bool:
        """Whether nothing is left to do once it is done. A document and a bank may have changed by the next time."""
        return self.kind not in (Kind.IMPORT, Kind.DRAFT)


def ids_of(person: str) -> str:
    """What the ids of a person's work begin with, and nobody else's."""
    return f"{quote(person, safe='')}/"


class Judged(_Value):
    """A verdict has arrived; a later one on the same key point replaces it."""

    kind: Literal["verdict"] = "verdict"
    verdict: Verdict


class Retried(_Value):
    """A call of the model failed in a way that passes; another one follows."""

    kind: Literal["retry"] = "retry"
    reason: Sentence


class Spoken(_Value):
    """The customer's answer."""

    kind: Literal["line"] = "line"
    bubbles: tuple[str, ...]


class Advanced(_Value):
    """So much is done."""

    kind: Literal["progress"] = "progress"
    done: int
    of: int


class Finished(_Value):
    """All is done and kept."""

    kind: Literal["done"] = "done"


class Failed(_Value):
    """It could not be done. What a person wrote is kept."""

    kind: Literal["failed"] = "failed"
    fault: str
    """Name of the error's class, as in `coach.errors`."""
    message: Sentence


class Stopped(_Value):
    """Somebody stopped it. What a person wrote is kept."""

    kind: Literal["stopped"] = "stopped"


News = Judged | Retried | Spoken | Advanced | Finished | Failed | Stopped
"""What is told of work under way. One of the last three comes last."""
NEWS: TypeAdapter[News] = TypeAdapter(Annotated[News, Field(discriminator="kind")])

MOST_CALLS = 4
"""For one judgement of up to twenty key points: the critic's own limit, held also where a run begins again."""
MOST_DRAFTED = 400
"""Two calls for each question of a large bank."""


class Parts(Protocol):
    """What work is done with."""

    def answering(
        self, choice: Literal["auto", "offline", "llm"], person: str, through: Callable[[ChatModel], ChatModel]
    ) -> Answering:
        """Practice with single questions."""
        ...

    def role_playing(
        self, choice: Literal["auto", "offline", "llm"], person: str, through: Callable[[ChatModel], ChatModel]
    ) -> RolePlaying:
        """Practice with a difficult customer."""
        ...

    def keep_document(self, bank: str, document: str, text: str, progress: Callable[[int, int], None]) -> None:
        """Makes a bank of a document's text and brings the index up to date."""
        ...

    def draft_missing(
        self, bank: str, progress: Callable[[int, int], None], through: Callable[[ChatModel], ChatModel]
    ) -> None:
        """Lets the model draft what a bank lacks."""
        ...


@dataclass(frozen=True)
class _Run:
    """A piece of work that is being done."""

    job: Job
    round_id: str
    tell: Callable[[News], None]
    is_stopped: Callable[[], bool]

    def advanced(self, done: int, of: int) -> None:
        if self.is_stopped():
            raise WorkStopped("this piece of work was stopped; what was done is kept")
        self.tell(Advanced(done=done, of=of))


class Work:
    """Does any piece of work."""

    def __init__(self, parts: Parts, record: Record, ledger: Ledger) -> None:
        self._parts = parts
        self._record = record
        self._ledger = ledger

    def run(
        self, job: Job, round_id: str, tell: Callable[[News], None], is_stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Does a piece of work and tells of it, with its end last; a `CoachError` is told, not raised.

        Calls of models are counted by `round_id`: a run after a crash has the same one, a new try another.
        """
        run = _Run(job, round_id, tell, is_stopped)
        doing = {
            Kind.FEEDBACK: self._feedback,
            Kind.FOLLOW_UP: self._follow_up,
            Kind.AGAIN: self._again,
            Kind.TURN: self._turn,
            Kind.DEBRIEF: self._debrief,
            Kind.IMPORT: self._import,
            Kind.DRAFT: self._draft,
        }
        try:
            doing[job.kind](run)
        except WorkStopped:
            tell(Stopped())
        except CoachError as fault:
            tell(Failed(fault=type(fault).__name__, message=fault.sentence))
        else:
            tell(Finished())

    def _feedback(self, run: _Run) -> None:
        attempt = self._attempt(run)
        if attempt.feedback is None:
            answering = self._answering(run, judgements=1)
            _tell_all(run, answering.judge(attempt))

    def _follow_up(self, run: _Run) -> None:
        attempt = self._attempt(run)
        if attempt.feedback and attempt.follow_ups and attempt.feedback.follow_up == attempt.follow_ups[-1].follow_up:
            _tell_all(run, self._answering(run, judgements=1).judge_follow_up(attempt))

    def _again(self, run: _Run) -> None:
        attempt = self._attempt(run)
        if len(attempt.earlier) < run.job.number:
            _tell_all(run, self._answering(run, 1 + len(attempt.follow_ups)).judge_again(attempt))

    def _turn(self, run: _Run) -> None:
        playing = self._role_playing(run, observer.MOST_TRIES + renderer.MOST_TRIES)
        role_play, turn = playing.role_play(run.job.about), run.job.number
        if len(role_play.exchanges) < turn:
            role_play = playing.answer(role_play)
        if len(role_play.exchanges) >= turn > 0:  # a turn that showed distress ends the role-play without an answer
            run.tell(Spoken(bubbles=role_play.exchanges[turn - 1].line.bubbles))

    def _debrief(self, run: _Run) -> None:
        role_play = self._role_playing(run, 0).role_play(run.job.about)
        judgements = len(role_play.scenario.question_ids)
        playing = self._role_playing(run, judgements * MOST_CALLS + rewriting.MOST_TRIES)
        playing.debrief(role_play)

    def _import(self, run: _Run) -> None:
        document, _, text = run.job.document.partition("\n")
        self._parts.keep_document(run.job.about, document, text, run.advanced)

    def _draft(self, run: _Run) -> None:
        through = partial(self._counted, run, MOST_DRAFTED)
        self._parts.draft_missing(run.job.about, run.advanced, through)

    def _attempt(self, run: _Run) -> Attempt:
        attempt = self._record.of(run.job.person).attempt(run.job.about)
        if attempt is None:
            raise InputError("there is no answer {id}; write it again", id=run.job.about)
        return attempt

    def _answering(self, run: _Run, judgements: int) -> Answering:
        through = partial(self._counted, run, judgements * MOST_CALLS)
        return self._parts.answering(run.job.judge, run.job.person, through)

    def _role_playing(self, run: _Run, most: int) -> RolePlaying:
        return self._parts.role_playing(run.job.judge, run.job.person, partial(self._counted, run, most))

    def _counted(self, run: _Run, most: int, model: ChatModel) -> ChatModel:
        return Counted(model, self._ledger, run.job.person, run.round_id, most, run.is_stopped)


def _tell_all(run: _Run, events: Iterator[Event]) -> None:
    for event in events:
        if run.is_stopped():  # a judge without a model makes no call that could be refused
            raise WorkStopped("this piece of work was stopped; what was written is kept")
        if isinstance(event, Verdict):
            run.tell(Judged(verdict=event))
        elif isinstance(event, Retry):
            run.tell(Retried(reason=event.reason))
        elif not event.replaces:
            raise ModelBusy("the model judged no key point; the judgement before stays: try again later")
