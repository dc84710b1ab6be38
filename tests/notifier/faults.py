"""Servers that fail a given number of times and then work. They fail as real servers do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.certificates import context_of
from tests.server import Answer
from tests.smtp import MailServer, free_port

SILENCE = 1.0
"""Seconds after which our side gives up a server that does not respond."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way in which a server fails."""

    name: str
    permanent: bool = False
    """Whether the message is given up at once, because further attempts would be useless."""
    takes: bool = False
    """Whether the server accepts the message but cannot confirm this. The next attempt then makes a duplicate."""
    http: Answer | None = None
    """The response of a webhook receiver. None if the server is a mail server."""

    @property
    def patience(self) -> float:
        """Seconds that our side waits for a response. The time is short only if the server never responds."""
        return SILENCE if self.name.startswith("silence") else 20.0


MAIL_FAULTS = (
    Fault("421 to the sender"),
    Fault("421 to the message"),
    Fault("451 to the recipient"),
    Fault("451 to the message"),
    Fault("550 to the recipient", permanent=True),
    Fault("550 to the message", permanent=True),
    Fault("silence before the sender"),
    Fault("silence after the message"),
    Fault("reset before the sender"),
    Fault("reset within the message"),
    Fault("TLS breaks"),
    Fault("accepted, then dropped", takes=True),
)

HOOK_FAULTS = (
    Fault("429 with Retry-After", http=Answer(status=429, headers=(("Retry-After", "90"),))),
    Fault("429 with Retry-After of years", http=Answer(status=429, headers=(("Retry-After", "99999999"),))),
    Fault("500", http=Answer(status=500)),
    Fault("503", http=Answer(status=503)),
    Fault("408", http=Answer(status=408)),
    Fault("302", http=Answer(status=302, headers=(("Location", "/elsewhere"),))),
    Fault("404", permanent=True, http=Answer(status=404)),
    Fault("410", permanent=True, http=Answer(status=410)),
    Fault("silence", http=Answer(breaks="silence", late=2 * SILENCE)),
    Fault("reset", http=Answer(breaks="reset")),
    Fault("accepted, then dropped", takes=True, http=Answer(breaks="drop")),
)


@dataclass
class FaultyMail(MailServer):
    """A mail server with TLS. `faults` says how it fails in the next connections."""

    faults: list[str] = field(default_factory=list)
    """The names of faults, one for each of the next connections. All later connections work."""
    now: str = ""
    """The fault of the present connection."""

    @property
    def url(self) -> str:
        where = f"127.0.0.1:{self.port}"
        return f"mailtos://{where}/?mode=starttls&verify=no&from=watch@clausewatch.example"

    async def handle_EHLO(  # noqa: N802  aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if session.ssl is None:
            self.now = self.faults.pop(0) if self.faults else ""
        return responses

    def handle_STARTTLS(self, server: SMTP, session: Session, envelope: Envelope) -> bool:  # noqa: N802  as above
        if self.now == "TLS breaks":
            transport(server).abort()
        return True

    async def handle_MAIL(  # noqa: N802  as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := await self._fails("the sender", server):
            return said
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return await self._fails("the recipient", server) or await super().handle_RCPT(
            server, session, envelope, address, options
        )

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  as above
        if said := await self._fails("the message", server):
            return said
        answer = await super().handle_DATA(server, session, envelope)
        if self.now == "accepted, then dropped":
            transport(server).abort()
        return answer

    async def _fails(self, where: str, server: SMTP) -> str:
        if not self.now.endswith(where):
            return ""
        if self.now.startswith("silence"):
            await asyncio.sleep(2 * SILENCE)
            return "451 too late"
        if self.now.startswith("reset"):
            transport(server).abort()
            return "451 never heard"
        return f"{self.now[:3]} {where}"


def transport(server: SMTP) -> Any:
    """Return the connection of a server."""
    return server.transport


@contextlib.contextmanager
def faulty_mail(certificate: Path) -> Iterator[FaultyMail]:
    """Run a mail server on a free loopback port."""
    server = FaultyMail(free_port())
    context = context_of(certificate)
    make: Callable[..., Controller] = Controller
    controller = make(server, hostname="127.0.0.1", port=server.port, enable_SMTPUTF8=True, tls_context=context)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
