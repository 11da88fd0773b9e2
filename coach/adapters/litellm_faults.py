"""What goes wrong with a request to a provider, in words that hold neither a key nor an answer."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from coach.adapters.litellm_import import load_litellm
from coach.adapters.retrying import passes, status_of
from coach.errors import ModelBusy, ModelError, ModelRejected, ReplyBroken
from coach.language import Sentence

_Result = TypeVar("_Result")

NO_CONNECTION = 500
"""The status that LiteLLM gives a connection which was refused or lost."""

_WORDS: Mapping[int, tuple[Sentence, Sentence]] = {
    400: (
        Sentence.of("bad request"),
        Sentence.of("check the model's name (provider/model) and that it takes chat messages"),
    ),
    401: (Sentence.of("the key was refused"), Sentence.of("check COACH_API_KEY, or the provider's own variable")),
    402: (Sentence.of("no credit left"), Sentence.of("top up the account at the provider")),
    403: (Sentence.of("no right to use this model"), Sentence.of("check what the key may do at the provider")),
    404: (Sentence.of("no such model or address"), Sentence.of("check COACH_MODEL and COACH_API_BASE")),
    408: (Sentence.of("no answer in time"), Sentence.of("try again, or raise COACH_TIMEOUT_SECONDS")),
    413: (Sentence.of("too large a request"), Sentence.of("shorten the text, or take a model with a longer context")),
    429: (Sentence.of("too many requests"), Sentence.of("wait a little, or check the account's quota")),
    502: (Sentence.of("no answer behind the gateway"), Sentence.of("try again later")),
    503: (Sentence.of("not available just now"), Sentence.of("try again later")),
    504: (Sentence.of("no answer behind the gateway"), Sentence.of("try again later")),
    529: (Sentence.of("overloaded"), Sentence.of("try again later")),
}
_TOO_LONG = _WORDS[413]
_FILTERED = (
    Sentence.of("stopped by the provider's content filter"),
    Sentence.of("rephrase the text, or take another model"),
)
_SERVER_FAULT = (Sentence.of("a fault of the server"), Sentence.of("try again later"))
_UNREACHABLE = (Sentence.of("the connection failed"), Sentence.of("check that the server runs, and COACH_API_BASE"))

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
        words: Sentence,
        advice: Sentence,
        headers: Mapping[str, str] | None = None,
        named: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(str(words))
        self.status_code = status_code
        self.words = words
        self.advice = advice
        self.litellm_response_headers = headers
        self.named = named
        """Parameters that a refusal speaks of, as `temperature`; empty for every other fault."""

    def as_error(self, model: str) -> ModelError:
        """The error that a person is told when there is no further try."""
        words, advice = self.words, self.advice
        if passes(self):
            return ModelBusy("{model} gave no reply: {words}; {advice}", model=model, words=words, advice=advice)
        return ModelRejected("{model} gave no reply: {words}; {advice}", model=model, words=words, advice=advice)

    def as_broken(self, model: str, arrived: str) -> ReplyBroken:
        """The error for a fault after the first piece."""
        return ReplyBroken(
            "{model} broke off its reply after {count} characters: {words}; try again",
            arrived=arrived,
            model=model,
            count=len(arrived),
            words=self.words,
        )


def too_late() -> Fault:
    """The deadline passed."""
    return Fault(
        408,
        Sentence.of("no reply before the deadline"),
        Sentence.of("try again, or raise COACH_DEADLINE_SECONDS"),
    )


def no_word() -> Fault:
    """A stream that ended without a piece and without a reason: a proxy that gave up, or no model at all."""
    return Fault(
        502,
        Sentence.of("an answer without content"),
        Sentence.of("check COACH_API_BASE, it may lead to something else than a model"),
    )


def no_key(variable: str) -> Fault:
    """There is no key to send; `variable`: where the provider's own one is looked for."""
    return Fault(401, Sentence.of("there is no key"), Sentence.of("set COACH_API_KEY or {variable}", variable=variable))


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


def _explained(error: object, status: int, answered: bool) -> tuple[Sentence, Sentence]:
    kind = type(error).__name__
    if kind == "ContextWindowExceededError":
        return _TOO_LONG
    if kind == "ContentPolicyViolationError":
        return _FILTERED
    if status == NO_CONNECTION and not answered:
        return _UNREACHABLE
    words, advice = _WORDS.get(status) or (_SERVER_FAULT if status >= NO_CONNECTION else _WORDS[400])
    return Sentence.of("{status} {words}", status=status, words=words), advice
