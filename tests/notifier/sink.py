"""A real HTTP server on loopback that takes webhooks."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sink:
    """What a webhook's receiver got, and what it answers."""

    port: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    """How many requests came, whatever was answered."""
    status: int = 200
    location: str = ""
    hangs_until: Callable[[], bool] | None = None
    """Nothing is answered before this holds."""

    def url(self, path: str = "hook") -> str:
        """Return the channel's address."""
        return f"json://127.0.0.1:{self.port}/{path}"


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    """Run a sink on a free port of loopback."""
    state = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.asked += 1
            while state.hangs_until is not None and not state.hangs_until():
                time.sleep(0.01)
            if state.status == 200:
                state.received.append(json.loads(body))
            self.send_response(state.status)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
