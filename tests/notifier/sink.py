"""A real HTTP server on loopback that takes webhooks, and misbehaves as a test asks."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that the sink accepted."""

    path: str
    headers: dict[str, str]
    """By their names in small letters."""
    content: bytes

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sink does with a request."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    breaks: Literal["", "reset", "silence", "drop"] = ""
    """reset: the connection breaks before an answer; silence: no answer within `pause`; drop: the message is taken, and
    the connection ends without an answer."""
    pause: float = 0.0
    """Seconds."""

    @property
    def takes(self) -> bool:
        return self.breaks == "drop" or (not self.breaks and 200 <= self.status < 300)


@dataclass
class Sink:
    """What a webhook's receiver got, and what it answers."""

    port: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of what it accepted, read as JSON where they are."""
    taken: list[Taken] = field(default_factory=list)
    """All that it accepted, repeated ones too."""
    asked: int = 0
    """How many requests came, whatever was answered."""
    answers: list[Answer] = field(default_factory=list)
    """What is done first, one request each; then `status` and `location` hold."""
    status: int = 200
    location: str = ""
    pause: float = 0.0
    """Seconds before each answer."""
    hangs_until: Callable[[], bool] | None = None
    """Nothing is answered before this holds."""

    def url(self, path: str = "hook") -> str:
        """Return the address of a channel of Apprise's JSON."""
        return f"json://127.0.0.1:{self.port}/{path}"

    def signed(self, secret: str, path: str = "hook") -> str:
        """Return the address of a channel of our signed webhook."""
        return f"webhook://:{secret}@127.0.0.1:{self.port}/{path}"

    @property
    def kept(self) -> dict[str, Taken]:
        """What a receiver that honours the idempotency key keeps: the first of each."""
        return {taken.key: taken for taken in reversed(self.taken)}

    def hang(self) -> None:
        while self.hangs_until is not None and not self.hangs_until():
            time.sleep(0.01)

    def next_answer(self) -> Answer:
        if self.answers:
            return self.answers.pop(0)
        headers = (("Location", self.location),) if self.location else ()
        return Answer(self.status, headers, pause=self.pause)

    def take(self, path: str, headers: dict[str, str], content: bytes) -> None:
        self.taken.append(Taken(path, {name.lower(): value for name, value in headers.items()}, content))
        with contextlib.suppress(ValueError):
            self.received.append(json.loads(content))


def handler(state: Sink) -> type[BaseHTTPRequestHandler]:
    """Return what speaks for a sink."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it was killed meanwhile
                self.close_connection = True
                return
            state.asked += 1
            state.hang()
            answer = state.next_answer()
            if answer.takes:
                state.take(self.path, dict(self.headers.items()), body)
            time.sleep(answer.pause)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.answer(answer)

        do_PUT = do_POST  # noqa: N815  the base class names it so

        def answer(self, answer: Answer) -> None:
            if answer.breaks:
                self.close_connection = True
                if answer.breaks == "reset":
                    reset(self.connection)
                return
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
            pass

    return Handler


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    """Run a sink on a free port of loopback."""
    state = Sink()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(state))
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reset(connection: socket.socket) -> None:
    """End a connection with a reset instead of a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
