"""Sends one message to one target through Apprise, and says what became of it. The only importer of apprise.

Mail goes through a plugin of our own: Apprise's makes the plain text out of the HTML and so loses the marks of the
redline, names every mail differently each time, and cannot tell a mailbox that is gone from a server that is busy.
Mail services with an API (`MAIL_SERVICES`) get the HTML alone: their plugins take one body, and make the text of it.
"""

from __future__ import annotations

import inspect
import smtplib
from datetime import UTC, datetime
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode
from apprise.apprise import N_MGR
from apprise.exception import AppriseException
from apprise.plugins import url_to_dict
from apprise.plugins.base import NotifyBase
from apprise.plugins.email import NotifyEmail
from apprise.result import AppriseResult, AppriseResultStatus

from notifier.inert import clipped, inert
from notifier.mail import Envelope, MailRefusedError, Server, build, submit
from notifier.messages import Message
from notifier.outcome import Accepted, Failed, Outcome
from notifier.redaction import guard_logs, redactor
from notifier.subscriptions import Channel

CONNECT_TIMEOUT = 10.0
"""Seconds to reach a service; `?cto=` in a channel's address overrides it."""

READ_TIMEOUT = 20.0
"""Seconds to wait for each answer; `?rto=` overrides it, for mail too."""

SEND_TIMEOUT = 60.0
"""Seconds that one send may take in all. What answers later counts as failed and is tried again."""

MAIL = ("mailto", "mailtos")

MAIL_SERVICES = (
    "brevo",
    "mailersend",
    "mailgun",
    "o365",
    "postmark",
    "resend",
    "sendgrid",
    "ses",
    "smtp2go",
    "sparkpost",
)

CHAT = (
    *("discord", "gchat", "guilded", "lark", "line", "matrix", "matrixs", "mmost", "mmosts", "nctalk", "nctalks"),
    *("revolt", "rocket", "rockets", "ryver", "signal", "signals", "slack", "tgram", "threema", "twist", "webex"),
    *("whatsapp", "workflow", "workflows", "wxteams", "zoom", "zulip"),
)

PAGERS = (
    *("betterstack", "gotify", "gotifys", "ilert", "incidentio", "jira", "ntfy", "ntfys", "opsgenie", "pagerduty"),
    *("pagertree", "pbul", "pover", "pushy", "signl4", "spike", "splunk", "squadcast", "victorops"),
)

WEBHOOKS = ("apprise", "apprises", "form", "forms", "json", "jsons", "xml", "xmls")

ALLOWED = (*MAIL, *MAIL_SERVICES, *CHAT, *PAGERS, *WEBHOOKS)
"""The schemes that a channel may have: ways to reach a person or a program of a desk over the network.

Left out of Apprise's registry is what acts on the machine itself (syslog, dbus, glib, gnome, macosx, windows, blink1,
growl), what speaks to brokers, devices and media players (mqtt, amqp, kodi, enigma2, lametric, home automation), what
publishes to everyone (mastodon, bluesky, twitter, reddit), paid text messages, and whatever is added later: a scheme
comes in when someone has looked at what it does.
"""


class RefusedChannelError(Exception):
    """A channel's address cannot be used; the message says why, without secrets."""


def check(url: str, recipient: str = "") -> str | None:
    """Say in clear words why a channel's address, or a recipient in it, cannot be used; None where it can."""
    try:
        _service(url, recipient)
    except RefusedChannelError as error:
        return str(error)
    return None


def send(channel: Channel, recipient: str, message: Message) -> Outcome:
    """Send a message to one recipient through a channel, once. A failure is an answer, never an exception."""
    try:
        service = _service(channel.url, recipient)
        if isinstance(service, Mail):
            service.message = message
        apprise = Apprise(asset=ASSET)
        apprise.add(service)
        with apprise.notify(**_content(service, message)) as result:
            return _outcome(result, service)
    except RefusedChannelError as error:
        return Failed(str(error))
    except Exception as error:  # noqa: BLE001  Plugins of a hundred services raise what they like; one must not stop the others.
        return Failed(_line(f"{type(error).__name__}: {error}"))


class Mail(NotifyEmail):  # type: ignore[no-untyped-call]  # Apprise does not type its `__init_subclass__`
    """A mail server, with Apprise's way of writing its address and our way of speaking to it."""

    message: Message | None = None
    """What to send, in all its forms: set before Apprise is asked to notify."""
    failure: Failed | None = None
    """Why the last send failed."""

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: Any = None,
        attach: Any = None,
        body_format: Any = None,
        **_: Any,
    ) -> bool:
        """Send `message` to the one target; what Apprise hands over is the same, in one form only."""
        if self.message is None:
            raise ValueError("there is no message to send")
        envelope = self._envelope()
        try:
            submit(build(self.message, envelope, datetime.now(UTC)), envelope, self._server())
        except MailRefusedError as error:
            self.failure = Failed(_line(str(error)), permanent=error.permanent)
        except (OSError, smtplib.SMTPException) as error:
            reason = (
                f"no conversation with the mail server {self.smtp_host}:{self.port}: {error or type(error).__name__}"
            )
            self.failure = Failed(_line(reason), unreachable=True)
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


