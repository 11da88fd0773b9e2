"""What goes wrong with a request to a provider, in words that hold neither a key nor an answer."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from coach.adapters.litellm_import import load_litellm
from coach.adapters.retrying import passes, status_of
from coach.errors import ModelBusy, ModelError, ModelRejected, ReplyBroken

_Result = TypeVar("_Result")

NO_CONNECTION = 500
"""The status that LiteLLM gives a connection which was refused or lost."""

_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("bad request", "check the model's name (provider/model) and that it takes chat messages"),
    401: ("the key was refused", "check COACH_API_KEY, or the provider's own variable"),
    402: ("no credit left", "top up the account at the provider"),
    403: ("no right to use this model", "check what the key may do at the provider"),
    404: ("no such model or address", "check COACH_MODEL and COACH_API_BASE"),
    408: ("no answer in time", "try again, or raise COACH_TIMEOUT_SECONDS"),
    413: ("too large a request", "shorten the text, or take a model with a longer context"),
    429: ("too many requests", "wait a little, or check the account's quota"),
    502: ("no answer behind the gateway", "try again later"),
    503: ("not available just now", "try again later"),
    504: ("no answer behind the gateway", "try again later"),
    529: ("overloaded", "try again later"),
}
_TOO_LONG = _WORDS[413]
_FILTERED = ("stopped by the provider's content filter", "rephrase the text, or take another model")
_UNREACHABLE = ("the connection failed", "check that the server runs, and COACH_API_BASE")

# What a provider says when it will not take one of the parameters that a request can do without.
_NAMED_IN = {
    "stream_options": re.compile(r"stream_?options|include_usage", re.IGNORECASE),
    "temperature": re.compile(r"temperature", re.IGNORECASE),
    "response_format": re.compile(r"response_?format|json|schema|grammar|guided|structured.?output", re.IGNORECASE),
}


class Fault(Exception):
    """Why a try failed. `retrying` reads its status and headers; nothing of the provider's own text is left in it."""

    def __init__(
        self,
        status_code: int,
        words: str,
        advice: str,
        headers: Mapping[str, str] | None = None,
        named: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(words)
        self.status_code = status_code
        self.words = words
        self.advice = advice
        self.litellm_response_headers = headers
        self.named = named
        """Parameters that a refusal speaks of, as `temperature`; empty for every other fault."""

    def as_error(self, model: str) -> ModelError:
        """The error that a person is told when there is no further try."""
        kind = ModelBusy if passes(self) else ModelRejected
        return kind(f"{model} gave no reply: {self.words}; {self.advice}")

    def as_broken(self, model: str, text: str) -> ReplyBroken:
        """The error for a fault after the first piece."""
        return ReplyBroken(f"{model} broke off its reply after {len(text)} characters: {self.words}; try again", text)


def too_late() -> Fault:
    """The deadline passed."""
    return Fault(408, "no reply before the deadline", "try again, or raise COACH_DEADLINE_SECONDS")


def no_word() -> Fault:
    """A stream that ended without a piece and without a reason: a proxy that gave up, or no model at all."""
    return Fault(502, "an answer without content", "check COACH_API_BASE, it may lead to something else than a model")


def no_key(variable: str) -> Fault:
    """There is no key to send; `variable`: where the provider's own one is looked for."""
    return Fault(401, "there is no key", f"set COACH_API_KEY or {variable}")


def with_our_words(function: Callable[[], _Result]) -> _Result:
    """What the function gives. Raises Fault in the place of whatever LiteLLM raises."""
    openai_error: type[Exception] = load_litellm().exceptions.openai.OpenAIError
    try:
        return function()
    except openai_error as error:
        raise _fault_of(error) from None


def _fault_of(error: Any) -> Fault:
    status = status_of(error) or NO_CONNECTION
    headers: Mapping[str, str] | None = getattr(error, "litellm_response_headers", None)
    words, advice = _explained(error, status, answered=headers is not None)
    named: frozenset[str] = frozenset()
    if status in (400, 422):
        text = f"{error} {getattr(error, 'body', None)}"
        named = frozenset(name for name, pattern in _NAMED_IN.items() if pattern.search(text))
    return Fault(status, words, advice, headers, named)


def _explained(error: object, status: int, answered: bool) -> tuple[str, str]:
    kind = type(error).__name__
    if kind == "ContextWindowExceededError":
        return _TOO_LONG
    if kind == "ContentPolicyViolationError":
        return _FILTERED
    if status == NO_CONNECTION and not answered:
        return _UNREACHABLE
    words, advice = _WORDS.get(status) or (
        ("a fault of the server", "try again later") if status >= NO_CONNECTION else _WORDS[400]
    )
    return f"{status} {words}", advice
