"""Writes text in one normal form, so that a change of typography never counts as a change of the text."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SPACES = re.compile(r"\s+")
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4\u2039\u203a", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2026": "...",
        "\u2044": "/",
    }
)


def normalise(text: str) -> str:
    """Return the text on one line, in NFC, with single spaces and plain quotation marks, apostrophes and dashes.

    Soft hyphens, zero-width characters and bidirectional control characters are dropped, because readers do not see
    them. Typographic quotation marks become straight ones, all dashes become hyphens, and an ellipsis becomes three
    dots. Normalising a normalised text does not change it.
    """
    if text.isascii():
        return " ".join(_CONTROL.sub("", text).replace("`", "'").split())
    visible = _CONTROL.sub("", _INVISIBLE.sub("", text))
    plain = unicodedata.normalize("NFC", visible).translate(_TYPOGRAPHY)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", plain)).strip()
