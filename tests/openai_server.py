"""A real HTTP server that speaks the OpenAI protocol on 127.0.0.1 and does to each request what a script says.

    openai_server.script(status(429, {"Retry-After": "2"}), reply("你好"))
    ...
    assert openai_server.requests[1].body["messages"][0]["content"] == "..."

Each behaviour serves one request to `/v1/chat/completions`, streaming or not as the request wants. A request beyond
the script gets a 418, which nothing retries. Nothing here sleeps: what takes time waits for the test.

    python tests/openai_server.py --port 8765     answers the critic by hand-made rules, for trying things out
"""

import argparse
import base64
import contextlib
import hashlib
import json
import re
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/json"
SAFETY_SECONDS = 20
"""No wait in here is longer, so that a broken test ends."""


@dataclass
class Received:
    """A request as it came in."""

    path: str
    headers: Mapping[str, str]
    """Names in small letters."""
    body: dict[str, Any]
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set when the client closed the connection before the answer had ended."""


class OpenAIServer:
    """The server. `url` is what a client takes as its base address."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Received] = []
        self.otherwise: Behaviour = status(418, body="the test has scripted no further reply")
        """What a chat request beyond the script gets."""
        self._chats: deque[Behaviour] = deque()
        self._embeddings: deque[Behaviour] = deque()
        self._open: set[socket.socket] = set()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler_for(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), name="openai-server")
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def script(self, *behaviours: "Behaviour") -> None:
        """What the next chat requests get, in order."""
        self._chats.extend(behaviours)

    def script_embeddings(self, *behaviours: "Behaviour") -> None:
        """What the next embedding requests get, in order; those beyond the script get `embeddings()`."""
        self._embeddings.extend(behaviours)

    def chats(self) -> Sequence[Received]:
        """The chat requests so far."""
        return [request for request in self.requests if request.path.endswith("/chat/completions")]

    def start(self) -> "OpenAIServer":
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends every connection and every thread of the server."""
        for connection in list(self._open):
            _shut(connection)
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(SAFETY_SECONDS)

    def serve_one(self, handler: BaseHTTPRequestHandler) -> None:
        """Reads one request and does to it what the script says."""
        length = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(length) or b"{}")
        headers = {name.lower(): value for name, value in handler.headers.items()}
        received = Received(path=handler.path, headers=headers, body=body)
        self.requests.append(received)
        self._open.add(handler.connection)
        handler.close_connection = True
        try:
            self._behaviour(handler.path)(Exchange(handler, received))
        except OSError:  # the client has gone
            received.hung_up.set()
        finally:
            self._open.discard(handler.connection)

    def _behaviour(self, path: str) -> "Behaviour":
        if path.endswith("/chat/completions"):
            return self._chats.popleft() if self._chats else self.otherwise
        if path.endswith("/embeddings"):
            return self._embeddings.popleft() if self._embeddings else embeddings()
        if path.endswith("/models"):
            return lambda exchange: exchange.send(200, {"object": "list", "data": [{"id": "test", "object": "model"}]})
        return status(404)


def _handler_for(server: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SAFETY_SECONDS

        def do_GET(self) -> None:
            server.serve_one(self)

        do_POST = do_GET  # noqa: N815  the standard library calls it so

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be closed already
        connection.shutdown(socket.SHUT_RDWR)


class Exchange:
    """One request, and the means to answer it well or badly."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: Received) -> None:
        self.request = request
        self._handler = handler

    @property
    def streams(self) -> bool:
        return bool(self.request.body.get("stream"))

    def send(self, code: int, body: object, headers: Mapping[str, str] | None = None, kind: str = JSON) -> None:
        """A whole answer; a `str` goes out as it is, anything else as JSON."""
        data = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
        self._begin(code, {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})})
        self._handler.wfile.write(data)

    def begin_stream(self) -> None:
        self._begin(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})

    def event(self, delta: Mapping[str, Any], **choice: object) -> None:
        """One chunk with a delta."""
        self.line(json.dumps(_chunk([{"index": 0, "delta": delta, "finish_reason": None, **choice}])))

    def line(self, data: str) -> None:
        """One server-sent event, whatever is in it."""
        self.raw(f"data: {data}\n\n".encode())

    def raw(self, data: bytes) -> None:
        """Bytes of the stream."""
        self._handler.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def end_stream(self) -> None:
        self._handler.wfile.write(b"0\r\n\r\n")

    def reset(self) -> None:
        """Drops the connection with a TCP reset."""
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.connection.close()

    def wait_for_hang_up(self) -> None:
        """Says nothing until the client closes the connection."""
        self._handler.connection.settimeout(SAFETY_SECONDS)
        if not self._handler.connection.recv(1):
            self.request.hung_up.set()

    def _begin(self, code: int, headers: Mapping[str, str]) -> None:
        self._handler.send_response(code)
        for name, value in {**headers, "Connection": "close"}.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()


