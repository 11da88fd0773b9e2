"""The port to a chat model: what is asked, what comes back, and how long it may take.

A model is anything that fulfils `ChatModel`: LiteLLM in the product, a list of replies in a test (`ScriptedModel`).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from coach.errors import ModelBusy
from coach.language import Sentence


class Message(BaseModel):
    """One message to the model."""

    model_config = ConfigDict(frozen=True)

    role: Literal["system", "user", "assistant"]
    content: str


class Usage(BaseModel):
    """What calls cost. Sums over several calls; a part that one of them did not report is None, never 0."""

    model_config = ConfigDict(frozen=True)

    calls: int = 0
    """Requests that the model answered, whatever the answer was worth."""
    input_tokens: int | None = 0
    output_tokens: int | None = 0
    cost_usd: float | None = 0.0
    """None where the price of the model is not known."""
    seconds: float = 0.0
    """Wall-clock time, with waiting for retries."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=_sum(self.input_tokens, other.input_tokens),
            output_tokens=_sum(self.output_tokens, other.output_tokens),
            cost_usd=_sum(self.cost_usd, other.cost_usd),
            seconds=self.seconds + other.seconds,
        )


_Number = TypeVar("_Number", int, float)


def _sum(a: _Number | None, b: _Number | None) -> _Number | None:
    return None if a is None or b is None else a + b


class Reply(BaseModel):
    """A whole reply. `text` is exactly what the model sent; nobody has looked at it yet."""

    model_config = ConfigDict(frozen=True)

    text: str
    model: str
    """The model that answered: a fallback where the first one could not."""
    usage: Usage
    complete: bool = True
    """False when the model stopped at its length limit, or refused."""


class Retry(BaseModel):
    """A try that failed in a way that passes; another one follows."""

    model_config = ConfigDict(frozen=True)

    reason: Sentence


class Deadline:
    """A point in time after which no call may go on.

    `clock` gives seconds and never goes backwards; tests pass their own.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = clock() + seconds

    def remaining(self) -> float:
        """Seconds left, 0 or less when it is over."""
        return self._ends - self._clock()


class ChatModel(Protocol):
    """Something that answers messages."""

    @property
    def name(self) -> str:
        """The first model that is asked, as the provider calls it."""
        ...

    @property
    def parameters(self) -> dict[str, object]:
        """What is sent beside the messages and changes replies (temperature, ...): stored with every judgement."""
        ...

    def stream(
        self, messages: Sequence[Message], deadline: Deadline, shape: type[BaseModel] | None = None
    ) -> Iterator[str | Retry | Reply]:
        """Pieces of text as they arrive, a `Retry` wherever a try failed, and last the whole `Reply`.

        With a `shape` the model is asked for JSON of that schema, as well as it can; the caller validates. Tries again
        only before the first piece. Closing the iterator ends the call.

        Raises:
            ModelBusy: every try failed, or the deadline passed before the first piece.
            ModelRejected: the request can't succeed.
            ReplyBroken: the stream ended after the first piece and before its end.
        """
        ...


def complete(
    model: ChatModel, messages: Sequence[Message], deadline: Deadline, shape: type[BaseModel] | None = None
) -> Reply:
    """The whole reply of a model, where nobody watches it arrive. Raises what `ChatModel.stream` raises."""
    for piece in model.stream(messages, deadline, shape):
        if isinstance(piece, Reply):
            return piece
    raise ModelBusy("{model} ended without a reply; try again", model=model.name)


class ScriptedModel:
    """A model that gives replies from a list, in order, and remembers what it was asked: for tests and for trying out.

    A reply that is an exception is raised.
    """

    name = "scripted"

    def __init__(self, replies: Sequence[str | Exception], piece_length: int = 20) -> None:
        self.asked: list[tuple[Message, ...]] = []
        self._replies = list(replies)
        self._piece_length = piece_length

    @property
    def parameters(self) -> dict[str, object]:
        """Nothing: a script has no parameters."""
        return {}

    def stream(
        self, messages: Sequence[Message], deadline: Deadline, shape: type[BaseModel] | None = None
    ) -> Iterator[str | Retry | Reply]:
        """The next reply of the list, cut into pieces. Raises ModelBusy when the list is used up."""
        del deadline, shape
        self.asked.append(tuple(messages))
        if not self._replies:
            raise ModelBusy("the scripted model has no reply left; give it more")
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        for start in range(0, len(reply), self._piece_length):
            yield reply[start : start + self._piece_length]
        yield Reply(
            text=reply, model=self.name, usage=Usage(calls=1, input_tokens=None, output_tokens=None, cost_usd=None)
        )
