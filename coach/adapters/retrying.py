"""Which faults of a provider pass, and how long to wait before the next try."""

from collections.abc import Callable
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from coach.chat import Deadline

TRIES = 3
LONGEST_WAIT = 20.0
"""Seconds. A provider that asks for a longer pause is asked again after this."""

# By status, not by class: LiteLLM gives 402, 403 and 413 as a plain APIError, and a refused connection as a 500.
_PASSING = frozenset({408, 429, 500, 502, 503, 504, 529})
_jitter = wait_exponential_jitter(multiplier=0.5, max=8)


def retrying(deadline: Deadline, sleep: Callable[[float], None]) -> Retrying:
    """Up to three tries of a call to LiteLLM that all begin before the deadline; the last fault is raised as it is."""

    def spent(state: RetryCallState) -> bool:
        return state.attempt_number >= TRIES or state.upcoming_sleep >= deadline.remaining()

    return Retrying(
        retry=retry_if_exception(passes),
        wait=_wait,
        stop=spent,
        sleep=sleep,
        reraise=True,
    )


def passes(fault: BaseException) -> bool:
    """Whether the same call may succeed a little later."""
    return status_of(fault) in _PASSING


def status_of(fault: BaseException) -> int | None:
    """The HTTP status of a fault of LiteLLM: 408 for a timeout, 500 for a lost connection; None for anything else."""
    status = getattr(fault, "status_code", None)
    return int(status) if isinstance(status, int | str) and str(status).isdecimal() else None


def _wait(state: RetryCallState) -> float:
    fault = state.outcome.exception() if state.outcome else None
    return max(_jitter(state), min(_retry_after(fault), LONGEST_WAIT))


def _retry_after(fault: BaseException | None) -> float:
    """Seconds that the provider asks for; 0 where it asks for nothing, or names a date."""
    for holder in (getattr(fault, "litellm_response_headers", None), getattr(fault, "response", None)):
        headers: Any = getattr(holder, "headers", holder)
        asked = headers.get("retry-after") if headers else None
        if asked is not None:
            try:
                return float(asked)
            except ValueError:
                return 0.0
    return 0.0
