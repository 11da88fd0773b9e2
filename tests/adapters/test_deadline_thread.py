import threading
from collections.abc import Iterator

import pytest

from coach.adapters.deadline_thread import DeadlineThread, Overdue
from coach.chat import Deadline

NAME = "asking in a test"
A_MINUTE = Deadline(60, clock=lambda: 0)
A_MOMENT = Deadline(0.05, clock=lambda: 0)
OVER = Deadline(0, clock=lambda: 0)


@pytest.fixture
def thread() -> Iterator[DeadlineThread]:
    thread = DeadlineThread(NAME)
    yield thread
    thread.end(lambda: None)
    join()


def join() -> None:
    for thread in threading.enumerate():
        if thread.name == NAME:
            thread.join(5)
            assert not thread.is_alive()


def test_it_gives_what_the_function_gives(thread: DeadlineThread) -> None:
    assert thread.call(lambda: 1, A_MINUTE) == 1
    assert thread.call(lambda: 2, A_MINUTE) == 2


def test_it_raises_what_the_function_raises_and_goes_on(thread: DeadlineThread) -> None:
    with pytest.raises(ZeroDivisionError):
        thread.call(lambda: 1 // 0, A_MINUTE)
    assert thread.call(lambda: 2, A_MINUTE) == 2


def test_it_does_not_wait_beyond_the_deadline(thread: DeadlineThread) -> None:
    released = threading.Event()
    with pytest.raises(Overdue):
        thread.call(lambda: released.wait(5), A_MOMENT)
    released.set()


def test_a_call_after_the_deadline_is_not_made() -> None:
    thread, made = DeadlineThread(NAME), list[str]()
    with pytest.raises(Overdue):
        thread.call(lambda: made.append("late"), OVER)
    thread.end(lambda: made.append("last"))
    join()
    assert made == ["last"]


def test_the_last_call_comes_behind_the_one_under_way() -> None:
    thread, made, released = DeadlineThread(NAME), list[str](), threading.Event()
    with pytest.raises(Overdue):
        thread.call(lambda: (released.wait(5), made.append("overdue")), A_MOMENT)
    thread.end(lambda: made.append("last"))
    released.set()
    join()
    assert made == ["overdue", "last"]
