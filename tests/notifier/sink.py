"""A receiver of webhooks on loopback, which fails in ways that a test chooses."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.server import Answer, Request, answering


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that the sink accepted."""

    path: str
    headers: dict[str, str]
    """Headers, with names in lower case."""
    content: bytes

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")


def takes(answer: Answer) -> bool:
    """Whether the receiver keeps a message to which it responds in this way."""
    return answer.breaks == "drop" or (not answer.breaks and 200 <= answer.status < 300)


@dataclass
class Sink:
    """A webhook receiver: its requests and its responses."""

    port: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    """The accepted bodies, parsed if they are JSON."""
    taken: list[Taken] = field(default_factory=list)
    """All accepted requests, repeated ones included."""
    asked: int = 0
    """Number of requests, whatever the response."""
    answers: list[Answer] = field(default_factory=list)
    """Responses to the first requests. After them `status` and `location` apply."""
    status: int = 200
    location: str = ""
    pause: float = 0.0
    """Seconds before each response."""
    hangs_until: Callable[[], bool] | None = None
    """Event before which nothing is answered."""

    def url(self, path: str = "hook") -> str:
        """Return the channel address for Apprise's JSON."""
        return f"json://127.0.0.1:{self.port}/{path}"

    def signed(self, secret: str, path: str = "hook") -> str:
        """Return the channel address for our signed webhook."""
        return f"webhook://:{secret}@127.0.0.1:{self.port}/{path}"

    @property
    def kept(self) -> dict[str, Taken]:
        """Messages that a receiver with support for idempotency keys keeps: the first one with each key."""
        return {taken.key: taken for taken in reversed(self.taken)}

    def hang(self) -> None:
        while self.hangs_until is not None and not self.hangs_until():
            time.sleep(0.01)

    def respond(self, request: Request) -> Answer:
        """Accept a message, or refuse it. A GET gets an empty response."""
        if request.method == "GET":
            return Answer()
        self.asked += 1
        self.hang()
        answer = self.next_answer()
        if takes(answer):
            self.take(request.path, request.headers, request.content)
        return answer

    def next_answer(self) -> Answer:
        if self.answers:
            return self.answers.pop(0)
        headers = (("Location", self.location),) if self.location else ()
        return Answer(status=self.status, headers=headers, late=self.pause)

    def take(self, path: str, headers: dict[str, str], content: bytes) -> None:
        self.taken.append(Taken(path, {name.lower(): value for name, value in headers.items()}, content))
        with contextlib.suppress(ValueError):
            self.received.append(json.loads(content))


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    """Run a receiver on a free loopback port."""
    state = Sink()
    with answering(state.respond) as port:
        state.port = port
        yield state
