"""A receiver of webhooks on loopback, which misbehaves as a test asks."""

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
    """Headers by their names in small letters."""
    content: bytes

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")


def takes(answer: Answer) -> bool:
    """Whether the sink keeps a message that it answers so."""
    return answer.breaks == "drop" or (not answer.breaks and 200 <= answer.status < 300)


@dataclass
class Sink:
    """A webhook's receiver: the requests that it got, and its answers."""

    port: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of what it accepted, read as JSON if they are."""
    taken: list[Taken] = field(default_factory=list)
    """All that it accepted, repeated ones too."""
    asked: int = 0
    """Number of requests, whatever the answers."""
    answers: list[Answer] = field(default_factory=list)
    """Answers to the first requests; after them `status` and `location` hold."""
    status: int = 200
    location: str = ""
    pause: float = 0.0
    """Seconds before each answer."""
    hangs_until: Callable[[], bool] | None = None
    """Event before which nothing is answered."""

    def url(self, path: str = "hook") -> str:
        """Return the address of a channel of Apprise's JSON."""
        return f"json://127.0.0.1:{self.port}/{path}"

    def signed(self, secret: str, path: str = "hook") -> str:
        """Return the address of a channel of our signed webhook."""
        return f"webhook://:{secret}@127.0.0.1:{self.port}/{path}"

    @property
    def kept(self) -> dict[str, Taken]:
        """Messages that a receiver which honours the idempotency key keeps: the first of each."""
        return {taken.key: taken for taken in reversed(self.taken)}

    def hang(self) -> None:
        while self.hangs_until is not None and not self.hangs_until():
            time.sleep(0.01)

    def respond(self, request: Request) -> Answer:
        """Take a message, or refuse it; a GET gets an empty answer."""
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
    """Run a sink on a free port of loopback."""
    state = Sink()
    with answering(state.respond) as port:
        state.port = port
        yield state
