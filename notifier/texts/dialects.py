"""Describes, for each chat service, how to write harmless text and how long the text may be.

Apprise escapes plain text for Slack and Telegram. For Discord and Mattermost, it escapes nothing. For Teams, it escapes
too much: for example, it escapes the dots of an address, so the link does not work. This module makes three things
harmless: formatting, mentions of people, and addresses that a service would open. If the service has an escape for a
character, the escape is used. Otherwise a look-alike character is used.
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
    """The way to write texts for a chat service."""

    limit: int
    """Maximum length of a message with its subject, as counted by `size`."""
    escape: Callable[[str], str]
    """Makes one line harmless for the service. Texts are cut before they are escaped, so that an escape is never cut in
    two.
    """
    size: Callable[[str], int] = len
    _: KW_ONLY
    link: Callable[[str], str] = str
    """Writes an address as a link. The input comes from `plain_link`."""
    markdown: bool = False
    """Whether Apprise gets the text as Markdown. Apprise does not change a text in Markdown."""


def plain_link(url: str) -> str:
    """Return an address without characters that a service would read as formatting or as a mention. Underscores are
    kept."""
    return "".join(f"%{ord(character):02X}" if character in "@*~[]()!'|`" else character for character in url)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _utf8(text: str) -> int:
    return len(text.encode())


def _closed(text: str) -> str:
    """Return one line without an address that a service would open for a preview."""
    return re.sub(r":(?=//)", ":\u200a", inert(text))


def _backslashed(text: str) -> str:
    return _BACKSLASHED.sub(r"\\\1", _closed(text).translate(_MENTION))


ANY = Dialect(2000, inert_in_chat, _utf16)
"""Dialect for unknown services. It uses look-alike characters, and has the lowest limit of all dialects."""

SLACK = Dialect(4000, lambda text: _closed(text).translate(_FORMAT), _utf16)
"""Dialect of Slack. Apprise escapes the characters & < >. Slack recommends at most 4,000 characters and cuts at 40,000
(https://docs.slack.dev/reference/methods/chat.postMessage#truncating).
"""

TEAMS = Dialect(14_000, inert_in_chat, _utf16, link=lambda _: "", markdown=True)
"""Dialect of Microsoft Teams. A button of the card opens the link. The whole message may have 28 KB, with two bytes for
each UTF-16 character (https://learn.microsoft.com/microsoftteams/limits-specifications-teams).
"""

DISCORD = Dialect(2000, _backslashed, _utf16, link="<{}>".format)
"""Dialect of Discord. A message may have 2,000 characters
(https://docs.discord.com/developers/resources/webhook#execute-webhook). A URL in angle brackets gets no link preview.
"""

TELEGRAM = Dialect(4096, lambda text: _closed(text).translate(_MENTION), _utf16)
"""Dialect of Telegram. A message may have 4,096 characters, counted after entities are parsed
(https://core.telegram.org/bots/api#sendmessage). Apprise writes the entities.
"""

MATTERMOST = Dialect(4000, _backslashed, len, link="<{}>".format)
"""Dialect of Mattermost. A message may have 16,383 characters
(https://docs.mattermost.com/administration-guide/manage/product-limits.html). But older servers and Apprise allow only
4,000.
"""

MATRIX = Dialect(40_000, lambda text: _closed(text).translate(_MENTION), _utf8)
"""Dialect of Matrix. The whole event may have 65,536 bytes
(https://spec.matrix.org/latest/client-server-api/#size-limits). This limit is lower, because encryption and the rest of
the event need space too.
"""

ROCKET_CHAT = Dialect(5000, inert_in_chat, _utf16, markdown=True)
"""Dialect of Rocket.Chat. A message may have 5,000 characters, unless the server's setting Message_MaxAllowedSize has a
different value. Not every release supports escapes, so formatting and mentions are replaced by look-alike characters.
"""

GOTIFY = Dialect(30_000, lambda text: _closed(text).translate(_MENTION), _utf8)
"""Dialect of Gotify: plain text with a separate title. The server has no limit, but Apprise allows only 32,768
characters.
"""

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
    """Return the dialect of a service. `longest` is Apprise's limit, for a service without its own dialect."""
    return DIALECTS.get(scheme) or replace(ANY, limit=min(ANY.limit, longest))
