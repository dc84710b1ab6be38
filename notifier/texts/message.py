"""Builds messages of all kinds, in all forms that channels need."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notifier.texts.chat import Chat
from notifier.texts.rendering import Render
from notifier.texts.sanitize import clipped

SUBJECT_LENGTH = 150
"""Maximum length of a subject, in code points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in all its forms."""

    key: str
    """Stable key, which is the same if the message is sent again."""
    subject: str
    text: str
    """The whole message in plain text."""
    html: str
    """The whole message in HTML."""
    chat: Chat
    """A short text without the subject. Each service has its own way of writing it."""
    thread: str = ""
    """Key of messages that belong together (one policy, one subscriber), or ""."""
    kind: str = "message"
    """Kind of message, for programs: alert, digest, test, …"""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the webhook's body that only this kind of message has."""


def build_message(
    template: str,
    shown: dict[str, Any],
    render: Render,
    *,
    names: Iterable[str],
    chat: Chat,
    facts: Mapping[str, Any],
    kind: str = "",
    thread: Sequence[str] = (),
) -> Message:
    """Fill the two templates of a kind with `shown`, which includes the subject.

    `names` identify the message, and are the same each time the message is built. `thread` identifies messages that
    belong together. The default for `kind` is the name of the template."""
    return Message(
        key=_hash(names),
        thread=_hash(("thread", *thread)) if thread else "",
        subject=clipped(shown["subject"], SUBJECT_LENGTH),
        text=render(f"{template}.txt", shown),
        html=render(f"{template}.html", shown),
        chat=chat,
        kind=kind or template,
        facts=facts,
    )


def _hash(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]
