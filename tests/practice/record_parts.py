"""What tests of every `Record` share."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from coach.practice.record import Record

START = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
MakeRecord = Callable[[Callable[[], datetime]], Record]


def at_once(number: int, work: Callable[[int], object]) -> list[Exception | None]:
    """What became of the work of some threads that began together."""
    start = threading.Barrier(number)
    outcomes: list[Exception | None] = [None] * number

    def one(who: int) -> None:
        start.wait()
        try:
            work(who)
        except Exception as fault:  # a thread has nobody to raise to: the test looks at it
            outcomes[who] = fault

    threads = [threading.Thread(target=one, args=(who,)) for who in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
