"""One streamed reply of LiteLLM."""

import contextlib
import socket
from collections.abc import Mapping
from typing import Any

from coach.adapters.litellm_faults import with_our_words
from coach.adapters.litellm_import import load_litellm
from coach.chat import Usage


class ReplyStream:
    """A request and its reply as it arrives. Its methods block and belong to one thread, all but `hang_up`."""

    def __init__(self) -> None:
        self._chunks: Any = None
        self._usage: Any = None

    def open(self, request: Mapping[str, object]) -> str:
        """The first piece of the reply; empty where it has none. May be called again after a Fault, which it raises."""
        self.close()
        return with_our_words(lambda: self._open(request))

    def next_piece(self) -> str:
        """The next piece; empty at the end. Raises Fault."""
        return with_our_words(self._next_piece)

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped; None where the stream ended without saying so, which LiteLLM calls `stop`."""
        return getattr(self._chunks, "received_finish_reason", None) or getattr(
            self._chunks, "intermittent_finish_reason", None
        )

    def usage(self, seconds: float, priced: bool) -> Usage:
        """What the reply cost, as far as the provider reported it. `priced`: the price list holds for this server."""
        return Usage(
            calls=1,
            input_tokens=getattr(self._usage, "prompt_tokens", None) or None,
            output_tokens=getattr(self._usage, "completion_tokens", None) or None,
            cost_usd=(getattr(self._usage, "cost", None) or None) if priced else None,
            seconds=seconds,
        )

    def hang_up(self) -> None:
        """Ends the connection from any thread, so that a read under way ends too and the provider stops writing.

        Reaches the providers that LiteLLM asks through the client of OpenAI; for others the read goes on to its end.
        """
        response = getattr(self._below, "response", None)
        network = response.extensions.get("network_stream") if response else None
        connection = network.get_extra_info("socket") if network else None
        if isinstance(connection, socket.socket):
            with contextlib.suppress(OSError):  # it may have ended already
                # Not the method of SSLSocket, which takes the encryption away from under the reading thread.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def close(self) -> None:
        """Gives the connection back. The end of every stream, read to its end or not."""
        below, self._chunks = self._below, None
        source = getattr(below, "response", None) or getattr(below, "streaming_response", None)
        if source is not None:
            source.close()

    @property
    def _below(self) -> Any:
        """The provider's stream that LiteLLM reads from."""
        return getattr(self._chunks, "completion_stream", None)

    def _open(self, request: Mapping[str, object]) -> str:
        self._chunks = load_litellm().completion(**request, stream=True, num_retries=0, max_retries=0)
        return self._next_piece()

    def _next_piece(self) -> str:
        for chunk in self._chunks:
            self._usage = getattr(chunk, "usage", None) or self._usage
            text = chunk.choices[0].delta.content if chunk.choices else None
            if text:
                return text
        return ""
