"""Reads list numbers and bullets that are typed in a text, and writes list numbers that the markup generates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Shape = Literal["decimal", "upper", "lower", "upper-roman", "lower-roman", "bullet", "none"]

_ROMAN = r"(?:x{0,3}(?:ix|iv|v?i{1,3}|v)|x{1,3})"
_BULLET = re.compile(r"^([•·●○▪▫■□◦‣⁃➢➤►▶✓✔❖∙⚫*\uf0b7\uf0a7\uf0d8]|-|o(?= [A-Z]))(?=\s)\s*")
_BULLET_TIGHT = re.compile(r"^([•●○▪■◦‣➢❖\uf0b7\uf0a7\uf0d8])\s*")
_TYPED = re.compile(
    rf"""^(?:
        (?P<multi>\d{{1,3}}(?:\.\d{{1,3}})+\.?)(?=[\s)]\)?)\)?     # 3.1.2  3.1.2.
      | [(\[](?P<inner>\d{{1,3}}|[A-Za-z]|{_ROMAN})[)\]](?=\s|$)    # (3) (a) (IV)
      | (?P<plain>\d{{1,3}}|[A-Za-z]|{_ROMAN})[.)](?=\s|$)          # 3. 3) A. iv)
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_ONLY_TYPED_BEFORE = 3
"""Maximum number of markers that are split off at the start of a line, as in "3. (a) (i) Text"."""


@dataclass(frozen=True, slots=True)
class Number:
    """A list number: its shape, the punctuation around it, and its values."""

    shape: Shape
    around: str
    """Punctuation around the number: ".", "()" or ")"; "" if there is none."""
    values: tuple[int, ...]


NO_NUMBER = Number("none", "", ())


def split_marker(text: str) -> tuple[str, str]:
    """Return the typed markers at the start of a normalised line, and the words after them.

    A dotted number without a final dot ("2.5 million") is a marker only if a capital letter follows. A single letter is
    not a marker if another single letter follows ("J. R. Smith"). If a line consists only of a marker, the marker is
    returned as the words.
    """
    markers: list[str] = []
    rest = text
    while len(markers) < _ONLY_TYPED_BEFORE and (end := _marker_end(rest)):
        markers.append(rest[:end].strip())
        rest = rest[end:]
    return (" ".join(markers), rest) if rest else ("", text)


def _marker_end(text: str) -> int:
    bullet = _BULLET.match(text) or _BULLET_TIGHT.match(text)
    if bullet:
        return bullet.end()
    typed = _TYPED.match(text)
    if not typed:
        return 0
    rest = text[typed.end() :]
    if typed["multi"] and not typed["multi"].endswith(".") and not rest[:1].isupper():
        return 0
    if typed["plain"] and typed["plain"].isalpha() and re.match(r"[A-Z]\.", rest):
        return 0
    return typed.end()


def count(marker: str) -> Number:
    """Return the number in the last of the markers.

    A letter such as "I" may also be a Roman number. `follows` considers both possibilities.
    """
    last = marker.rsplit(" ", 1)[-1] if marker else ""
    core = last.strip("().[]")
    if not core or not core.replace(".", "").isalnum():
        return Number("bullet", "", ()) if last else NO_NUMBER
    around = last.replace(core, "", 1)
    if core[0].isdigit():
        return Number("decimal", around, tuple(int(part) for part in core.split(".") if part.isdigit()))
    upper = core.isupper()
    if len(core) > 1 or core in "Ii":
        value = _roman(core)
        return Number("upper-roman" if upper else "lower-roman", around, (value,)) if value else NO_NUMBER
    return Number("upper" if upper else "lower", around, (ord(core.lower()) - 96,))


def follows(number: Number, before: Number) -> bool:
    """Return whether a number comes directly after another number of the same kind ("3." after "2.", "J."
    after "I.").
    """
    if number.around != before.around or not number.values or not before.values:
        return False
    if number.shape == before.shape:
        return number.values[:-1] == before.values[:-1] and number.values[-1] == before.values[-1] + 1
    return any(a[1:] == (b[1] + 1,) and a[0] == b[0] for a in _readings(number) for b in _readings(before))


def starts(number: Number) -> bool:
    """Return whether a number is the first of a list."""
    return bool(number.values) and number.values[-1] == 1


def _readings(number: Number) -> list[tuple[str, int]]:
    """Return the possible readings of a number. A letter may be a letter (H. I. J.) or a Roman number (h. IV. V.)."""
    case = "upper" if number.shape.startswith("upper") else "lower"
    if number.shape in ("upper", "lower"):
        letter = chr(number.values[0] + 96)
        roman = _roman(letter)
        return [(case, number.values[0]), *([(f"{case}-roman", roman)] if roman else [])]
    if number.shape.endswith("roman"):
        single = {1: 9, 5: 22, 10: 24}.get(number.values[0])
        return [(f"{case}-roman", number.values[0]), *([(case, single)] if single else [])]
    return []


_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES.get(letter, 0) for letter in text.lower()]
    if 0 in values:
        return 0
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))


def rendered(value: int, style: str) -> str:
    """Return a list number in the format of a `list-style-type`, without punctuation."""
    if style in ("lower-alpha", "lower-latin", "a"):
        return _letters(value)
    if style in ("upper-alpha", "upper-latin", "A"):
        return _letters(value).upper()
    if style in ("lower-roman", "i"):
        return _to_roman(value)
    if style in ("upper-roman", "I"):
        return _to_roman(value).upper()
    return f"{value:02}" if style == "decimal-leading-zero" else str(value)


def _letters(value: int) -> str:
    if value < 1:
        return str(value)
    letters = ""
    while value:
        value, rest = divmod(value - 1, 26)
        letters = chr(97 + rest) + letters
    return letters


def _to_roman(value: int) -> str:
    if not 0 < value < 4000:
        return str(value)
    parts = []
    for worth, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    ):
        times, value = divmod(value, worth)
        parts.append(letters * times)
    return "".join(parts)
