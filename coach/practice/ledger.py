"""What models are asked for a piece of work: each call is counted before it is made, and its reply is kept.

So work that begins again after a crash pays for no finished call twice, and never for more calls than it may make.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from pydantic import BaseModel

from coach.chat import ChatModel, Deadline, Message, Reply, Retry
from coach.critique.framing import FENCE
from coach.errors import ModelBusy, ModelError, WorkStopped


class Ledger(Protocol):
    """Where calls are kept. A method has committed when it returns, and raises RecordUnavailable when it can't."""

    def replies(self, job: str, asked: str) -> Sequence[Reply]:
        """The replies that came to one question of a piece of work, oldest first."""
        ...

    def begin(self, person: str, job: str, asked: str, most: int) -> int | None:
        """Counts a call that is about to be made and gives its number; None where `most` were begun already."""
        ...

    def finish(self, number: int, reply: Reply) -> None:
        """Keeps the reply to a call."""
        ...


class Counted:
    """A `ChatModel` whose calls for one piece of work go through the ledger, and end as soon as it is stopped."""

    def __init__(
        self, model: ChatModel, ledger: Ledger, person: str, job: str, most: int, is_stopped: Callable[[], bool]
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._person = person
        self._job = job
        self._most = most
        self._is_stopped = is_stopped
        self._asked_before: Counter[str] = Counter()

    @property
    def name(self) -> str:
        """As the model's."""
        return self._model.name

    @property
    def parameters(self) -> dict[str, object]:
        """As the model's."""
        return self._model.parameters

    def stream(
        self, messages: Sequence[Message], deadline: Deadline, shape: type[BaseModel] | None = None
    ) -> Iterator[str | Retry | Reply]:
        """As `ChatModel.stream`; a reply that came in an earlier run comes back at once.

        Raises:
            WorkStopped: somebody stopped the work.
            ModelBusy: the work has used up its calls, too.
        """
        asked = _fingerprint(self._model.name, messages, shape)
        known = self._ledger.replies(self._job, asked)
        place = self._asked_before[asked]
        self._asked_before[asked] += 1
        if place < len(known):
            yield known[place].text
            yield known[place]
            return
        self._refuse_when_stopped()
        number = self._ledger.begin(self._person, self._job, asked, self._most)
        if number is None:
            raise ModelBusy("all {most} calls for this piece of work were made; try it again", most=self._most)
        yield from self._asked(number, messages, deadline, shape)

    def _asked(
        self, number: int, messages: Sequence[Message], deadline: Deadline, shape: type[BaseModel] | None
    ) -> Iterator[str | Retry | Reply]:
        try:
            for piece in self._model.stream(messages, _Stoppable(deadline, self._is_stopped), shape):
                self._refuse_when_stopped()
                if isinstance(piece, Reply):
                    self._ledger.finish(number, piece)
                yield piece
        except ModelError:
            self._refuse_when_stopped()
            raise

    def _refuse_when_stopped(self) -> None:
        if self._is_stopped():
            raise WorkStopped("this piece of work was stopped; what was written is kept")


class _Stoppable(Deadline):
    """A deadline that is over at once when the work is stopped."""

    def __init__(self, deadline: Deadline, is_stopped: Callable[[], bool]) -> None:
        self._deadline = deadline
        self._is_stopped = is_stopped

    def remaining(self) -> float:
        """Seconds left, 0 or less when it is over."""
        # Less than nothing, so that a deadline that is reckoned from this one is over too.
        return -1.0 if self._is_stopped() else self._deadline.remaining()


def _fingerprint(model: str, messages: Sequence[Message], shape: type[BaseModel] | None) -> str:
    said = ([message.role, FENCE.sub("", message.content)] for message in messages)
    asked = [model, shape and shape.__name__, *said]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
