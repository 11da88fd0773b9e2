"""Chat models of any provider, through LiteLLM."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, SecretStr

from coach.adapters.deadline_thread import DeadlineThread, Overdue
from coach.adapters.litellm_faults import Fault, no_key, no_word, too_late
from coach.adapters.litellm_import import load_litellm
from coach.adapters.litellm_stream import ReplyStream
from coach.adapters.retrying import retrying
from coach.chat import Deadline, Message, Reply, Retry
from coach.errors import ModelBusy, ModelError, ModelRejected
from coach.language import Sentence

_CUT_SHORT = (None, "length", "content_filter")
_NO_KEY = SecretStr("")
_BREATH = 0.5
"""Seconds after which a wait looks whether it is still wanted."""


@dataclass(frozen=True)
class Endpoint:
    """A model at a provider, with what is needed to reach it."""

    model: str
    """LiteLLM name, as `dashscope/qwen-plus`."""
    api_base: str = ""
    """Empty: the provider's own address."""
    api_key: SecretStr = _NO_KEY
    """Empty: what LiteLLM finds in the environment, or, at an `api_base`, none."""


@dataclass(frozen=True)
class _Manner:
    """How an endpoint wants to be asked: what it refused is left out from then on.

    LiteLLM's own list of what models take is wrong both ways, so each endpoint is tried.
    """

    response_format: Literal["json_schema", "json_object", "text"] = "json_schema"
    temperature: bool = True
    stream_options: bool = True

    def without(self, named: frozenset[str], shaped: bool) -> "_Manner | None":
        """The next milder manner after a refusal that names these parameters; None where none of them was sent."""
        if "stream_options" in named and self.stream_options:
            return replace(self, stream_options=False)
        if "temperature" in named and self.temperature:
            return replace(self, temperature=False)
        if "response_format" in named and shaped and self.response_format != "text":
            return replace(self, response_format="json_object" if self.response_format == "json_schema" else "text")
        return None


