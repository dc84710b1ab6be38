"""Describes for each chat service how to write text that is inert, and how long it may be.

Apprise escapes plain text for Slack and Telegram, escapes too much for Teams (even the dots of an address, which then
leads nowhere), and nothing for Discord and Mattermost. Formatting, mentions of people, and addresses that a service
would open are made harmless here: by an escape if the service has one, else by a look-alike character.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, replace

from notifier.texts.sanitize import CHAT_ALIKE, inert, inert_in_chat

_BACKSLASHED = re.compile(r"([\\`*_{}\[\]()#+\-.!~|<>])")
_FORMAT = str.maketrans({mark: CHAT_ALIKE[ord(mark)] for mark in "@*_`~"})
_MENTION = str.maketrans({"@": CHAT_ALIKE[ord("@")]})


@dataclass(frozen=True, slots=True)
class Dialect:
    """The way to write to a chat service."""

    limit: int
    """Maximum length of a message with its subject, as `size` counts."""
    escape: Callable[[str], str]
    """Make one line inert. Texts are cut before, so that an escape is never cut in two."""
    size: Callable[[str], int] = len
    _: KW_ONLY
    link: Callable[[str], str] = str
    """Write an address to open, from `plain_link`."""
    markdown: bool = False
    """Whether the text is sent to Apprise as Markdown, so that it does not change it."""


def plain_link(url: str) -> str:
    """Return an address without anything that a service takes for formatting or a mention, except underscores."""
    return "".join(f"%{ord(character):02X}" if character in "@*~[]()!'|`" else character for character in url)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _utf8(text: str) -> int:
    return len(text.encode())


def _closed(text: str) -> str:
    """Return one line without an address that a service would open by itself for a preview."""
    return re.sub(r":(?=//)", ":\u200a", inert(text))


def _backslashed(text: str) -> str:
    return _BACKSLASHED.sub(r"\\\1", _closed(text).translate(_MENTION))


ANY = Dialect(2000, inert_in_chat, _utf16)
"""Dialect for unknown services: look-alikes, and the shortest limit of those below."""

SLACK = Dialect(4000, lambda text: _closed(text).translate(_FORMAT), _utf16)
"""Apprise escapes & < >. Slack asks for at most 4,000 characters and cuts at 40,000
(https://docs.slack.dev/reference/methods/chat.postMessage#truncating)."""

TEAMS = Dialect(14_000, inert_in_chat, _utf16, link=lambda _: "", markdown=True)
"""A card, in which a button opens the link.
28 KB for the whole message, counted in UTF-16, two bytes a character
(https://learn.microsoft.com/microsoftteams/limits-specifications-teams)."""

DISCORD = Dialect(2000, _backslashed, _utf16, link="<{}>".format)
"""https://docs.discord.com/developers/resources/webhook#execute-webhook: content, up to 2,000 characters. A URL in
angle brackets gets no link preview."""

TELEGRAM = Dialect(4096, lambda text: _closed(text).translate(_MENTION), _utf16)
"""1 to 4,096 characters after its entities are read (https://core.telegram.org/bots/api#sendmessage); Apprise writes
them."""

MATTERMOST = Dialect(4000, _backslashed, len, link="<{}>".format)
"""16,383 characters (https://docs.mattermost.com/administration-guide/manage/product-limits.html); older servers and
Apprise keep to 4,000."""

MATRIX = Dialect(40_000, lambda text: _closed(text).translate(_MENTION), _utf8)
"""65,536 bytes for the whole event (https://spec.matrix.org/latest/client-server-api/#size-limits); less if it is
encrypted, and with room for the event around the text."""

ROCKET_CHAT = Dialect(5000, inert_in_chat, _utf16, markdown=True)
"""5,000 characters unless the server says otherwise (its setting Message_MaxAllowedSize). Not every release knows an
escape, so look-alikes stand for what formats and mentions."""

GOTIFY = Dialect(30_000, lambda text: _closed(text).translate(_MENTION), _utf8)
"""A plain text, with a title of its own. The server sets no limit; Apprise keeps to 32,768."""

DIALECTS = {
    **dict.fromkeys(("slack",), SLACK),
    **dict.fromkeys(("workflow", "workflows"), TEAMS),
    **dict.fromkeys(("discord",), DISCORD),
    **dict.fromkeys(("tgram",), TELEGRAM),
    **dict.fromkeys(("mmost", "mmosts"), MATTERMOST),
    **dict.fromkeys(("matrix", "matrixs"), MATRIX),
    **dict.fromkeys(("rocket", "rockets"), ROCKET_CHAT),
    **dict.fromkeys(("gotify", "gotifys"), GOTIFY),
}
"""Dialects by the scheme of a channel's address."""


def dialect_of(scheme: str, longest: int = ANY.limit) -> Dialect:
    """Return the dialect of a service; `longest` is Apprise's limit for a service without a dialect."""
    return DIALECTS.get(scheme) or replace(ANY, limit=min(ANY.limit, longest))
