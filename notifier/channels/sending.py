"""Sends one message through Apprise, and returns the outcome."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from apprise import Apprise, NotifyFormat, NotifyType
from apprise.plugins.base import NotifyBase
from apprise.result import AppriseResult, AppriseResultStatus

from notifier.audience.subscriptions import Channel
from notifier.channels.apprise_services import ASSET, RefusedChannelError, Service, line, service
from notifier.channels.mail import Mail
from notifier.channels.outcome import Accepted, Failed, Outcome
from notifier.channels.schemes import MAIL, MAIL_SERVICES, PAGERS
from notifier.channels.teams import Teams
from notifier.channels.webhook import Webhook
from notifier.texts.dialects import dialect_of
from notifier.texts.message import Message

SEND_TIMEOUT = 60.0
"""Time limit for sending a message once, in seconds. A later response counts as a failure, and the message is sent
again."""


def send_message(channel: Channel, recipient: str, message: Message, timeout: float = SEND_TIMEOUT) -> Outcome:
    """Send a message to a recipient through a channel, once. A failure is returned and never raised.

    If a service is too slow, this function returns, and the service's thread ends with the process.
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
        if isinstance(made.plugin, Mail | Teams | Webhook):
            made.plugin.message = message
        if isinstance(made.plugin, Webhook):
            made.plugin.channel = channel.name
        apprise = Apprise(asset=ASSET)
        apprise.add(made.plugin)
        for post in _posts(made, message):
            with apprise.notify(**post) as result:
                outcome = _outcome(result, made.plugin)
            if isinstance(outcome, Failed):
                return outcome
        return Accepted()
    except RefusedChannelError as error:
        return Failed(str(error))
    except Exception as error:  # noqa: BLE001  Plugins of a hundred services raise anything; one must not stop the others.
        return Failed(line(f"{type(error).__name__}: {error}"))


def _posts(made: Service, message: Message) -> list[dict[str, Any]]:
    """Return the arguments for Apprise, one entry for each post."""
    if made.scheme in (*MAIL, *MAIL_SERVICES):
        return [{"title": message.subject, "body": message.html, "body_format": NotifyFormat.HTML}]
    dialect = dialect_of(made.scheme, made.plugin.body_maxlen)
    has_titles = made.plugin.title_maxlen > 0
    title = message.chat.title(dialect, message.subject, made.plugin.title_maxlen)
    if made.scheme in PAGERS:  # a pager notifies its user once for each post
        posts: tuple[str, ...] = (message.chat.single(dialect, message.subject),)
    else:
        posts = message.chat.posts(dialect, message.subject)
    return [
        {
            "title": title if has_titles else "",
            "body": body if has_titles else f"{title}\n{body}",
            "body_format": NotifyFormat.MARKDOWN if dialect.markdown else NotifyFormat.TEXT,
            # Jira and Opsgenie ignore a message of type "info" but report it as sent.
            "notify_type": NotifyType.WARNING,
        }
        for body in posts
    ]


def _outcome(result: AppriseResult, made: NotifyBase) -> Outcome:
    """Translate Apprise's result. Only our own plugins report permanent failures. All other failures count as
    temporary."""
    if result.status is AppriseResultStatus.SUCCESS:
        return Accepted()
    if isinstance(made, Mail | Webhook) and made.failure is not None:
        return replace(made.failure, reason=line(made.failure.reason))
    reasons = [entry.message for entry in result.logs()]
    return Failed(line(" ".join(reasons)) or f"{made.service_name} did not accept the message, and gave no reason")
