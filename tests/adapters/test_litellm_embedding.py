from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from coach.adapters.litellm_embedding import LiteLLMEmbedding
from coach.adapters.litellm_model import Endpoint
from coach.errors import EmbeddingError
from tests.openai_server import (
    Behaviour,
    Exchange,
    OpenAIServer,
    embeddings,
    hang,
    not_json_body,
    reset_at_once,
    status,
    vector_of,
)

# LiteLLM reads pydantic's fields in an old way, and silences the warning where it is imported, which pytest undoes.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the .* attribute on the instance is deprecated")

KEY = "sk-THE-KEY-0123456789abcdef"
MODEL = "openai/bge-m3"


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def embedding(openai_server: OpenAIServer, clock: Clock) -> LiteLLMEmbedding:
    endpoint = Endpoint(MODEL, api_base=openai_server.url, api_key=SecretStr(KEY))
    return LiteLLMEmbedding(endpoint, timeout_seconds=10, sleep=clock.sleep, clock=clock)


def texts(count: int) -> list[str]:
    return [f"第{number}条" for number in range(count)]


def replying(change: Callable[[list[dict[str, Any]]], Any]) -> Behaviour:
    """A reply whose rows were changed."""

    def behave(exchange: Exchange) -> None:
        inputs: list[str] = exchange.request.body["input"]
        rows = [
            {"object": "embedding", "index": number, "embedding": vector_of(text)} for number, text in enumerate(inputs)
        ]
        exchange.send(200, {"object": "list", "model": MODEL, "data": change(rows), "usage": {}})

    return behave


def at_most(count: int) -> Behaviour:
    """A server that takes so many texts a request."""

    def behave(exchange: Exchange) -> None:
        (embeddings() if len(exchange.request.body["input"]) <= count else status(400))(exchange)

    return behave


class TestVectors:
    def test_come_in_the_order_of_the_texts(self, embedding: LiteLLMEmbedding, openai_server: OpenAIServer) -> None:
        openai_server.script_embeddings(replying(lambda rows: rows[::-1]))

        vectors = embedding.embed(texts(3))

        assert [list(vector) for vector in vectors] == [pytest.approx(vector_of(text)) for text in texts(3)]

    def test_of_no_text_cost_no_request(self, embedding: LiteLLMEmbedding, openai_server: OpenAIServer) -> None:
        assert embedding.embed([]) == []
        assert openai_server.requests == []

    def test_are_asked_for_in_batches(self, embedding: LiteLLMEmbedding, openai_server: OpenAIServer) -> None:
        vectors = embedding.embed(texts(150))

        assert [len(request.body["input"]) for request in openai_server.requests] == [64, 64, 22]
        assert [list(vector) for vector in vectors] == [pytest.approx(vector_of(text)) for text in texts(150)]

    @pytest.mark.parametrize(("taken", "sizes"), [(10, [25, 10, 10, 5]), (1, [25, 10, *[1] * 25])])
    def test_are_asked_for_in_smaller_batches_where_large_ones_are_refused(
        self, taken: int, sizes: list[int], embedding: LiteLLMEmbedding, openai_server: OpenAIServer
    ) -> None:
        openai_server.script_embeddings(*[at_most(taken)] * 40)

        assert len(embedding.embed(texts(25))) == 25
        assert len(embedding.embed(texts(taken))) == taken
        assert [len(request.body["input"]) for request in openai_server.requests] == [*sizes, taken]

    def test_are_asked_for_with_the_key_as_plain_numbers(
        self, embedding: LiteLLMEmbedding, openai_server: OpenAIServer
    ) -> None:
        embedding.embed(["退款"])

        (request,) = openai_server.requests
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert (request.body["model"], request.body["encoding_format"]) == ("bge-m3", "float")

    def test_are_asked_for_without_a_provider_s_key_at_an_address_of_one_s_own(
        self, openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)

        LiteLLMEmbedding(Endpoint(MODEL, api_base=openai_server.url), timeout_seconds=10).embed(["退款"])

        assert KEY not in openai_server.requests[0].headers["authorization"]


