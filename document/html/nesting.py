"""Detects a page that nests elements too deeply, before a tree of the page is built."""

from __future__ import annotations

import re

from document.model import MAX_NESTING, Page

_TAG = re.compile(rb"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_VOID = frozenset(
    [b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param", b"source", b"wbr"]
)
_ROW = frozenset([b"td", b"th", b"tr"])
_ENDED_BY = {
    b"p": frozenset([b"p"]),
    b"li": frozenset([b"li", b"p"]),
    b"dt": frozenset([b"dt", b"dd", b"p"]),
    b"dd": frozenset([b"dt", b"dd", b"p"]),
    b"td": frozenset([b"td", b"th", b"p"]),
    b"th": frozenset([b"td", b"th", b"p"]),
    b"tr": _ROW | {b"p"},
    b"option": frozenset([b"option"]),
    **dict.fromkeys([b"tbody", b"thead", b"tfoot"], _ROW | {b"tbody", b"thead", b"tfoot", b"p"}),
}
"""Elements that often have no end tag. The values are the open elements that the beginning of such an element ends."""


def nests_too_deeply(page: Page, deepest: int = MAX_NESTING) -> bool:
    """Return whether a parser may nest more than `deepest` elements in one another.

    The counted depth is at least as high as the depth of any parser. To ensure this, an end tag in the wrong place is
    ignored, and tags in scripts and comments are counted. A page with at most `deepest` tags is accepted without
    counting the depth.
    """
    if page.body.count(b"<") <= deepest:
        return False
    open_tags: list[bytes] = []
    for end, written in _TAG.findall(page.body):
        name = written.lower()
        if name in _VOID:
            continue
        if end:
            _close(open_tags, name)
        else:
            ended = _ENDED_BY.get(name, ())
            while open_tags and open_tags[-1] in ended:
                open_tags.pop()
            open_tags.append(name)
            if len(open_tags) > deepest:
                return True
    return False


def _close(open_tags: list[bytes], name: bytes) -> None:
    """Close the innermost open element with a name, and the elements within it that have no end tags."""
    index = len(open_tags) - 1
    while index >= 0 and open_tags[index] != name and open_tags[index] in _ENDED_BY:
        index -= 1
    if index >= 0 and open_tags[index] == name:
        del open_tags[index:]
