"""Blocking calls that are waited for no longer than a deadline."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Any, TypeVar

from coach.chat import Deadline

_Result = TypeVar("_Result")


_BREATH = 0.1
"""Seconds after which a wait looks whether the deadline was brought forward: work can be stopped."""


class Overdue(Exception):
    """The deadline has passed; the call may still be under way."""


class DeadlineThread:
    """A thread that makes blocking calls, one after the other, for somebody who waits no longer than a deadline.

    The timeout of an HTTP client starts anew with every byte. A server that drips them, or sends comments for minutes
    while a request waits in its queue (as DeepSeek does), is never late for it.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def call(self, function: Callable[[], _Result], deadline: Deadline) -> _Result:
        """What the function gives or raises. Raises Overdue; then no further call may follow, only `end`."""
        left = deadline.remaining()
        if left > 0:
            outcome: Future[_Result] = Future()
            self._calls.put((function, outcome))
            while left > 0 and deadline.remaining() > 0:
                wait([outcome], timeout=min(left, _BREATH))
                if outcome.done():
                    return outcome.result()
                left -= _BREATH
        raise Overdue

    def end(self, last: Callable[[], None]) -> None:
        """Ends the thread with a last call, behind the one that may be under way. Waits for nothing."""
        self._calls.put((last, Future()))
        self._calls.put(None)

    def _work(self) -> None:
        while entry := self._calls.get():
            function, outcome = entry
            try:
                outcome.set_result(function())
            except BaseException as fault:  # raised again where the outcome is awaited
                outcome.set_exception(fault)
