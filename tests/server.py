"""Runs real HTTP servers on loopback.

This module has a server whose pages a test can change, and the code that all test servers share.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A complete request."""

    method: str
    host: str
    """Host to which the request was sent, without the port."""
    path: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's response to a request."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", HTML),)
    late: float = 0.0
    """Time before the headers are sent, in seconds."""
    pause: float = 0.0
    """Time between the headers and the body, in seconds."""
    until: threading.Event | None = None
    """Event that a test sets. The body is sent after this event, or after two minutes."""
    breaks: Literal["", "silence", "reset", "drop", "half"] = ""
    """Way in which the connection ends too early. With `silence` and `drop`, there is no response, but with `drop` the
    server has accepted the message. With `reset`, the connection is reset. With `half`, it ends in the middle of the
    body.
    """
    endless: bool = False
    """Whether the server sends the body again and again without an end."""


Respond = Callable[[Request], Answer]


class Server(ThreadingHTTPServer):
    """A server whose responses a test determines. It ignores errors from clients that disconnect."""

    daemon_threads = True
    respond: Respond

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typed for sockets alone


class Handler(BaseHTTPRequestHandler):
    """Passes complete requests to the server's `respond`, and sends the response that `respond` returns."""

    protocol_version = "HTTP/1.1"
    server: Server
    host = ""
    """Host to which the client opened a tunnel, or "" if the request did not come through a tunnel."""

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        content = self.rfile.read(length)
        if len(content) < length:  # the client was killed
            self.close_connection = True
            return
        host = self.host or self.headers.get("Host", "").partition(":")[0]
        answer = self.server.respond(
            Request(method=self.command, host=host, path=self.path, headers=dict(self.headers.items()), content=content)
        )
        time.sleep(answer.late)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send(answer)

    do_GET = do_POST = do_PUT = handle_any  # noqa: N815  the base class names them so

    def send(self, answer: Answer) -> None:
        if answer.breaks and answer.breaks != "half":
            self.close_connection = True
            if answer.breaks == "reset":
                reset(self.connection)
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.endless:
            self.send_header("Connection", "close")
            self.end_headers()
            while True:
                self.wfile.write(answer.body)
        self.send_header("Content-Length", str(len(answer.body) * (2 if answer.breaks == "half" else 1)))
        self.end_headers()
        time.sleep(answer.pause)
        if answer.until is not None:
            answer.until.wait(120)
        self.wfile.write(answer.body)
        if answer.breaks == "half":
            self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        """Write no log."""


def reset(connection: socket.socket) -> None:
    """Reset a connection, so that it does not end properly."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextlib.contextmanager
def answering(
    respond: Respond,
    host: str = "127.0.0.1",
    *,
    tls: ssl.SSLContext | None = None,
    handler: type[Handler] = Handler,
) -> Iterator[int]:
    """Run a server on a free loopback port, and yield the port."""
    server = Server((host, 0), handler)
    server.respond = respond
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Site:
    """The pages of a server, and the requests that it received."""

    base: str = ""
    """Beginning of all addresses: the scheme, the host and the port."""
    pages: dict[str, Answer] = field(default_factory=dict)
    """Pages by path. For any other path the response is a 404."""
    first: dict[str, list[Answer]] = field(default_factory=dict)
    """Responses by path that come before the page. Each of these responses is sent once."""
    with_cookie: dict[tuple[str, str], Answer] = field(default_factory=dict)
    """Responses to requests with a cookie, by path and cookie. A cookie is written as "name=value"."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path and headers of each request, in order."""
    sent: list[str] = field(default_factory=list)
    """Method, host and path of each request other than GET."""
    asked_at: list[float] = field(default_factory=list)
    """Time of each request, in seconds of a monotonic clock."""
    moments: dict[str, float] = field(default_factory=dict)
    """Time of the last request, by path, in seconds of a monotonic clock."""

    def url(self, path: str) -> str:
        return self.base + path

    def serve(self, path: str, body: str | bytes, status: int = 200, content_type: str = HTML) -> str:
        """Set the page of a path, and return its address."""
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = Answer(content, status, (("Content-Type", content_type),))
        return self.url(path)

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        self.pages[path] = Answer(status=status, headers=(("Location", target),))
        return self.url(path)

    def when(self, path: str) -> list[float]:
        """Return the times of all requests for a path, in seconds of a monotonic clock."""
        return [moment for (asked, _), moment in zip(self.asked, self.asked_at, strict=True) if asked == path]

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """Return the response to a GET request.

        It is a 304 if the request contains the validator of the page, such as its ETag.
        """
        if self.first.get(path):
            return self.first[path].pop(0)
        brought = [self.with_cookie.get((path, cookie)) for cookie in headers.get("Cookie", "").split("; ")]
        known = [answer for answer in brought if answer is not None]
        page = known[0] if known else self.pages.get(path, Answer(b"<p>There is no such page here.</p>", 404))
        stated = dict(page.headers)
        pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        held = [(headers[asked], stated.get(name)) for asked, name in pairs if asked in headers]
        return Answer(status=304, headers=page.headers) if held and held[0][0] == held[0][1] else page

    def respond(self, request: Request) -> Answer:
        """Record a request, and return the response. The response to a method other than GET is a 405."""
        if request.method != "GET":
            self.sent.append(f"{request.method} {request.host}{request.path}")
            return Answer(status=405)
        self.asked.append((request.path, request.headers))
        self.asked_at.append(time.monotonic())
        self.moments[request.path] = self.asked_at[-1]
        return self.answer(request.path, request.headers)

    def visits(self) -> Counter[str]:
        """Return the number of requests for each path."""
        return Counter(path for path, _ in self.asked)

    def cookies(self, path: str) -> list[str | None]:
        """Return the cookies of each request for a path."""
        return [headers.get("Cookie") for asked, headers in self.asked if asked == path]

    def said(self, path: str) -> list[str | None]:
        """Return the If-None-Match header of each request for a path."""
        return [headers.get("If-None-Match") for asked, headers in self.asked if asked == path]


@contextlib.contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Site]:
    """Run a server of pages on a free loopback port."""
    site = Site()
    with answering(site.respond, host) as port:
        site.base = f"http://{host}:{port}"
        yield site
