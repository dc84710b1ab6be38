"""Writes the message of whatever a delivery tells."""

from __future__ import annotations

from notifier import messages
from notifier.digest_text import digest_message
from notifier.digests import Digest
from notifier.messages import Message
from notifier.operation import Operation
from notifier.operation_text import operation_message
from notifier.outbox import Telling
from notifier.rendering import Render, render
from notifier.subscriptions import Language
from notifier.welcome_text import welcome_message
from notifier.welcomes import Welcome


def compose(telling: Telling, language: Language = "en", render: Render = render) -> Message:
    """Write the message of whatever is told in a language; `render` fills the templates."""
    if isinstance(telling, Digest):
        return digest_message(telling, language, render)
    if isinstance(telling, Welcome):
        return welcome_message(telling, language, render)
    if isinstance(telling, Operation):
        return operation_message(telling, language, render)
    return messages.compose(telling, language, render)