Behaviour = Callable[[Exchange], None]
Text = str | Callable[[dict[str, Any]], str]
"""What a reply says, or a function that finds it from the request's body."""


def reply(
    text: Text,
    *,
    usage: tuple[int, int] | None = (11, 7),
    finish_reason: str | None = "stop",
    piece_length: int = 20,
) -> Behaviour:
    """A good reply, in pieces where the request streams. `usage`: tokens in and out, or None: not reported."""

    def behave(exchange: Exchange) -> None:
        said = text if isinstance(text, str) else text(exchange.request.body)
        if not exchange.streams:
            exchange.send(200, _completion({"role": "assistant", "content": said}, finish_reason, usage))
            return
        _begin_with(exchange, said, piece_length)
        _end_with(exchange, finish_reason, usage)

    return behave


def empty() -> Behaviour:
    """A reply without a word."""
    return reply("")


def huge(characters: int = 2_000_000) -> Behaviour:
    """A reply that goes on and on."""

    def behave(exchange: Exchange) -> None:
        exchange.begin_stream()
        for number in range(0, characters, 1000):
            exchange.event({"content": f"{number:01000}"})
        _end_with(exchange, "stop", None)

    return behave


def refusal(text: str = "I can't help with that.") -> Behaviour:
    """A refusal in OpenAI's own field for it."""

    def behave(exchange: Exchange) -> None:
        if not exchange.streams:
            message = {"role": "assistant", "content": None, "refusal": text}
            exchange.send(200, _completion(message, "stop", (11, 7)))
            return
        exchange.begin_stream()
        exchange.event({"role": "assistant", "content": None, "refusal": ""})
        for piece in _pieces(text, 5):
            exchange.event({"refusal": piece})
        _end_with(exchange, "stop", (11, 7))

    return behave


def status(code: int, headers: Mapping[str, str] | None = None, body: object = None) -> Behaviour:
    """An HTTP error; a body of `str` stands as the message in the usual JSON."""
    if body is None or isinstance(body, str):
        body = {"error": {"message": body or f"scripted status {code}", "type": "error", "code": None}}
    return lambda exchange: exchange.send(code, body, headers)


def not_json_body() -> Behaviour:
    """A 200 with a web page, as a captive portal gives."""
    return lambda exchange: exchange.send(200, "<html><body>Welcome to the hotel</body></html>", kind="text/html")


def nothing() -> Behaviour:
    """A 200 without a single byte after the headers."""
    return lambda exchange: exchange.send(200, "")


def reset_at_once() -> Behaviour:
    """A connection that is reset before any answer."""
    return lambda exchange: exchange.reset()


def reset_after(pieces: int, text: str = "x" * 400) -> Behaviour:
    """A stream that is reset after so many pieces of 20 characters; 0: after the headers and the role."""

    def behave(exchange: Exchange) -> None:
        _begin_with(exchange, text[: pieces * 20], 20)
        exchange.reset()

    return behave


def cut_after(pieces: int, text: str = "x" * 400) -> Behaviour:
    """A stream whose connection ends, politely but too early, after so many pieces of 20 characters."""
    return lambda exchange: _begin_with(exchange, text[: pieces * 20], 20)


def early_done(pieces: int, text: str = "x" * 400) -> Behaviour:
    """A stream that says [DONE] without a finish reason after so many pieces of 20 characters."""

    def behave(exchange: Exchange) -> None:
        _begin_with(exchange, text[: pieces * 20], 20)
        exchange.line("[DONE]")
        exchange.end_stream()

    return behave


def error_after(pieces: int, text: str = "x" * 400, message: str = "overloaded") -> Behaviour:
    """A stream that turns into an error object after so many pieces of 20 characters."""

    def behave(exchange: Exchange) -> None:
        _begin_with(exchange, text[: pieces * 20], 20)
        exchange.line(json.dumps({"error": {"message": message, "type": "server_error", "code": 500}}))
        exchange.end_stream()

    return behave


def drip(text: str, before_each: Callable[[], object], *, bytewise: bool = False) -> Behaviour:
    """A stream of single characters, or of single bytes of one long event, each after a call of `before_each`."""

    def behave(exchange: Exchange) -> None:
        exchange.begin_stream()
        if bytewise:
            event = json.dumps(_chunk([{"index": 0, "delta": {"content": text}, "finish_reason": None}]))
            for byte in f"data: {event}\n\n".encode():
                before_each()
                exchange.raw(bytes([byte]))
        else:
            for character in text:
                before_each()
                exchange.event({"content": character})
        _end_with(exchange, "stop", (11, 7))

    return behave


