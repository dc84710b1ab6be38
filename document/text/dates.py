"""The dates that a policy states about itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from document.model import DateKind, StatedDate

_KINDS: tuple[DateKind, ...] = ("updated", "revised", "effective")
_LANGUAGES = ("en", "id", "fr", "de", "es")
_MONTH = r"[^\W\d_]{3,12}\.?"
_DATE = re.compile(
    rf"""
      \b(?P<dmy>\d{{1,2}}(?:st|nd|rd|th|er|\.|º|°)?(?:\s+(?:of|de))?[\s-]+{_MONTH},?(?:\s+(?:de|del))?[\s-]+\d{{4}})\b
    | \b(?P<mdy>{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})\b
    | \b(?P<ymd>\d{{4}}-\d{{1,2}}-\d{{1,2}})\b
    | \b(?P<numeric>\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}})\b
    """,
    re.VERBOSE,
)
_YEAR = re.compile(r"\d{4}")
_BETWEEN = 40
"""Characters that may stand between the cue and its date."""
_LABEL = 60
"""Characters of a line that only names a date, which the next line then gives."""


@dataclass(frozen=True, slots=True)
class _Cue:
    kind: DateKind
    start: int
    end: int


@cache
def _cues() -> tuple[tuple[DateKind, re.Pattern[str]], ...]:
    read = tomllib.loads(Path(__file__).with_name("dates.toml").read_text(encoding="utf-8"))
    patterns: list[tuple[DateKind, re.Pattern[str]]] = []
    for kind in _KINDS:
        phrases = [phrase for language in _LANGUAGES for phrase in read[kind][language]]
        patterns.append((kind, re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)))
    return tuple(patterns)


def stated_dates(lines: Sequence[str]) -> tuple[StatedDate, ...]:
    """Return the dates that the lines state of the policy, in order, each kind and day once.

    A cue phrase is needed, then a date with day, month and year, on the same line or the whole of the next. A numeric
    date that could be read in two ways is left out.
    """
    found: dict[tuple[DateKind, date], StatedDate] = {}
    years = [_YEAR.search(line) is not None for line in lines]
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else ""
        if not years[place] and not (len(line) <= _LABEL and any(years[place + 1 : place + 2])):
            continue
        for stated in _on_line(line, after):
            found.setdefault((stated.kind, stated.day), stated)
    return tuple(found.values())


def states_date(line: str) -> bool:
    """Return whether a short line names a date of the policy, or is nothing but a date."""
    if len(line) > _LABEL:
        return False
    alone = _DATE.search(line)
    if alone and len(line) - len(alone[0]) < 12 and parse_date(alone[0]):
        return True
    return any(not _remainder(line[: cue.start] + line[cue.end :]) for cue in _found(line))


def _remainder(text: str) -> str:
    """Return what a line says besides the cue and a date: a label has at most a word or two."""
    text = _DATE.sub("", text).strip(" :-.,()|")
    return text if len(text.split()) > 2 else ""


def _found(line: str) -> Iterator[_Cue]:
    for kind, pattern in _cues():
        for match in pattern.finditer(line):
            yield _Cue(kind, match.start(), match.end())


def _on_line(line: str, after: str) -> Iterator[StatedDate]:
    cues = sorted(_found(line), key=lambda cue: cue.start)
    for cue in cues:
        same = _DATE.search(line, cue.end)
        nearer = any(cue.end <= other.start < (same.start() if same else 0) for other in cues)
        if same and not nearer and same.start() - cue.end <= _BETWEEN and (day := parse_date(same[0])):
            yield StatedDate(cue.kind, day, line[cue.start : same.end()])
        elif not same and len(line) <= _LABEL and not line[cue.end :].strip(" :-.,"):
            next_line = _DATE.match(after.lstrip(" :-"))
            if next_line and len(after) <= _LABEL and (day := parse_date(next_line[0])):
                yield StatedDate(cue.kind, day, f"{line[cue.start :]} {next_line[0]}")


@lru_cache(maxsize=256)
def parse_date(text: str) -> date | None:
    """Return the day that a text is, or None where it is none or could be two."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    try:
        if found["ymd"]:
            return date(*map(int, text.strip().split("-")))
        if found["numeric"]:
            return _numeric(*map(int, re.split(r"[./-]", text.strip())))
    except ValueError:
        return None
    return _named(text.strip())


def _numeric(first: int, second: int, year: int) -> date | None:
    if first <= 12 and second <= 12 and first != second:
        return None
    return date(year, second, first) if first > 12 or first == second else date(year, first, second)


def _named(text: str) -> date | None:
    # Imported here: it takes a tenth of a second, and most pages state a date once.
    import dateparser  # type: ignore[import-untyped]  # it ships no types

    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]}
    plain = re.sub(r"(?<=\d)(?:er|º|°)(?=\s)", "", text)
    for language in _LANGUAGES:
        found = dateparser.parse(plain, languages=[language], settings=settings)
        if isinstance(found, datetime):
            return found.date()
    return None
