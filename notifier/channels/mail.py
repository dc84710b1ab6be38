"""The mail plugin. It accepts a server's address in Apprise's form, and sends with our own SMTP client."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime
from typing import Any

from apprise.plugins.email import NotifyEmail

from notifier.channels.outcome import Failed
from notifier.channels.smtp import Envelope, MailRefusedError, Server, build, submit
from notifier.texts.message import Message


class Mail(NotifyEmail):  # type: ignore[no-untyped-call]  # Apprise does not type its `__init_subclass__`
    """A mail server. Its address has Apprise's form, but our own SMTP client sends the mail."""

    message: Message | None = None
    """The message in all its forms. It must be set before Apprise's `notify` is called."""
    failure: Failed | None = None
    """The reason for the last failure."""

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: Any = None,
        attach: Any = None,
        body_format: Any = None,
        **_: Any,
    ) -> bool:
        """Send `message` to the target. Apprise's arguments are ignored, because they contain the message in only one
        form.
        """
        if self.message is None:
            raise ValueError("there is no message to send")
        envelope = self._envelope()
        try:
            submit(build(self.message, envelope, datetime.now(UTC)), envelope, self._server())
        except MailRefusedError as error:
            self.failure = Failed(str(error), permanent=error.permanent)
        except (OSError, smtplib.SMTPException) as error:
            reason = (
                f"no conversation with the mail server {self.smtp_host}:{self.port}: {error or type(error).__name__}"
            )
            self.failure = Failed(reason, unreachable=True)
        else:
            self.failure = None
        return self.failure is None

    def _envelope(self) -> Envelope:
        name, sender = self.from_addr
        return Envelope(
            sender=str(sender),
            sender_name=str(name or self.app_id),
            recipient=self.targets[0][1],
            reply_to=tuple(sorted(self.reply_to)),
            headers=tuple(self.headers.items()),
        )

    def _server(self) -> Server:
        return Server(
            host=self.smtp_host,
            port=int(self.port or 0),
            mode=str(self.secure_mode),
            user=self.user or "",
            password=self.password or "",
            verify=self.verify_certificate,
            timeout=self.socket_read_timeout,
        )
