"""One send through Apprise, and what became of it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from apprise import Apprise, NotifyFormat, NotifyType
from apprise.plugins.base import NotifyBase
from apprise.result import AppriseResult, AppriseResultStatus

from notifier.audience.subscriptions import Channel
from notifier.channels.apprise_services import ASSET, RefusedChannelError, line, service
from notifier.channels.mail import Mail
from notifier.channels.outcome import Accepted, Failed, Outcome
from notifier.channels.schemes import MAIL, MAIL_SERVICES
from notifier.channels.webhook import Webhook
from notifier.texts.dialects import dialect_of
from notifier.texts.message import Message

SEND_TIMEOUT = 60.0
"""Seconds that one send may take in all. What answers later counts as failed and is tried again."""


def send_message(channel: Channel, recipient: str, message: Message, timeout: float = SEND_TIMEOUT) -> Outcome:
    """Send a message to one recipient through a channel, once. A failure is an answer, never an exception.

    A service that dribbles is left to a thread that ends with the process, whatever its own time-outs let it do.
    """
    outcomes: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: outcomes.append(_sent(channel, recipient, message)), name=f"send {channel.name}", daemon=True
    )
    thread.start()
    thread.join(timeout)
    return outcomes[0] if outcomes else Failed(f"no whole answer within {timeout:g} s", unreachable=True)


def _sent(channel: Channel, recipient: str, message: Message) -> Outcome:
    try:
        made = service(channel.url, recipient)
        if isinstance(made, Mail | Webhook):
            made.message = message
        if isinstance(made, Webhook):
            made.channel = channel.name
        apprise = Apprise(asset=ASSET)
        apprise.add(made)
        with apprise.notify(**_content(made, message)) as result:
            return _outcome(result, made)
    except RefusedChannelError as error:
        return Failed(str(error))
    except Exception as error:  # noqa: BLE001  Plugins of a hundred services raise what they like; one must not stop the others.
        return Failed(line(f"{type(error).__name__}: {error}"))


def _content(made: NotifyBase, message: Message) -> dict[str, Any]:
    if made.schema in (*MAIL, *MAIL_SERVICES):
        return {"title": message.subject, "body": message.html, "body_format": NotifyFormat.HTML}
    # Jira and Opsgenie answer a mere piece of information by doing nothing, and call that sent.
    dialect = dialect_of(made.schema)
    written = message.chat.written(dialect, message.subject)
    form = NotifyFormat.MARKDOWN if dialect.markdown else NotifyFormat.TEXT
    return {
        "title": dialect.escape(message.subject),
        "body": written,
        "body_format": form,
        "notify_type": NotifyType.WARNING,
    }


def _outcome(result: AppriseResult, made: NotifyBase) -> Outcome:
    """Translate what Apprise says. Only our own plugins know of permanent failures; all others may pass."""
    if result.status is AppriseResultStatus.SUCCESS:
        return Accepted()
    if isinstance(made, Mail | Webhook) and made.failure is not None:
        return replace(made.failure, reason=line(made.failure.reason))
    reasons = [entry.message for entry in result.logs()]
    return Failed(line(" ".join(reasons)) or f"{made.service_name} did not take the message and gave no reason")
