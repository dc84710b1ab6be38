"""A mail server for the demo. It listens only on loopback, and accepts and keeps every message."""

from __future__ import annotations

import contextlib
import socketserver

from clausewatch.demo.loopback import Loopback

REPLIES = {
    b"EHLO": "250 clausewatch-demo",
    b"HELO": "250 clausewatch-demo",
    b"MAIL": "250 OK",
    b"RCPT": "250 OK",
    b"RSET": "250 OK",
    b"NOOP": "250 OK",
}
"""Fixed replies to simple commands of RFC 5321."""


class DemoMailbox(Loopback):
    """A mail server that runs on a free loopback port during a `with` block."""

    def __init__(self) -> None:
        self._received: list[bytes] = []
        super().__init__(_Server(self._received))

    @property
    def messages(self) -> tuple[bytes, ...]:
        """The messages as the server received them, oldest first."""
        return tuple(self._received)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, received: list[bytes]) -> None:
        self.received = received
        super().__init__(("127.0.0.1", 0), _Conversation)


class _Conversation(socketserver.StreamRequestHandler):
    """A connection with one client. It answers the client's commands."""

    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a client may disconnect without QUIT
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
        """Read the lines of a message up to a line with only a dot.

        The client adds a dot to each line that begins with a dot. This added dot is removed.
        """
        lines = []
        for line in self.rfile:
            if line in (b".\r\n", b".\n"):
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())
