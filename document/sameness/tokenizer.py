"""Splits a page's markup into tokens without building a tree, if the markup is unambiguous.

For simple markup, the tokens are the tokens of the HTML Standard (13.2.5). In ambiguous markup, two parsers could find
different tokens, so the functions raise `OddMarkupError`.
"""

from __future__ import annotations

import html
import re

_SPACE = r"[ \t\n\f]"
_INSIDE = r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+"
"""Matches the contents of a tag. Quoted values may contain anything."""
_UNREAD = ("script", "style")
"""Elements whose content, up to their end tag, is not markup."""
_TEXT_ONLY = ("title", "textarea", "iframe", "noembed", "noframes", "xmp")
"""Further elements whose content is not markup. They are accepted only if nothing in their content looks like
markup.
"""


_PLAIN_INSIDE = (
    rf"(?:{_SPACE}++[^ \t\n\f\r\"'<>/=]++(?:=(?:\"[^\"]*+\"|'[^']*+'|[^ \t\n\f\r\"'<>=`]++(?<!/)))?+)*+{_SPACE}*+"
)
"""Matches the contents of a well-formed tag: attributes with or without a value, each after a space."""


def _whole(name: str, inside: str = _INSIDE, unless: str = "") -> str:
    ends = rf"(?:<(?!/{name}[ \t\n\f/>]{unless})[^<]*+)*+" if name in _UNREAD else ""
    content = rf"[^<]*+{ends}"
    return rf"<{name}(?=[ \t\n\f/>]){inside}(?<!/)>{content}</{name}{_SPACE}*+>"


_NAMES = "|".join((*_UNREAD, *_TEXT_ONLY))
_NOT_ALONE = r"(?!s(?:cript|tyle)|t(?:itle|extarea)|iframe|no(?:embed|frames)|xmp|plaintext)"
_REST = r"|<!--(?!-?>)[^-]*+(?:-(?!-!?>)[^-]*+)*+-->|<[!?](?!-|\[CDATA)[^<>]*+>|<(?![a-z/!?])"
"""Matches comments, declarations, and a "<" that begins nothing."""
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
"""Matches a token.

Ambiguous markup and all text after it are matched as one token, so that the running time is proportional to the length
of the page.
"""
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
    """The markup could be read in more than one way."""


def with_line_feeds(text: str) -> str:
    """Return a text with the line ends that parsers use."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def tokens(text: str) -> list[str]:
    """Return the texts and the markup tokens of a page alternately, beginning and ending with a text. Joined together,
    they are the whole page.

    A markup token is a tag, a comment, a declaration, or a "<" that begins nothing. An element such as `script` or
    `style` is one token together with its content. Raises OddMarkupError for ambiguous markup.
    """
    return _split(text, _TOKEN, _CLEAR_TOKEN)


def plain_tokens(text: str) -> list[str]:
    """Return the same as `tokens`, if every tag of the page is well-formed.

    This function is faster than `tokens`, because its caller need not check the tags again.

    A script must not contain the start of a comment, because the comment could hide the end of the script. Raises
    OddMarkupError for more pages than `tokens`.
    """
    return _split(text, _PLAIN_OR_ODD, _PLAIN_TOKEN)


def plain_token(markup: str) -> str:
    """Return the text unchanged if it is one well-formed markup token. Raises OddMarkupError for any other text."""
    if not _PLAIN_TOKEN.fullmatch(markup):
        raise OddMarkupError(markup[:80])
    return markup


def plain_token_at(text: str, place: int) -> str:
    """Return the well-formed markup token that begins at a place of a text. Raises OddMarkupError if there is none."""
    match = _PLAIN_TOKEN.match(text, place)
    if not match:
        raise OddMarkupError(text[place : place + 80])
    return match[0]


def _split(text: str, token: re.Pattern[str], sound: re.Pattern[str]) -> list[str]:
    parts = token.split(text)
    if len(parts) > 1 and not sound.fullmatch(parts[-2]):
        raise OddMarkupError(parts[-2][:80])
    return parts


def opening(token: str) -> str:
    """Return the start tag at the beginning of a token."""
    match = _OPENING.match(token)
    if not match:
        raise OddMarkupError(token[:80])
    return match[0]


def taken_apart(tag: str) -> tuple[str, bool, bool, list[tuple[str, str]]]:
    """Return four facts about a tag: its name, whether it is an end tag, whether it closes itself, and its attributes.

    Names are in lower case. Values are unchanged and still have their character references. Raises OddMarkupError for
    ambiguous markup.
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

    Raises OddMarkupError for a reference such as "&copy" that parsers read differently in different places.
    """
    if "&" not in value:
        return value
    if _REFERENCE.search(_PLAIN_REFERENCE.sub("", value)):
        raise OddMarkupError(value[:80])
    return html.unescape(value)
