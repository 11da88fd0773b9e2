"""Embedding models of any provider, through LiteLLM."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from coach.adapters.deadline_thread import DeadlineThread, Overdue
from coach.adapters.litellm_faults import Fault, too_late, with_our_words
from coach.adapters.litellm_import import load_litellm
from coach.adapters.litellm_model import Endpoint, require_key
from coach.adapters.retrying import TRIES, retrying
from coach.chat import Deadline
from coach.errors import EmbeddingError
from coach.language import Sentence

_BATCHES = (64, 10, 1)  # texts a request, the next where one is refused: DashScope takes 10, old servers 1
_TOO_MANY = (400, 413, 422)
_ADVICE: Mapping[int, Sentence] = {
    400: Sentence.of("check that COACH_EMBEDDING names an embedding model (provider/model)"),
    404: Sentence.of("check COACH_EMBEDDING and COACH_API_BASE"),
}


class LiteLLMEmbedding:
    """An embedding model behind the port `Embedding`.

    `timeout_seconds`: the longest silence before a try counts as failed; a request with all its tries takes at most
    three times as long.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        timeout_seconds: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        self._sleep = sleep
        self._clock = clock
        self._batch = _BATCHES[0]
        self._width: int | None = None

    @property
    def name(self) -> str:
        """The model, and the address where it is not the provider's own: another server may mean another model."""
        address = urlsplit(self._endpoint.api_base)
        place = address.netloc.rpartition("@")[2] + address.path.rstrip("/")
        return f"{self._endpoint.model} at {place}" if place else self._endpoint.model

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector a text, all of the width of the first one ever.

        Raises:
            EmbeddingError: the model can't be reached or refuses, or what came are not vectors for these texts.
        """
        vectors: list[Sequence[float]] = []
        sizes = [size for size in _BATCHES if size <= self._batch]
        while len(vectors) < len(texts):
            batch = texts[len(vectors) : len(vectors) + sizes[0]]
            try:
                reply = self._ask(batch)
            except Fault as fault:
                if fault.status_code not in _TOO_MANY or len(batch) == 1:
                    raise self._error(fault.words, _ADVICE.get(fault.status_code, fault.advice)) from None
                del sizes[0]
            else:
                self._batch = sizes[0]
                vectors.extend(self._vectors(reply, len(batch)))
        return vectors

    def _ask(self, texts: Sequence[str]) -> Any:
        """The reply to one request, after up to three tries. Raises Fault."""
        require_key(self._endpoint)
        deadline = Deadline(self._timeout_seconds * TRIES, self._clock)
        thread = DeadlineThread(f"embedding by {self._endpoint.model}")
        try:
            return retrying(deadline, self._sleep)(thread.call, lambda: self._request(texts), deadline)
        except Overdue:
            raise too_late() from None
        finally:
            thread.end(lambda: None)

    def _request(self, texts: Sequence[str]) -> Any:
        endpoint = self._endpoint
        key = endpoint.api_key.get_secret_value().strip()  # a line end that was copied along breaks the header
        litellm = load_litellm()
        litellm.DEFAULT_MAX_RETRIES = (
            0  # it takes max_retries=0 for none: https://github.com/BerriAI/litellm/issues/7003
        )
        return with_our_words(
            lambda: litellm.embedding(
                model=endpoint.model,
                input=list(texts),
                encoding_format="float",
                timeout=self._timeout_seconds,
                num_retries=0,
                max_retries=0,
                drop_params=True,
                api_base=endpoint.api_base or None,
                # A server of one's own must not be sent the key of a provider that stands in the environment.
                api_key=key or ("none" if endpoint.api_base else None),
            )
        )

    def _vectors(self, reply: Any, count: int) -> Iterator[Sequence[float]]:
        """The vectors of a reply in the order of the texts, looked over."""
        advice = _ADVICE[400]
        try:
            rows = sorted(reply.data, key=lambda row: row["index"])
            places = [row["index"] for row in rows]
            vectors = [[float(number) for number in row["embedding"]] for row in rows]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._error(Sentence.of("its reply holds no vectors"), advice) from None
        if places != list(range(count)):
            words = Sentence.of("{came} vectors came for {count} texts", came=len(places), count=count)
            raise self._error(words, advice)
        for vector in vectors:
            self._width = self._width or len(vector)
            if len(vector) != self._width or not vector:
                words = Sentence.of(
                    "a vector of width {width} came after one of {first}", width=len(vector), first=self._width
                )
                raise self._error(words, advice)
            if not all(map(math.isfinite, vector)):
                raise self._error(Sentence.of("a vector holds what is no number"), advice)
            yield vector

    def _error(self, words: Sentence, advice: Sentence) -> EmbeddingError:
        return EmbeddingError(
            "{model} gave no usable vectors: {words}; {advice}",
            model=self._endpoint.model,
            words=words,
            advice=advice,
        )
