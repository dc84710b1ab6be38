"""A receiver of webhooks on loopback. A test can make the receiver fail in several ways."""

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
    """Return whether the receiver keeps the message if it gives this response."""
    return answer.breaks == "drop" or (not answer.breaks and 200 <= answer.status < 300)


@dataclass
class Sink:
    """A webhook receiver, with the requests that it got and the responses that it gives."""

    port: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of the accepted requests, parsed as JSON. A body that is not JSON is left out."""
    taken: list[Taken] = field(default_factory=list)
    """All accepted requests, including repeated requests."""
    asked: int = 0
    """Number of POST requests, whatever the response was."""
    answers: list[Answer] = field(default_factory=list)
    """Responses to the next requests, in order. When the list is empty, `status` and `location` apply."""
    status: int = 200
    location: str = ""
    pause: float = 0.0
    """Seconds before each response."""
    hangs_until: Callable[[], bool] | None = None
    """Function that tells whether the receiver may respond. While it returns False, all requests wait."""

    def url(self, path: str = "hook") -> str:
        """Return the address of a channel that posts Apprise's JSON to this receiver."""
        return f"json://127.0.0.1:{self.port}/{path}"

    def signed(self, secret: str, path: str = "hook") -> str:
        """Return the address of a channel that posts our signed webhook to this receiver."""
        return f"webhook://:{secret}@127.0.0.1:{self.port}/{path}"

    @property
    def kept(self) -> dict[str, Taken]:
        """The first accepted request for each idempotency key. A receiver that supports these keys ignores the other
        requests."""
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
