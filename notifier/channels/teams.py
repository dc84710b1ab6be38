"""The plugin for Microsoft Teams. Like Apprise's plugin, it sends a card to a workflow, but the card is our own."""

from __future__ import annotations

from typing import Any

from apprise.plugins.workflows import NotifyWorkflows

from notifier.texts.message import Message
from notifier.texts.phrases import phrases_for

COLOURS = {"critical": "Attention", "high": "Warning"}
"""Colour names for a card's heading, by severity."""


class Teams(NotifyWorkflows):  # type: ignore[no-untyped-call]  # Apprise does not type its `__init_subclass__`
    """A workflow that posts our card, or a template's card if the address has `?template=`."""

    message: Message | None = None
    """The message to send. It must be set before Apprise's `notify` is called."""

    def gen_payload(self, body: str, title: str = "", notify_type: Any = None, **named: Any) -> Any:
        """Return the payload for the workflow. If the address has a template, return the payload of Apprise's
        plugin."""
        if self.template or self.message is None:
            return super().gen_payload(body, title, notify_type, **named)  # type: ignore[no-untyped-call]  # as above
        return {
            "type": "message",
            "attachments": [
                {
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "contentUrl": None,
                    "content": card(self.message, title, body) | {"version": self.adaptive_card_version},
                }
            ],
        }


def card(message: Message, title: str, body: str) -> dict[str, Any]:
    """Return a card for an escaped text: a heading, a block for each line, and a button that opens the policy.

    Each line needs its own block, because Teams shows a block of several lines as one line. Our own heading is used,
    because Teams cuts Apprise's heading at the card's edge.
    """
    heading = {
        "type": "TextBlock",
        "text": title,
        "style": "heading",
        "weight": "Bolder",
        "size": "Large",
        "color": COLOURS.get(message.facts.get("severity", ""), "Default"),
        "wrap": True,
    }
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "msteams": {"width": "full"},
        "body": [heading, *(block for part in body.split("\n\n") for block in _blocks(part))],
    }
    if message.chat.link:
        label = phrases_for(message.chat.language).say("foot.open")
        content["actions"] = [{"type": "Action.OpenUrl", "title": label, "url": message.chat.link}]
    return content


def _blocks(paragraph: str) -> list[dict[str, Any]]:
    """Return a block for each line. Only the first block has space above it."""
    return [
        {"type": "TextBlock", "text": line, "wrap": True, "spacing": "None" if number else "Medium"}
        for number, line in enumerate(paragraph.splitlines())
    ]