def keep_alive(before_each: Callable[[], object]) -> Behaviour:
    """A stream of comments and never a word, as providers send while a request waits in their queue."""

    def behave(exchange: Exchange) -> None:
        exchange.begin_stream()
        while True:
            before_each()
            exchange.raw(b": keep-alive\n\n")

    return behave


def hang(text: str | None = None) -> Behaviour:
    """Not a byte; or, with a text, its pieces. Then silence until the client hangs up."""

    def behave(exchange: Exchange) -> None:
        if text is not None:
            _begin_with(exchange, text, 20)
        exchange.wait_for_hang_up()

    return behave


def embeddings(width: int = 8, *, missing: int = 0) -> Behaviour:
    """A vector of this width for each input, always the same for the same text; `missing`: so many are left out."""

    def behave(exchange: Exchange) -> None:
        body = exchange.request.body
        texts: list[str] = [body["input"]] if isinstance(body["input"], str) else body["input"]
        coded = body.get("encoding_format") == "base64"
        vectors = [vector_of(text, width) for text in texts][: len(texts) - missing]
        data = [
            {"object": "embedding", "index": number, "embedding": _base64(vector) if coded else vector}
            for number, vector in enumerate(vectors)
        ]
        tokens = sum(len(text) for text in texts)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        exchange.send(200, {"object": "list", "model": body.get("model"), "data": data, "usage": usage})

    return behave


def vector_of(text: str, width: int = 8) -> list[float]:
    """A vector between -1 and 1 that depends on the text alone."""
    digest = hashlib.shake_128(text.encode()).digest(width)
    return [byte / 127.5 - 1 for byte in digest]


_FOLLOW_UP = "遇到这种情况，您具体会怎么做？"


def critic_reply(body: dict[str, Any]) -> str:
    """A plausible reply to the critic: key points covered by the sentences in turn, or a follow-up."""
    asked = body["messages"][-1]["content"]
    sentences = re.findall(r"^S(\d+): (.+)$", asked, re.MULTILINE)
    ids = list(dict.fromkeys(re.findall(r"^(\S+\.\d+) \(", asked, re.MULTILINE)))
    if not ids:
        return json.dumps({"question": _FOLLOW_UP}, ensure_ascii=False)
    points = [_point(point_id, sentences[at : at + 1]) for at, point_id in enumerate(ids)]
    open_ids = [point["key_point_id"] for point in points if point["verdict"] == "missing"]
    follow_up = {"question": _FOLLOW_UP, "key_point_id": open_ids[0]} if open_ids else None
    whole = {"key_points": points, "strengths": ["表达清楚"], "rewrite": "", "follow_up": follow_up}
    return json.dumps(whole, ensure_ascii=False)


def _point(point_id: str, sentence: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "key_point_id": point_id,
        "evidence": [{"sentence": int(number), "quote": text[:20]} for number, text in sentence],
        "why": "回答里说到了" if sentence else "回答里没有提到",
        "verdict": "covered" if sentence else "missing",
        "missing_part": "",
        "advice": "" if sentence else "补上这一点",
    }


def _begin_with(exchange: Exchange, text: str, piece_length: int) -> None:
    exchange.begin_stream()
    exchange.event({"role": "assistant", "content": ""})
    for piece in _pieces(text, piece_length):
        exchange.event({"content": piece})


def _end_with(exchange: Exchange, finish_reason: str | None, usage: tuple[int, int] | None) -> None:
    exchange.event({}, finish_reason=finish_reason)
    if usage and (exchange.request.body.get("stream_options") or {}).get("include_usage"):
        exchange.line(json.dumps({**_chunk([]), "usage": _usage(usage)}))
    exchange.line("[DONE]")
    exchange.end_stream()


def _pieces(text: str, length: int) -> Iterator[str]:
    return (text[start : start + length] for start in range(0, len(text), length))


def _chunk(choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "test", "choices": choices}


def _completion(message: object, finish_reason: str | None, usage: tuple[int, int] | None) -> dict[str, Any]:
    choices = [{"index": 0, "message": message, "finish_reason": finish_reason}]
    whole = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "test", "choices": choices}
    return {**whole, "usage": _usage(usage)} if usage else whole


def _usage(usage: tuple[int, int]) -> dict[str, int]:
    return {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}


def _base64(vector: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def main() -> None:
    parser = argparse.ArgumentParser(description="An OpenAI-compatible server that answers the critic by simple rules.")
    parser.add_argument("--port", type=int, default=8765)
    server = OpenAIServer(parser.parse_args().port)
    server.otherwise = reply(critic_reply)
    server.start()
    sys.stdout.write(f"COACH_MODEL=openai/test COACH_API_BASE={server.url} COACH_API_KEY=any\n")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
