"""Builds an e-mail, and submits it to a mail server in one connection."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy

from notifier.texts.message import Message


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and how to connect to it."""

    host: str
    port: int
    mode: str
    """Kind of encryption: `insecure`, `starttls` or `ssl`."""
    _: KW_ONLY
    user: str
    password: str = field(repr=False)
    verify: bool
    """Whether the certificate is checked."""
    timeout: float
    """Time limit for each response, in seconds."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Sender and recipient of a mail."""

    sender: str
    sender_name: str
    recipient: str
    _: KW_ONLY
    reply_to: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    """Additional headers, from the channel's address."""


class MailRefusedError(Exception):
    """The server responded but did not accept the mail."""

    def __init__(self, code: int, answer: str, *, permanent: bool) -> None:
        super().__init__(f"the mail server answered {code} {answer}")
        self.permanent = permanent
        """Whether another attempt is useless: the server answered 5xx for this recipient or message (RFC 5321,
        4.2.1).
        """


class _Subject(UnstructuredHeader, BaseHeader):
    """A subject in any script. Python has two methods to fold a header into lines. The older method is used here,
    because the newer method loses the space between two encoded words. This happened in Python 3.11 with subjects in
    Arabic and Hebrew, and with emoji.
    """

    def fold(self, *, policy: Policy) -> str:
        """Return the header's lines."""
        lines = Header(str(self), maxlinelen=policy.max_line_length, header_name=self.name)
        return f"{self.name}: {lines.encode(linesep=policy.linesep)}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)


def build(message: Message, envelope: Envelope, sent_at: datetime) -> EmailMessage:
    """Build a mail with the message's plain text and HTML as alternatives.

    The Message-ID is the message's key, so a mail program recognises a repeated mail. Related mails have the same
    References header, with the ID of a message that never existed. So mail programs show these mails as one thread (RFC
    5256, REFERENCES).
    """
    mail = EmailMessage(policy=SMTP.clone(header_factory=_HEADERS))
    # If a text looks like an encoded word (RFC 2047), the library decodes it. The decoded text may contain line breaks.
    mail["Subject"] = message.subject.replace("=?", "= ?")
    mail["From"] = Address(envelope.sender_name, addr_spec=envelope.sender)
    mail["To"] = Address(addr_spec=envelope.recipient)
    if envelope.reply_to:
        mail["Reply-To"] = [Address(addr_spec=address) for address in envelope.reply_to]
    mail["Date"] = sent_at
    domain = envelope.sender.rpartition("@")[2]
    mail["Message-ID"] = f"<{message.key}@{domain}>"
    if message.thread:
        mail["References"] = f"<{message.thread}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
    for name, value in envelope.headers:
        mail[name] = value
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail


def submit(mail: EmailMessage, envelope: Envelope, server: Server) -> None:
    """Submit a mail to a server for its only recipient.

    Raises MailRefusedError if the server refuses the mail. Raises OSError or smtplib.SMTPException if the connection
    fails.
    """
    connection = _connect(server)
    try:
        _converse(connection, mail, envelope, server)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise MailRefusedError(code, _words(answer), permanent=500 <= code < 600) from error
    except smtplib.SMTPDataError as error:
        raise MailRefusedError(error.smtp_code, _words(error.smtp_error), permanent=error.smtp_code >= 500) from error
    except smtplib.SMTPResponseException as error:
        # A refused login or sender is an error in the configuration that may be corrected, so the delivery is retried.
        raise MailRefusedError(error.smtp_code, _words(error.smtp_error), permanent=False) from error
    finally:
        connection.close()


def _connect(server: Server) -> smtplib.SMTP:
    if server.mode == "ssl":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=_context(server))
    return smtplib.SMTP(server.host, server.port, timeout=server.timeout)


def _converse(connection: smtplib.SMTP, mail: EmailMessage, envelope: Envelope, server: Server) -> None:
    if server.mode == "starttls":
        connection.starttls(context=_context(server))
    if server.user and server.password:
        connection.login(server.user, server.password)
    connection.ehlo_or_helo_if_needed()
    abroad = not f"{envelope.sender}{envelope.recipient}".isascii()
    if abroad and not connection.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError("it takes no addresses beyond ASCII")
    # send_message is not used, because it writes ">" before each line that begins with "From".
    content = mail.as_bytes(policy=SMTPUTF8 if abroad else SMTP)
    options = ["SMTPUTF8", "BODY=8BITMIME"] if abroad else []
    connection.sendmail(envelope.sender, [envelope.recipient], content, options)
    # The mail is accepted at this point. The response to QUIT does not matter, so it is not awaited.
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.putcmd("quit")


def _context(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
