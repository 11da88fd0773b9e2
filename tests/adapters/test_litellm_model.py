import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from coach.adapters.litellm_import import load_litellm
from coach.adapters.litellm_model import Endpoint, LiteLLMModel
from coach.chat import Deadline, Message, Reply, Retry, complete
from coach.errors import ModelBusy, ModelError, ModelRejected, ReplyBroken
from tests.openai_server import (
    Behaviour,
    OpenAIServer,
    cut_after,
    drip,
    early_done,
    empty,
    error_after,
    hang,
    huge,
    keep_alive,
    not_json_body,
    nothing,
    refusal,
    reply,
    reset_after,
    reset_at_once,
    status,
)

# LiteLLM reads pydantic's fields in an old way, and silences the warning where it is imported, which pytest undoes.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the .* attribute on the instance is deprecated")

KEY = "sk-THE-KEY-0123456789abcdef"
ANSWER = "THE-ANSWER-that-a-person-gave"
MESSAGES = [Message(role="system", content="Reply with JSON."), Message(role="user", content=ANSWER)]


class Judgement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verdict: Literal["covered", "missing"]
    why: str


class Clock:
    """Time that passes only when somebody waits, or says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.advance(seconds)


@dataclass
class Heard:
    """What a stream gave, up to its end or its error."""

    text: str = ""
    retries: list[str] = field(default_factory=list)
    reply: Reply | None = None
    error: ModelError | None = None


@dataclass
class Asking:
    """A model at the server, and what one needs to ask it."""

    server: OpenAIServer
    clock: Clock = field(default_factory=Clock)

    def model(self, *names: str, key: str = KEY, timeout: float = 5) -> LiteLLMModel:
        endpoints = [Endpoint(name, self.server.url, SecretStr(key)) for name in names or ("openai/first",)]
        return LiteLLMModel(endpoints, timeout, sleep=self.clock.sleep, clock=self.clock)

    def hear(
        self,
        *behaviours: Behaviour,
        model: LiteLLMModel | None = None,
        seconds: float = 60,
        shape: type[BaseModel] | None = None,
    ) -> Heard:
        self.server.script(*behaviours)
        heard = Heard()
        try:
            for piece in (model or self.model()).stream(MESSAGES, Deadline(seconds, self.clock), shape):
                if isinstance(piece, Reply):
                    heard.reply = piece
                elif isinstance(piece, Retry):
                    heard.retries.append(str(piece.reason))
                else:
                    heard.text += piece
        except ModelError as error:
            heard.error = error
        return heard

    @property
    def formats(self) -> Sequence[str]:
        """The response format of each request."""
        return [(request.body.get("response_format") or {}).get("type", "text") for request in self.server.chats()]


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    load_litellm()


@pytest.fixture
def asking(openai_server: OpenAIServer) -> Asking:
    return Asking(openai_server)


# What is sent and what comes back


def test_a_reply_arrives_in_pieces_and_then_whole(asking: Asking) -> None:
    heard = asking.hear(reply("三言两语 and a few words more", piece_length=5))
    assert heard.reply is not None
    assert heard.text == heard.reply.text == "三言两语 and a few words more"
    assert heard.reply.model == "openai/first"
    assert heard.reply.complete
    assert heard.retries == []


def test_the_request_carries_the_messages_the_key_and_temperature_0(asking: Asking) -> None:
    asking.hear(reply("x"))
    (request,) = asking.server.chats()
    assert request.body == {
        "model": "first",
        "messages": [message.model_dump() for message in MESSAGES],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.0,
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_a_line_end_behind_the_key_does_no_harm(asking: Asking) -> None:
    asking.hear(reply("x"), model=asking.model(key=f"{KEY}\n"))
    assert asking.server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_complete_gives_the_whole_reply_of_the_port(asking: Asking) -> None:
    asking.server.script(reply("whole"))
    assert complete(asking.model(), MESSAGES, Deadline(60, asking.clock)).text == "whole"


def test_the_name_and_the_parameters_are_those_of_the_first_model(asking: Asking) -> None:
    model = asking.model("openai/first", "openai/second")
    assert model.name == "openai/first"
    assert model.parameters == {"temperature": 0.0, "response_format": "json_schema"}


def test_usage_is_what_the_provider_reports(asking: Asking) -> None:
    heard = asking.hear(reply("x", usage=(120, 45)))
    assert heard.reply is not None
    usage = heard.reply.usage
    assert (usage.calls, usage.input_tokens, usage.output_tokens) == (1, 120, 45)


def test_usage_that_is_not_reported_is_not_guessed(asking: Asking) -> None:
    heard = asking.hear(reply("a reply of several words", usage=None))
    assert heard.reply is not None
    usage = heard.reply.usage
    assert (usage.calls, usage.input_tokens, usage.output_tokens, usage.cost_usd) == (1, None, None, None)


@pytest.mark.parametrize(("name", "priced"), [("openai/gpt-4o-mini", True), ("openai/nobody-knows-it", False)])
def test_a_price_is_known_for_listed_models_only(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, name: str, priced: bool
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", asking.server.url)
    heard = asking.hear(reply("x", usage=(1000, 1000)), model=LiteLLMModel([Endpoint(name, api_key=SecretStr(KEY))], 5))
    assert heard.reply is not None
    cost = heard.reply.usage.cost_usd
    assert (cost is not None and 0 < cost < 0.01) if priced else cost is None


def test_a_server_of_ones_own_has_no_list_price(asking: Asking) -> None:
    heard = asking.hear(reply("x"), model=asking.model("openai/gpt-4o-mini"))
    assert heard.reply is not None
    assert heard.reply.usage.cost_usd is None


def test_the_time_counts_the_waiting(asking: Asking) -> None:
    heard = asking.hear(status(429, {"Retry-After": "7"}), reply("x"))
    assert heard.reply is not None
    assert heard.reply.usage.seconds == 7


@pytest.mark.parametrize(
    ("behaviour", "text"),
    [
        (reply("cut short", finish_reason="length"), "cut short"),
        (reply("half", finish_reason="content_filter"), "half"),
        (early_done(2), "x" * 40),
        (refusal(), ""),
        (empty(), ""),
    ],
    ids=["length", "content_filter", "done without a reason", "refusal", "empty"],
)
def test_a_reply_that_stopped_early_is_not_complete(asking: Asking, behaviour: Behaviour, text: str) -> None:
    heard = asking.hear(behaviour)
    assert heard.reply is not None
    assert (heard.reply.text, heard.reply.complete) == (text, False)
    assert len(asking.server.requests) == 1


def test_a_huge_reply_is_given_on_piece_by_piece(asking: Asking) -> None:
    heard = asking.hear(huge(100_000))
    assert heard.reply is not None
    assert len(heard.reply.text) == 100_000


# Tries


PASSING = {
    **{str(code): status(code) for code in (408, 429, 500, 502, 503, 504, 529)},
    "reset before any answer": reset_at_once(),
    "reset after the role": reset_after(0),
    "cut after the role": cut_after(0),
    "an error after the role": error_after(0),
    "done without a word": early_done(0),
    "nothing behind the headers": nothing(),
    "a web page": not_json_body(),
}


@pytest.mark.parametrize("behaviour", PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_passes_is_tried_again_and_said(asking: Asking, behaviour: Behaviour) -> None:
    heard = asking.hear(behaviour, reply("at last"))
    assert heard.text == "at last"
    assert len(heard.retries) == 1
    assert len(asking.server.requests) == 2


@pytest.mark.parametrize("behaviour", PASSING.values(), ids=PASSING.keys())
def test_three_tries_and_no_more(asking: Asking, behaviour: Behaviour) -> None:
    heard = asking.hear(behaviour, behaviour, behaviour)
    assert isinstance(heard.error, ModelBusy)
    assert len(heard.retries) == 2
    assert len(asking.server.requests) == 3


def test_a_retry_is_announced_in_plain_words_before_the_pause(asking: Asking) -> None:
    asking.server.script(status(429, {"Retry-After": "7"}), reply("x"))
    stream = asking.model().stream(MESSAGES, Deadline(60, asking.clock))
    retry = next(stream)
    assert isinstance(retry, Retry)
    assert str(retry.reason) == "429 too many requests"
    assert asking.clock.pauses == []
    assert next(stream) == "x"
    assert sum(asking.clock.pauses) == 7


def test_every_part_of_what_is_told_can_be_said_in_another_language(asking: Asking) -> None:
    asking.server.script(*[status(429)] * 3, reply("x"))
    model = asking.model("openai/first", "openai/second")
    said = [
        piece.reason.said(lambda text: f"«{text}»")
        for piece in model.stream(MESSAGES, Deadline(60, asking.clock))
        if isinstance(piece, Retry)
    ]
    words = "«429 «too many requests»»"
    error = f"«openai/first gave no reply: {words}; «wait a little, or check the account's quota»»"
    assert said == [words, words, f"«{error}; now asking openai/second»"]


def test_a_pause_beyond_the_deadline_is_not_begun(asking: Asking) -> None:
    heard = asking.hear(status(429, {"Retry-After": "15"}), seconds=10)
    assert isinstance(heard.error, ModelBusy)
    assert (asking.clock.pauses, heard.retries, len(asking.server.requests)) == ([], [], 1)


def test_a_server_that_is_not_there_is_named_as_such(asking: Asking) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        endpoint = Endpoint("openai/first", f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        heard = asking.hear(model=LiteLLMModel([endpoint], 5, sleep=asking.clock.sleep, clock=asking.clock))
    assert isinstance(heard.error, ModelBusy)
    assert "openai/first" in str(heard.error)
    assert "the connection failed" in str(heard.error)
    assert "COACH_API_BASE" in str(heard.error)
    assert len(heard.retries) == 2


@pytest.mark.parametrize("code", [400, 401, 402, 403, 404, 413, 418, 422])
def test_a_refusal_is_final_at_once(asking: Asking, code: int) -> None:
    heard = asking.hear(status(code, {"Retry-After": "1"}))
    assert isinstance(heard.error, ModelRejected)
    assert len(asking.server.requests) == 1
    assert heard.retries == []
    assert "openai/first" in str(heard.error)
    assert str(code) in str(heard.error)
    assert "\n" not in str(heard.error)


@pytest.mark.parametrize(
    ("behaviour", "arrived"),
    [(reset_after(2), 40), (cut_after(2), 40), (error_after(2), 40), (reset_after(1), 20)],
    ids=["reset", "cut", "error", "reset after one"],
)
def test_a_stream_that_breaks_is_not_begun_again(asking: Asking, behaviour: Behaviour, arrived: int) -> None:
    heard = asking.hear(behaviour)
    assert isinstance(heard.error, ReplyBroken)
    assert heard.error.arrived == heard.text == "x" * arrived
    assert len(asking.server.requests) == 1


def test_a_silent_server_is_given_up_after_the_timeout_of_each_try(asking: Asking) -> None:
    heard = asking.hear(hang(), hang(), hang(), model=asking.model(timeout=0.2))
    assert isinstance(heard.error, ModelBusy)
    assert heard.retries == ["408 no answer in time"] * 2
    assert len(asking.server.requests) == 3


# The deadline


def test_a_slow_drip_ends_at_the_deadline(asking: Asking) -> None:
    heard = asking.hear(drip("abcdefghij", before_each=lambda: asking.clock.advance(1)), seconds=5)
    assert isinstance(heard.error, ReplyBroken)
    assert 1 <= len(heard.error.arrived) <= 5
    assert "abcdefghij".startswith(heard.error.arrived)


@pytest.mark.parametrize(
    "dripping",
    [lambda wait: drip("x", wait, bytewise=True), keep_alive],
    ids=["single bytes", "comments"],
)
def test_bytes_that_never_become_a_piece_end_at_the_deadline(
    asking: Asking, dripping: Callable[[Callable[[], object]], Behaviour]
) -> None:
    finished = threading.Event()
    heard = asking.hear(dripping(lambda: finished.wait(0.01)), seconds=0.3)
    finished.set()
    assert isinstance(heard.error, ModelBusy)
    assert "deadline" in str(heard.error)
    assert heard.retries == []


def test_silence_in_mid_stream_ends_at_the_deadline_and_with_it_the_connection(asking: Asking) -> None:
    asking.server.script(hang("x" * 20))
    stream = asking.model(timeout=60).stream(MESSAGES, Deadline(60, asking.clock))
    assert next(stream) == "x" * 20
    asking.clock.advance(59.9)
    with pytest.raises(ReplyBroken):
        next(stream)
    assert asking.server.requests[0].hung_up.wait(5)


def test_a_deadline_that_has_passed_sends_nothing(asking: Asking) -> None:
    heard = asking.hear(reply("x"), model=asking.model("openai/first", "openai/second"), seconds=0)
    assert isinstance(heard.error, ModelBusy)
    assert heard.retries == []
    assert asking.server.requests == []


# Fallbacks


@pytest.mark.parametrize(
    ("behaviours", "requests"),
    [([status(401)], 2), ([status(503)] * 3, 4), ([status(413)], 2)],
    ids=["refused", "busy", "too large"],
)
def test_the_next_model_is_asked_and_named(asking: Asking, behaviours: list[Behaviour], requests: int) -> None:
    heard = asking.hear(*behaviours, reply("from the second"), model=asking.model("openai/first", "openai/second"))
    assert heard.reply is not None
    assert (heard.reply.model, heard.reply.text) == ("openai/second", "from the second")
    assert heard.reply.usage.calls == 1
    assert [request.body["model"] for request in asking.server.chats()] == ["first"] * (requests - 1) + ["second"]
    assert "openai/first" in heard.retries[-1]
    assert heard.retries[-1].endswith("now asking openai/second")


def test_where_all_fail_the_first_models_error_is_told(asking: Asking) -> None:
    heard = asking.hear(status(401), status(404), model=asking.model("openai/first", "openai/second"))
    assert isinstance(heard.error, ModelRejected)
    assert "openai/first" in str(heard.error)
    assert "401" in str(heard.error)


def test_a_broken_reply_is_not_taken_up_by_another_model(asking: Asking) -> None:
    heard = asking.hear(reset_after(2), model=asking.model("openai/first", "openai/second"))
    assert isinstance(heard.error, ReplyBroken)
    assert len(asking.server.requests) == 1


def test_a_model_leaves_time_for_the_one_behind_it(asking: Asking) -> None:
    busy = status(429, {"Retry-After": "20"})
    heard = asking.hear(busy, reply("x"), model=asking.model("openai/first", "openai/second"), seconds=30)
    assert heard.reply is not None
    assert heard.reply.model == "openai/second"
    assert asking.clock.pauses == []


# The shape of the reply


def refusing(words: str, code: int = 400) -> Behaviour:
    return status(code, body={"error": {"message": words, "type": "invalid_request_error", "param": None}})


def test_a_shape_goes_out_as_a_strict_schema(asking: Asking) -> None:
    asking.hear(reply("{}"), shape=Judgement)
    sent = asking.server.requests[0].body["response_format"]["json_schema"]
    assert sent["strict"] is True
    assert sent["schema"]["additionalProperties"] is False
    assert sent["schema"]["required"] == ["verdict", "why"]


def test_a_model_that_refuses_the_schema_is_asked_for_an_object_and_then_for_nothing(asking: Asking) -> None:
    model = asking.model()
    refused = [refusing("This response_format type is unavailable now"), refusing("json_object is not supported", 422)]
    heard = asking.hear(*refused, reply("{}"), model=model, shape=Judgement)
    assert heard.text == "{}"
    assert heard.retries == []
    assert asking.formats == ["json_schema", "json_object", "text"]
    assert model.parameters["response_format"] == "text"


def test_what_worked_is_remembered(asking: Asking) -> None:
    model = asking.model()
    asking.hear(refusing("invalid schema"), reply("{}"), reply("{}"), model=model, shape=Judgement)
    asking.hear(model=model, shape=Judgement)
    assert asking.formats == ["json_schema", "json_object", "json_object"]


def test_a_step_down_is_no_try(asking: Asking) -> None:
    busy = status(429)
    refused = refusing("no response_format please")
    heard = asking.hear(busy, busy, refused, reply("{}"), shape=Judgement)
    assert heard.text == "{}"
    assert len(heard.retries) == 2
    assert asking.formats == ["json_schema"] * 3 + ["json_object"]


def test_a_step_down_ends_at_the_prompt_alone(asking: Asking) -> None:
    heard = asking.hear(*[refusing("json_schema")] * 4, shape=Judgement)
    assert isinstance(heard.error, ModelRejected)
    assert asking.formats == ["json_schema", "json_object", "text"]


@pytest.mark.parametrize("words", ["the model does not exist", "context is 4096 tokens at most", ""])
def test_a_refusal_for_another_reason_is_no_step_down(asking: Asking, words: str) -> None:
    heard = asking.hear(refusing(words), shape=Judgement)
    assert isinstance(heard.error, ModelRejected)
    assert len(asking.server.requests) == 1


def test_without_a_shape_there_is_no_step_down(asking: Asking) -> None:
    heard = asking.hear(refusing("json_schema"))
    assert isinstance(heard.error, ModelRejected)
    assert asking.formats == ["text"]


def test_a_temperature_that_is_refused_is_left_out(asking: Asking) -> None:
    model = asking.model()
    heard = asking.hear(refusing("invalid temperature: only 1 is allowed for this model"), reply("x"), model=model)
    assert heard.text == "x"
    assert ["temperature" in request.body for request in asking.server.chats()] == [True, False]
    assert "temperature" not in model.parameters


def test_stream_options_that_are_refused_are_left_out(asking: Asking) -> None:
    detail = [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]
    heard = asking.hear(status(422, body={"detail": detail}), reply("x"))
    assert heard.reply is not None
    assert heard.reply.usage.input_tokens is None
    assert ["stream_options" in request.body for request in asking.server.chats()] == [True, False]


def test_a_request_that_is_too_long_is_told_so(asking: Asking) -> None:
    heard = asking.hear(refusing("This model's maximum context length is 4096 tokens."))
    assert isinstance(heard.error, ModelRejected)
    assert "shorten the text" in str(heard.error)


# Keys and answers stay where they are


ECHO = f"Incorrect API key provided: {KEY} (json_schema, temperature) for {ANSWER}"


@pytest.mark.parametrize(
    "behaviour",
    [
        *(status(code, body=ECHO) for code in (400, 401, 403, 404, 413, 422, 429, 500, 529)),
        *(error_after(pieces, message=ECHO) for pieces in (0, 2)),
        *(reset_at_once(), cut_after(2), not_json_body(), hang("x" * 20)),
    ],
)
def test_no_error_log_or_repr_holds_a_key_or_an_answer(
    asking: Asking, behaviour: Behaviour, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    model = asking.model("openai/first", "openai/second", timeout=0.2)
    heard = asking.hear(*[behaviour] * 8, model=model, shape=Judgement)
    assert heard.error is not None
    told = [
        *heard.retries,
        repr(heard.error),
        "".join(traceback.format_exception(heard.error)),
        repr(vars(heard.error)),
        *(record.getMessage() + (record.exc_text or "") for record in caplog.records),
        repr(vars(model)),
    ]
    assert not [text for text in told if KEY in text or ANSWER in text]
    assert heard.error.__cause__ is None
    assert heard.error.__context__ is None
    assert capfd.readouterr() == ("", "")


def test_a_key_of_the_environment_is_not_sent_to_a_server_of_ones_own(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    asking.hear(reply("x"), model=asking.model(key=""))
    assert KEY not in asking.server.requests[0].headers["authorization"]


def test_without_any_key_the_providers_variable_is_named_and_nothing_sent(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    heard = asking.hear(model=LiteLLMModel([Endpoint("openai/first")], 5))
    assert isinstance(heard.error, ModelRejected)
    assert "OPENAI_API_KEY" in str(heard.error)


# Nothing is left behind


def test_closing_the_stream_closes_the_connection(asking: Asking) -> None:
    asking.server.script(hang("x" * 40))
    stream = asking.model().stream(MESSAGES, Deadline(60, asking.clock))
    assert next(stream) == "x" * 20
    stream.close()
    assert asking.server.requests[0].hung_up.wait(5)


@pytest.mark.parametrize("name", ["deepseek/deepseek-chat", "dashscope/qwen-plus", "hosted_vllm/qwen"])
def test_closing_works_whatever_handler_the_provider_has(asking: Asking, name: str) -> None:
    asking.server.script(hang("x" * 40))
    stream = asking.model(name).stream(MESSAGES, Deadline(60, asking.clock))
    assert next(stream) == "x" * 20
    stream.close()
    assert asking.server.requests[0].hung_up.wait(5)


def test_fifty_calls_leave_no_thread_and_no_socket(asking: Asking) -> None:
    model = asking.model()
    kinds = [reply("x"), status(401), reset_after(1), early_done(1), cut_after(1)]
    asking.hear(*kinds[:1], model=model)
    threads, files = _threads_and_files()
    for number in range(50):
        asking.hear(kinds[number % len(kinds)], model=model)
    assert len(asking.server.requests) == 51
    left_threads, left_files = _threads_and_files()
    assert left_threads <= threads
    assert left_files <= files
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("litellm-logging")]) <= 1


def _threads_and_files() -> tuple[int, int]:
    """How many are open once those that are about to end have ended."""
    for thread in threading.enumerate():
        if thread.name.startswith(("asking", "Thread-")):
            thread.join(5)
    return threading.active_count(), len(os.listdir("/dev/fd"))
