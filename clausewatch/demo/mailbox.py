"""A mail server for the demo: it takes every message on loopback and keeps it."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from types import TracebackType
from typing import Self

REPLIES = {
    b"EHLO": "250 clausewatch-demo",
    b"HELO": "250 clausewatch-demo",
    b"MAIL": "250 OK",
    b"RCPT": "250 OK",
    b"RSET": "250 OK",
    b"NOOP": "250 OK",
}
"""What is said to the commands of RFC 5321 that need no thought."""


class DemoMailbox:
    """A mail server on a free port of loopback, while the `with` block lasts."""

    def __init__(self) -> None:
        self._received: list[bytes] = []
        self._server = _Server(self._received)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def messages(self) -> tuple[bytes, ...]:
        """The messages as they came, oldest first."""
        return tuple(self._received)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, received: list[bytes]) -> None:
        self.received = received
        super().__init__(("127.0.0.1", 0), _Conversation)


class _Conversation(socketserver.StreamRequestHandler):
    """One client's commands, answered in turn."""

    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a client may hang up without a farewell
            self._converse()

    def _converse(self) -> None:
        self._say("220 clausewatch-demo")
        for line in self.rfile:
            command = line[:4].upper().strip()
            if command == b"QUIT":
                self._say("221 Bye")
                return
            if command == b"DATA":
                self._say("354 End with a line that holds a dot only")
                self.server.received.append(self._message())
                self._say("250 Kept")
            else:
                self._say(REPLIES.get(command, "502 Not known here"))

    def _message(self) -> bytes:
        """Read lines until the one that holds a dot only; a dot that the client doubled is one again."""
        lines = []
        for line in self.rfile:
            if line in (b".\r\n", b".\n"):
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())
