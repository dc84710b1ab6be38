"""Writes the message for a delivery of any kind."""

from __future__ import annotations

from notifier.audience.subscriptions import Language
from notifier.contents.digest import Digest
from notifier.contents.incident import IncidentNotice
from notifier.contents.roundup import Roundup
from notifier.contents.welcome import Welcome
from notifier.outbox import MessageContent
from notifier.texts import alert
from notifier.texts.digest import digest_message
from notifier.texts.incident import incident_message
from notifier.texts.message import Message
from notifier.texts.rendering import Render, render
from notifier.texts.roundup import roundup_message
from notifier.texts.welcome import welcome_message


def compose(
    telling: MessageContent, language: Language = "en", render: Render = render, *, zone: str = "UTC", desk: str = ""
) -> Message:
    """Write the message for these contents in the given language. Times are in the given time zone. `render` fills the
    templates. `desk` is the public address of the desk, or "" if people cannot reach a desk.
    """
    if isinstance(telling, Roundup):
        return roundup_message(telling, language, render, zone=zone, desk=desk)
    if isinstance(telling, Digest):
        return digest_message(telling, language, render, zone=zone, desk=desk)
    if isinstance(telling, Welcome):
        return welcome_message(telling, language, render, zone=zone)
    if isinstance(telling, IncidentNotice):
        return incident_message(telling, language, render, zone=zone)
    return alert.alert_message(telling, language, render, zone=zone, desk=desk)