ASSET = AppriseAsset(
    app_id="Clausewatch",
    app_desc="Clausewatch",
    app_url="",
    image_url_mask="",  # no picture is loaded from anywhere
    image_url_logo="",
    async_mode=False,
    http_redirects=False,  # a redirected POST becomes a GET: answered with 200, and the message is lost
    storage_mode=PersistentStoreMode.MEMORY,
    service_timeout=SEND_TIMEOUT,
)


def _service(url: str, recipient: str) -> NotifyBase:
    """Return the one service of an address, for one recipient. Raises RefusedChannelError."""
    guard_logs()
    redactor.learn(url)
    options = _options(url)
    schema = options["schema"]
    kind = Mail if schema in MAIL else N_MGR[schema]
    if recipient:
        if "targets" not in inspect.signature(kind.__init__).parameters:
            raise RefusedChannelError(f"a {schema} channel takes no recipient: its address names the place")
        options["targets"] = [recipient]
    try:
        service = kind(**options, asset=ASSET)
    except (AppriseException, TypeError, ValueError) as error:
        raise RefusedChannelError(f"Apprise cannot use this {schema} address: {_line(str(error))}") from error
    _require_one_target(service, schema, recipient)
    if "cto" not in options:
        service.socket_connect_timeout = CONNECT_TIMEOUT
    if "rto" not in options:
        service.socket_read_timeout = READ_TIMEOUT
    return service


def _options(url: str) -> dict[str, Any]:
    """Return what Apprise reads in an address, less what would hide a failure or repeat a message."""
    schema, separator, _ = url.partition("://")
    if not separator:
        raise RefusedChannelError("it has no scheme; an address begins like mailtos:// or slack://")
    options: dict[str, Any] | None = url_to_dict(url)  # type: ignore[no-untyped-call]  # Apprise does not type it
    if options is None:
        known = schema.lower() in N_MGR or schema.lower() in ("http", "https")
        why = f"Apprise cannot read this {schema} address" if known else f"Apprise knows no service {inert(schema)!r}"
        raise RefusedChannelError(f"{why}; see https://appriseit.com/services/ for how it is written")
    if options["schema"] not in ALLOWED:
        raise RefusedChannelError(f"{inert(options['schema'])} is not among the services that alerts may go through")
    if not N_MGR[options["schema"]].enabled:
        raise RefusedChannelError(f"the Python package that Apprise needs for {options['schema']} is not installed")
    if options["schema"] in MAIL and (refused := [key for key in MAIL_REFUSED if key in options["qsd"]]):
        raise RefusedChannelError(f"{refused[0]}= is not supported here: {MAIL_REFUSED[refused[0]]}")
    # We retry, not Apprise; and `optional` would have every failure count as accepted.
    return {key: value for key, value in options.items() if key not in ("retry", "wait", "optional", "tag")}


MAIL_REFUSED = {
    "cc": "name each recipient in `via`, each gets a mail of their own",
    "bcc": "name each recipient in `via`, each gets a mail of their own",
    "pgp": "mails are sent as they are",
    "wkd": "mails are sent as they are",
}


def _require_one_target(service: NotifyBase, schema: str, recipient: str) -> None:
    # Plugins drop what they do not understand; those that keep their targets under another name are believed.
    if recipient and not getattr(service, "targets", [recipient]):
        raise RefusedChannelError(f"{inert(recipient)!r} is no recipient that {schema} understands")
    if len(service) > 1:
        raise RefusedChannelError(
            f"it names {len(service)} recipients; a failure of one would repeat the message to the others: "
            "leave them out here and name each in a subscriber's `via`"
        )


def _content(service: NotifyBase, message: Message) -> dict[str, Any]:
    if service.schema in (*MAIL, *MAIL_SERVICES):
        return {"title": message.subject, "body": message.html, "body_format": NotifyFormat.HTML}
    return {"title": message.chat_subject, "body": message.chat, "body_format": NotifyFormat.TEXT}


def _outcome(result: AppriseResult, service: NotifyBase) -> Outcome:
    """Translate what Apprise says. Only mail knows of permanent failures; all others may pass."""
    if result.status is AppriseResultStatus.SUCCESS:
        return Accepted()
    if isinstance(service, Mail) and service.failure is not None:
        return service.failure
    if result.status is AppriseResultStatus.TIMEOUT:
        return Failed(f"{service.service_name} did not answer within {SEND_TIMEOUT:.0f} s", unreachable=True)
    said = [entry.message for entry in result.logs()]
    return Failed(_line(" ".join(said)) or f"{service.service_name} did not take the message and gave no reason")


def _line(text: str) -> str:
    """Return one line for a person, without secrets and of bounded length."""
    return clipped(inert(redactor.redacted(text)), 300)
