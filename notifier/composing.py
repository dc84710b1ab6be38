"""Writes the message of whatever a delivery tells."""

from __future__ import annotations

from notifier import messages
from notifier.messages import Message
from notifier.notice import Notice
from notifier.outbox.notices import Telling
from notifier.subscriptions import Language


def compose(telling: Telling, language: Language = "en") -> Message:
    """Write the message of an alert, a digest or a first message in a language."""
    if isinstance(telling, Notice):
        return messages.compose(telling, language)
    raise NotImplementedError
