"""Take a page's markup apart without building a tree, if there is only one way to read it.

What the tokens are follows the HTML Standard's tokenizer (13.2.5) in its plain states only. Markup that leaves them,
so that two parsers could see other tags in it, is not taken apart at all: `OddMarkupError`.
"""

from __future__ import annotations

import html
import re

_SPACE = r"[ \t\n\f]"
_INSIDE = r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+"
"""Matches the contents of a tag: quoted values hold anything."""
_UNREAD = ("script", "style")
"""Elements whose content is not markup up to their end tag."""
_TEXT_ONLY = ("title", "textarea", "iframe", "noembed", "noframes", "xmp")
"""Elements whose content is not markup either; trusted if it holds no markup."""


_PLAIN_INSIDE = (
    rf"(?:{_SPACE}++[^ \t\n\f\r\"'<>/=]++(?:=(?:\"[^\"]*+\"|'[^']*+'|[^ \t\n\f\r\"'<>=`]++(?<!/)))?+)*+{_SPACE}*+"
)
"""Matches the contents of a well-formed tag: names with or without a value, each after a blank."""


def _whole(name: str, inside: str = _INSIDE, unless: str = "") -> str:
    ends = rf"(?:<(?!/{name}[ \t\n\f/>]{unless})[^<]*+)*+" if name in _UNREAD else ""
    content = rf"[^<]*+{ends}"
    return rf"<{name}(?=[ \t\n\f/>]){inside}(?<!/)>{content}</{name}{_SPACE}*+>"


_NAMES = "|".join((*_UNREAD, *_TEXT_ONLY))
_NOT_ALONE = r"(?!s(?:cript|tyle)|t(?:itle|extarea)|iframe|no(?:embed|frames)|xmp|plaintext)"
_REST = r"|<!--(?!-?>)[^-]*+(?:-(?!-!?>)[^-]*+)*+-->|<[!?](?!-|\[CDATA)[^<>]*+>|<(?![a-z/!?])"
"""Comments, declarations, and what begins nothing."""
_CLEAR = (
    rf"</?+{_NOT_ALONE}[a-z]{_INSIDE}>"
    rf"|<(?:{_NAMES})(?=[ \t\n\f/>]){_INSIDE}(?<=/)>"
    rf"|{'|'.join(map(_whole, (*_UNREAD, *_TEXT_ONLY)))}"
    rf"{_REST}"
)
_PLAIN = (
    rf"</?+{_NOT_ALONE}[a-z][a-z0-9:_-]*+{_PLAIN_INSIDE}/?+>"
    rf"|{'|'.join(_whole(name, _PLAIN_INSIDE, '|!--') for name in (*_UNREAD, *_TEXT_ONLY))}"
    rf"{_REST}"
)
_CLEAR_TOKEN = re.compile(_CLEAR, re.IGNORECASE | re.ASCII)
_TOKEN = re.compile(rf"({_CLEAR}|<[\s\S]*+)", re.IGNORECASE | re.ASCII)
"""Token for unclear markup with everything after it, so that the time stays linear in the page's length."""
_PLAIN_TOKEN = re.compile(_PLAIN, re.IGNORECASE | re.ASCII)
_PLAIN_OR_ODD = re.compile(rf"({_PLAIN}|<[\s\S]*+)", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"<(/?)([a-z][a-z0-9:_-]*+)", re.IGNORECASE | re.ASCII)
_ATTRIBUTE = re.compile(
    r"[ \t\n\f]*+([^ \t\n\f\"'<>/=]++)(?:[ \t\n\f]*+=[ \t\n\f]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^ \t\n\f\"'<>=`]++)))?+"
)
_OPENING = re.compile(rf"<[a-z]{_INSIDE}>", re.IGNORECASE | re.ASCII)
_PLAIN_REFERENCE = re.compile(r"&(?:amp|lt|gt|quot|apos|#39|#x27);")
_REFERENCE = re.compile(r"&[A-Za-z#]")


class OddMarkupError(ValueError):
    """Markup that could be read in more than one way."""


def with_line_feeds(text: str) -> str:
    """Return a text whose lines end as parsers take them to."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def tokens(text: str) -> list[str]:
    """Return text and markup in turn, beginning and ending with text; joined again they are the page.

    Markup is a tag, a comment, a declaration, a whole `script`, `style` and the like with its content, or a "<" that
    begins nothing. Raises OddMarkupError.
    """
    return _split(text, _TOKEN, _CLEAR_TOKEN)


def plain_tokens(text: str) -> list[str]:
    """Return what `tokens` returns, of a page in which every tag is written as it should be: no need to look at each.

    Nor may a script hold what begins a comment, in which it could hide its end. Raises OddMarkupError, of more pages
    than `tokens` does.
    """
    return _split(text, _PLAIN_OR_ODD, _PLAIN_TOKEN)


def plain_token(markup: str) -> str:
    """Return a text that is one piece of plain markup; raises OddMarkupError for any other."""
    if not _PLAIN_TOKEN.fullmatch(markup):
        raise OddMarkupError(markup[:80])
    return markup


def _split(text: str, token: re.Pattern[str], sound: re.Pattern[str]) -> list[str]:
    parts = token.split(text)
    if len(parts) > 1 and not sound.fullmatch(parts[-2]):
        raise OddMarkupError(parts[-2][:80])
    return parts


def opening(token: str) -> str:
    """Return the start tag of a token that begins with one."""
    match = _OPENING.match(token)
    if not match:
        raise OddMarkupError(token[:80])
    return match[0]


def taken_apart(tag: str) -> tuple[str, bool, bool, list[tuple[str, str]]]:
    """Return a tag's name, whether it is an end tag, whether it closes itself, and its attributes as written.

    Names are in lower case; character references in values are left as they are. Raises OddMarkupError.
    """
    named = _NAME.match(tag)
    end = len(tag) - 1
    if not named or tag[named.end()] not in " \t\n\f/>":
        raise OddMarkupError(tag[:80])
    start, attributes = named.end(), []
    while attribute := _ATTRIBUTE.match(tag, start, end):
        value = next((part for part in attribute.groups()[1:] if part is not None), "")
        attributes.append((attribute[1].lower() if attribute[1].isascii() else attribute[1], value))
        start = attribute.end()
    rest = tag[start:end].strip(" \t\n\f")
    if rest not in ("", "/"):
        raise OddMarkupError(tag[:80])
    return named[2].lower(), bool(named[1]), rest == "/", attributes


def resolved(value: str) -> str:
    """Return an attribute's value with its character references resolved.

    Raises OddMarkupError for references that stand for themselves in some places and not in others.
    """
    if "&" not in value:
        return value
    if _REFERENCE.search(_PLAIN_REFERENCE.sub("", value)):
        raise OddMarkupError(value[:80])
    return html.unescape(value)