class TestFaults:
    @pytest.mark.parametrize("fault", [status(429), status(500), status(503), reset_at_once()])
    def test_that_pass_are_tried_again(
        self, fault: Behaviour, embedding: LiteLLMEmbedding, openai_server: OpenAIServer, clock: Clock
    ) -> None:
        openai_server.script_embeddings(fault, fault)

        assert len(embedding.embed(texts(2))) == 2
        assert len(openai_server.requests) == 3
        assert len(clock.pauses) == 2

    def test_wait_as_long_as_the_server_asks(
        self, embedding: LiteLLMEmbedding, openai_server: OpenAIServer, clock: Clock
    ) -> None:
        openai_server.script_embeddings(status(429, {"Retry-After": "7"}))

        embedding.embed(["退款"])

        assert clock.pauses == [7]

    @pytest.mark.parametrize(
        ("code", "requests", "words"),
        [
            (401, 1, "401 the key was refused; check COACH_API_KEY"),
            (403, 1, "403 no right to use this model"),
            (404, 1, "404 no such model or address; check COACH_EMBEDDING and COACH_API_BASE"),
            (400, 3, "400 bad request; check that COACH_EMBEDDING names an embedding model"),
            (429, 3, "429 too many requests"),
            (500, 3, "500"),
        ],
    )
    def test_that_stay_are_told_with_what_to_do_and_without_the_key(
        self, code: int, requests: int, words: str, embedding: LiteLLMEmbedding, openai_server: OpenAIServer
    ) -> None:
        openai_server.script_embeddings(*[status(code, body=f"wrong: {KEY}")] * 3)

        with pytest.raises(EmbeddingError) as told:
            embedding.embed(texts(20))

        assert str(told.value).startswith(f"{MODEL} gave no usable vectors: {words}")
        assert KEY not in str(told.value)
        assert len(openai_server.requests) == requests

    def test_of_a_model_that_says_nothing_end_after_the_timeout(self, openai_server: OpenAIServer) -> None:
        openai_server.script_embeddings(*[hang()] * 3)
        endpoint = Endpoint(MODEL, api_base=openai_server.url)

        with pytest.raises(EmbeddingError, match=r"no answer in time|before the deadline"):
            LiteLLMEmbedding(endpoint, timeout_seconds=0.05, sleep=lambda _: None).embed(["退款"])

    def test_of_a_missing_key_name_the_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)

        with pytest.raises(EmbeddingError, match="there is no key; set COACH_API_KEY or OPENAI_API_KEY"):
            LiteLLMEmbedding(Endpoint("openai/text-embedding-3-small"), timeout_seconds=1).embed(["退款"])

    @pytest.mark.parametrize(
        ("behaviour", "words"),
        [
            (embeddings(missing=1), "2 vectors came for 3 texts"),
            (replying(lambda rows: [*rows, rows[0]]), "4 vectors came for 3 texts"),
            (replying(lambda rows: [rows[0], rows[0], rows[1]]), "3 vectors came for 3 texts"),
            (replying(lambda _: []), "0 vectors came for 3 texts"),
            (
                replying(lambda rows: [{**rows[0], "embedding": [0.1]}, *rows[1:]]),
                "a vector of width 8 came after one of 1",
            ),
            (replying(lambda rows: [{**row, "embedding": []} for row in rows]), "a vector of width 0 came"),
            (replying(lambda rows: [{**row, "embedding": ["x"] * 8} for row in rows]), "gave no usable vectors"),
            (replying(lambda rows: [{"embedding": row["embedding"]} for row in rows]), "its reply holds no vectors"),
            (replying(lambda rows: [{"index": row["index"]} for row in rows]), "its reply holds no vectors"),
            (replying(lambda rows: [{**row, "embedding": None} for row in rows]), "gave no usable vectors"),
            (not_json_body(), "gave no usable vectors"),
        ],
    )
    def test_of_replies_that_are_no_vectors_for_these_texts_are_told(
        self, behaviour: Behaviour, words: str, embedding: LiteLLMEmbedding, openai_server: OpenAIServer
    ) -> None:
        openai_server.script_embeddings(*[behaviour] * 3)

        with pytest.raises(EmbeddingError, match=words):
            embedding.embed(texts(3))

    def test_of_a_width_that_changes_between_requests_are_told(
        self, embedding: LiteLLMEmbedding, openai_server: OpenAIServer
    ) -> None:
        openai_server.script_embeddings(embeddings(8), embeddings(4))
        embedding.embed(["退款"])

        with pytest.raises(EmbeddingError, match="a vector of width 4 came after one of 8"):
            embedding.embed(["退款"])


class TestName:
    @pytest.mark.parametrize(
        ("endpoint", "name"),
        [
            (Endpoint("openai/text-embedding-3-small"), "openai/text-embedding-3-small"),
            (Endpoint("openai/bge-m3", "http://127.0.0.1:8081/v1/"), "openai/bge-m3 at 127.0.0.1:8081/v1"),
            (Endpoint("openai/bge-m3", "http://me:secret@host/v1"), "openai/bge-m3 at host/v1"),
            (Endpoint("openai/bge-m3", "http://host/v1", SecretStr(KEY)), "openai/bge-m3 at host/v1"),
        ],
    )
    def test_is_the_model_and_the_address_without_what_is_secret(self, endpoint: Endpoint, name: str) -> None:
        assert LiteLLMEmbedding(endpoint, timeout_seconds=1).name == name
