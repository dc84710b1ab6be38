"""A real HTTP server on loopback whose pages a test changes as it goes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says to a request."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", HTML),)
    late: float = 0.0
    """Seconds before the headers."""
    pause: float = 0.0
    """Seconds before the body."""
    drops: bool = False
    """Whether the connection breaks off in the middle of the body."""
    endless: bool = False
    """Whether the body is repeated for ever."""


@dataclass
class Site:
    """The pages of one server, and what was asked of it."""

    base: str = ""
    """Scheme, host and port."""
    pages: dict[str, Answer] = field(default_factory=dict)
    """A path that is not here answers 404."""
    first: dict[str, list[Answer]] = field(default_factory=dict)
    """What a path answers at first, each once, before it answers as its page does."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path and headers of each request, in order."""
    asked_at: list[float] = field(default_factory=list)
    """When each request came, in seconds of a clock that only goes forward."""
    moments: dict[str, float] = field(default_factory=dict)
    """When each path was last asked for, in seconds of a clock that only goes forward."""

    def url(self, path: str) -> str:
        return self.base + path

    def serve(self, path: str, body: str | bytes, status: int = 200, content_type: str = HTML) -> str:
        """Put a page under a path and return its address."""
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = Answer(content, status, (("Content-Type", content_type),))
        return self.url(path)

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        self.pages[path] = Answer(status=status, headers=(("Location", target),))
        return self.url(path)

    def when(self, path: str) -> list[float]:
        """Return when a path was asked for, each time, in seconds of a clock that only goes forward."""
        return [moment for (asked, _), moment in zip(self.asked, self.asked_at, strict=True) if asked == path]

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """Return what is said to a request; 304 where it says that it has this page."""
        if self.first.get(path):
            return self.first[path].pop(0)
        page = self.pages.get(path, Answer(b"<p>There is no such page here.</p>", 404))
        stated = dict(page.headers)
        pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        held = [(headers[asked], stated.get(name)) for asked, name in pairs if asked in headers]
        return Answer(status=304, headers=page.headers) if held and held[0][0] == held[0][1] else page

    def visits(self) -> Counter[str]:
        """Return how often each path was asked for."""
        return Counter(path for path, _ in self.asked)

    def said(self, path: str) -> list[str | None]:
        """Return the ETag that each request for a path said it has."""
        return [headers.get("If-None-Match") for asked, headers in self.asked if asked == path]


@contextlib.contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Site]:
    """Run a server on a free port of loopback."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers.items())))
            site.asked_at.append(time.monotonic())
            site.moments[self.path] = site.asked_at[-1]
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.answer(site.answer(self.path, dict(self.headers.items())))

        def answer(self, answer: Answer) -> None:
            time.sleep(answer.late)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.endless:
                self.send_header("Connection", "close")
                self.end_headers()
                while True:
                    self.wfile.write(answer.body)
            length = len(answer.body) * (2 if answer.drops else 1)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            time.sleep(answer.pause)
            self.wfile.write(answer.body)
            if answer.drops:
                self.close_connection = True

        def log_message(self, *arguments: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    site.base = f"http://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
