"""Notices if another program replaces or upgrades the archive while the desk uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from archive.errors import ArchiveBusyError, ReplacedArchiveError, StorageError
from archive.storage.read_only import ServedArchive
from clausewatch.desk.failures import failure

GRACE = 10.0
"""Seconds after which the desk ends when a problem is noticed. During this time, every page shows the reason."""


@dataclass
class ArchiveWatch:
    """Remembers why the desk can no longer use the archive, and ends the server after `GRACE` seconds."""

    archive: ServedArchive
    end: Callable[[], None] = lambda: None
    problem: ReplacedArchiveError | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raise a StorageError if the archive cannot be used."""
        if self.problem is None:
            try:
                self.archive.require_current()
            except ReplacedArchiveError as error:
                self._note(error)
        if self.problem is not None:
            raise self.problem

    def _note(self, error: ReplacedArchiveError) -> None:
        with self._lock:
            if self.problem is None:
                self.problem = error
                ending = threading.Timer(GRACE, self.end)
                ending.daemon = True
                ending.start()


@dataclass(frozen=True, slots=True)
class Checked:
    """Middleware that answers 503 if the archive cannot be used."""

    app: ASGIApp
    watch: ArchiveWatch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/static/"):
            try:
                await run_in_threadpool(self.watch.check)
            except StorageError as error:
                key = "busy" if isinstance(error, ArchiveBusyError) else "storage"
                answer = await failure(Request(scope, receive), 503, key)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)
