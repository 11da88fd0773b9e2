"""The port to work that goes on when a page goes away, and when a process dies."""

from collections.abc import Iterator
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from coach.practice.work import Job, News


class Waiting(BaseModel):
    """How long a piece of work may have to wait before it is begun."""

    model_config = ConfigDict(frozen=True)

    ahead: int
    """Pieces of work before it that have not begun."""
    seconds: float | None
    """By how long recent work took; None where none was done recently."""


class Jobs(Protocol):
    """Durable work. What is in here is done once, whoever dies meanwhile.

    Methods raise RecordUnavailable where the work can't be kept.
    """

    def open(self) -> None:
        """Takes up work that a dead process left behind; any other method does it too."""
        ...

    def start(self, job: Job) -> str:
        """Puts work in the queue and gives the id to follow it by. A piece that waits, goes on or is done stays one.

        One that failed or was stopped begins anew, under a new id.
        """
        ...

    def follow(self, job_id: str, after: int = 0, tick: float = 0.5) -> Iterator[News | None]:
        """What is told of it, from the event with this number on (the first is 0), until its end.

        None whenever nothing was told for `tick` seconds, so that whoever follows can look up. Any number may follow,
        in any process.
        """
        ...

    def waiting(self, job_id: str) -> Waiting | None:
        """How long it may have to wait; None where it has begun."""
        ...

    def stop(self, job_id: str) -> None:
        """Ends it at its next breath; what was written is kept."""
        ...

    def forget(self, person: str) -> None:
        """Stops a person's work and deletes all that was told of it."""
        ...

    def close(self) -> None:
        """Lets go. Work under way is taken up again by the next process that opens the same place."""
        ...
