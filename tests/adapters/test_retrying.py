import pytest

from coach.adapters.retrying import LONGEST_WAIT, TRIES, passes, retrying
from coach.chat import Deadline


class Fault(Exception):
    def __init__(self, status: object = 503, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self.status_code = status
        self.litellm_response_headers = headers


class Response:
    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers


def pauses_after(fault: Exception, seconds: float = 1000) -> list[float]:
    """How long it waits between the tries of a call that always fails."""
    pauses: list[float] = []

    def fail() -> None:
        raise fault

    with pytest.raises(type(fault)):
        retrying(Deadline(seconds, clock=lambda: 0), pauses.append)(fail)
    return pauses


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529, "429"])
def test_a_fault_that_passes_is_tried_three_times(status: object) -> None:
    assert passes(Fault(status))
    assert len(pauses_after(Fault(status))) == TRIES - 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 418, 422, None, "", "busy"])
def test_a_fault_that_stays_is_not_tried_again(status: object) -> None:
    assert pauses_after(Fault(status)) == []


def test_an_exception_of_our_own_is_not_tried_again() -> None:
    assert pauses_after(KeyError("mine")) == []


def test_the_pause_grows_but_stays_short_where_the_provider_asks_for_none() -> None:
    first, second = pauses_after(Fault())
    assert 0.5 <= first <= 1.5
    assert 1 <= second <= 2


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [("7", 7, 7), ("7.5", 7.5, 7.5), ("3600", LONGEST_WAIT, LONGEST_WAIT), ("inf", LONGEST_WAIT, LONGEST_WAIT)]
    + [(odd, 0.5, 2) for odd in ("0", "-5", "nan", "soon", "", "Wed, 21 Oct 2026 07:28:00 GMT")],
)
def test_retry_after_is_honoured_up_to_a_limit(asked: str, least: float, most: float) -> None:
    assert all(least <= pause <= most for pause in pauses_after(Fault(429, {"retry-after": asked})))


def test_retry_after_may_stand_in_the_response_alone() -> None:
    fault = Fault(429, {"server": "x"})
    fault.response = Response({"retry-after": "9"})
    assert pauses_after(fault) == [9, 9]


def test_no_try_begins_after_the_deadline() -> None:
    assert pauses_after(Fault(429, {"retry-after": "7"}), seconds=7) == []
    assert len(pauses_after(Fault(429, {"retry-after": "7"}), seconds=7.1)) == 2


def test_waiting_stops_when_it_has_used_up_the_time() -> None:
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    tries = 0

    def fail() -> None:
        nonlocal tries
        tries += 1
        raise Fault(429, {"retry-after": "6"})

    with pytest.raises(Fault):
        retrying(Deadline(10, clock=lambda: now), sleep)(fail)
    assert tries == 2