class LiteLLMModel:
    """An ordered list of endpoints behind the port `ChatModel`: a later one is asked where those before gave no reply.

    `endpoints`: at least one. `timeout_seconds`: the longest silence before a try counts as failed.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        timeout_seconds: float,
        temperature: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoints = tuple(endpoints)
        self._timeout_seconds = timeout_seconds
        self._temperature = temperature
        self._sleep = sleep
        self._clock = clock
        self._manners: dict[Endpoint, _Manner] = {}

    @property
    def name(self) -> str:
        """The first model of the list."""
        return self._endpoints[0].model

    @property
    def parameters(self) -> dict[str, object]:
        """What the first endpoint is sent beside the messages."""
        manner = self._manner(self._endpoints[0])
        temperature = {"temperature": self._temperature} if manner.temperature else {}
        return {**temperature, "response_format": manner.response_format}

    def stream(
        self, messages: Sequence[Message], deadline: Deadline, shape: type[BaseModel] | None = None
    ) -> Iterator[str | Retry | Reply]:
        """The reply of the first endpoint that gives one. Raises the error of the first endpoint where none does."""
        began = self._clock()
        errors: list[ModelError] = []
        for number, endpoint in enumerate(self._endpoints):
            if errors:
                said = Sentence.of("{fault}; now asking {model}", fault=errors[-1].sentence, model=endpoint.model)
                yield Retry(reason=said)
            asked = _Asked(endpoint, messages, shape, deadline, share=_share(deadline, len(self._endpoints) - number))
            try:
                yield from self._ask(asked, began)
                return
            except (ModelBusy, ModelRejected) as error:
                errors.append(error)
            if deadline.remaining() <= 0:
                break
        raise errors[0]

    def _ask(self, asked: "_Asked", began: float) -> Iterator[str | Retry | Reply]:
        reply, thread = ReplyStream(), DeadlineThread(f"asking {asked.endpoint.model}")
        text, fault = "", None
        try:
            piece = yield from self._first_piece(asked, reply, thread)
            while piece:
                text += piece
                yield piece
                piece = thread.call(reply.next_piece, asked.deadline)
            yield Reply(
                text=text,
                model=asked.endpoint.model,
                usage=reply.usage(self._clock() - began, priced=not asked.endpoint.api_base),
                complete=bool(text) and reply.finish_reason not in _CUT_SHORT,
            )
        except Overdue:
            reply.hang_up()
            fault = too_late()
        except Fault as caught:
            fault = caught
        finally:
            thread.end(reply.close)
        if fault:
            raise fault.as_broken(asked.endpoint.model, text) if text else fault.as_error(asked.endpoint.model)

    def _first_piece(self, asked: "_Asked", reply: ReplyStream, thread: DeadlineThread) -> Generator[Retry, None, str]:
        """Tries until a piece has arrived: from then on, another try would say things twice."""
        pauses: list[float] = []
        faults: list[Fault] = []
        for attempt in retrying(asked.share, pauses.append):
            if pauses:
                yield Retry(reason=faults[-1].words)
                self._pause(pauses.pop(), asked.deadline)
            with attempt:
                try:
                    return thread.call(lambda: self._open(asked, reply), asked.share)
                except Fault as fault:
                    faults.append(fault)
                    raise
        return ""

    def _pause(self, seconds: float, deadline: Deadline) -> None:
        """Waits, but not on when the deadline is brought forward meanwhile."""
        while seconds > 0 and deadline.remaining() > 0:
            self._sleep(min(seconds, _BREATH))
            seconds -= _BREATH

    def _open(self, asked: "_Asked", reply: ReplyStream) -> str:
        require_key(asked.endpoint)
        manner = self._manner(asked.endpoint)
        while True:
            try:
                piece = reply.open(self._request(asked, manner))
            except Fault as fault:
                milder = manner.without(fault.named, shaped=asked.shape is not None)
                if milder is None:
                    raise
                manner = milder
            else:
                self._manners[asked.endpoint] = manner
                if not piece and reply.finish_reason is None:
                    raise no_word()
                return piece

    def _request(self, asked: "_Asked", manner: _Manner) -> dict[str, object]:
        endpoint = asked.endpoint
        key = endpoint.api_key.get_secret_value().strip()  # a line end that was copied along breaks the header
        request: dict[str, object] = {
            "model": endpoint.model,
            "messages": [message.model_dump() for message in asked.messages],
            "timeout": self._timeout_seconds,
            "drop_params": True,
            "api_base": endpoint.api_base or None,
            # A server of one's own must not be sent the key of a provider that stands in the environment.
            "api_key": key or ("none" if endpoint.api_base else None),
        }
        if manner.stream_options:
            request["stream_options"] = {"include_usage": True}
        if manner.temperature:
            request["temperature"] = self._temperature
        if asked.shape and manner.response_format != "text":
            schema = manner.response_format == "json_schema"
            request["response_format"] = asked.shape if schema else {"type": "json_object"}
        return request

    def _manner(self, endpoint: Endpoint) -> _Manner:
        return self._manners.get(endpoint, _Manner())


@dataclass(frozen=True)
class _Asked:
    """What one endpoint is asked, and until when: to begin within its share, to end before the deadline."""

    endpoint: Endpoint
    messages: Sequence[Message]
    shape: type[BaseModel] | None
    deadline: Deadline
    share: Deadline


def _share(deadline: Deadline, endpoints_left: int) -> Deadline:
    """An equal part of the time left, so that a model that hangs leaves some to those behind it."""
    return Deadline(deadline.remaining() / endpoints_left, clock=lambda: -deadline.remaining())


def require_key(endpoint: Endpoint) -> None:
    """Raises Fault where LiteLLM would find no key either, which it reports as a broken connection."""
    if endpoint.api_base or endpoint.api_key.get_secret_value():
        return
    missing: list[str] = load_litellm().validate_environment(endpoint.model)["missing_keys"]
    for variable in missing:
        if variable.endswith("_API_KEY"):
            raise no_key(variable)
