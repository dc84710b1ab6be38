"""Runs a real mail server on loopback. A test can change its responses at any time."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Received:
    """An accepted mail."""

    sender: str
    recipients: tuple[str, ...]
    mail: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.mail.get_body((kind,))
        assert part is not None, f"the mail has no {kind} part"
        content = part.get_content()
        assert isinstance(content, str)
        return content.replace("\r\n", "\n")


@dataclass
class MailServer:
    """A mail server with the messages that it accepted and the responses that it gives."""

    port: int
    received: list[Received] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    """Responses to RCPT other than 250, by recipient."""
    answer: str = "250 kept"
    """The response to each message. The server keeps a message only if this response begins with 2."""
    _controller: Controller | None = None

    @property
    def url(self) -> str:
        """The address of a channel that sends mail to this server. It has no recipient."""
        return f"mailto://127.0.0.1:{self.port}/?from=watch@clausewatch.example"

    def start(self) -> None:
        """Start listening, always on the same port."""
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True, decode_data=False
        )
        self._controller.start()

    def stop(self) -> None:
        """Stop listening, so that the port is closed."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802  aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  as above
        if self.answer.startswith("2"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = email.message_from_bytes(content, policy=email.policy.default)
            self.received.append(Received(str(envelope.mail_from), tuple(envelope.rcpt_tos), mail))
        return self.answer


def free_port() -> int:
    """Return a port on loopback that no server uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free loopback port."""
    server = MailServer(free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()
