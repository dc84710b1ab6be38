"""Provides a connection to a PostgreSQL server. A test can cut the connection at a COMMIT: either before the server
gets the COMMIT, or before the client gets the answer to it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

COMMIT = b"COMMIT\0"


@dataclass
class Way:
    """The connection, and the COMMIT at which the connection is cut."""

    folder: Path
    server: Path
    """The server's socket."""
    at: int = 0
    """Number of the COMMIT at which the connection is cut, counted from the last call of `cut`. If `at` is 0, the
    connection is not cut."""
    after: bool = False
    """Whether the server gets the COMMIT, so that only the answer is lost."""
    passed: int = 0
    done: int = 0
    """Number of cuts that were made."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, at: int, *, after: bool) -> None:
        """Cut the connection at the COMMIT with the number `at`, counted from now."""
        with self._lock:
            self.at, self.after, self.passed = at, after, 0

    def serve(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the socket is closed at the end
            while True:
                client, _ = listening.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
            server.connect(str(self.server))
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            while data := client.recv(65536):
                if COMMIT in data and self._is_the_one():
                    if self.after:
                        client.shutdown(socket.SHUT_RDWR)  # the client is disconnected before the answer arrives
                        server.sendall(data)
                        back.join(5)
                    self.done += 1
                    break
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)

    def _is_the_one(self) -> bool:
        with self._lock:
            self.passed += 1
            return self.passed == self.at


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def way(folder: Path, server: Path) -> Iterator[Way]:
    """Open a connection to a server that listens in a folder. Clients connect to `folder` instead of the server's
    folder."""
    name = ".s.PGSQL.5432"
    made = Way(folder, server / name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / name))
        listening.listen()
        thread = threading.Thread(target=made.serve, args=(listening,), daemon=True)
        thread.start()
        yield made
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
