"""Finds the dates that a policy states about itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import count, zip_longest

from document.model import DateKind, StatedDate
from languages import records

_YEAR = r"(?:\d{4}|'\d{2})"
_BY = r"(?:\.?,?\s+|\s*[-/.]\s*)"
"""Matches the separator between the parts of a date with the name of a month."""
_NUMBER = re.compile(r"\d+")
_DIGIT = re.compile(r"\d")
_SOME_YEAR = re.compile(r"\d{4}|['./-]\s*\d{2}\b")
_BETWEEN = 40
"""Maximum number of characters between the cue phrase and its date."""
_LABEL = 60
"""Maximum length, in characters, of a line that announces the date on the next line and says nothing else."""


@dataclass(frozen=True, slots=True)
class _Cue:
    kind: DateKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DateWords:
    """The words for dates in one language, from its `dates.toml`. Phrases are regular expressions."""

    updated: Sequence[str]
    revised: Sequence[str]
    effective: Sequence[str]
    months: Sequence[str]
    """Names and short forms of the months. There is one item for each month, beginning with January."""
    ordinals: Sequence[str]
    """Endings of a day's number, such as "th"."""
    between: Sequence[str]
    """Words between the parts of a date, such as "of"."""
    before: Sequence[str]
    """Words directly before a date, such as "on"."""


@cache
def _words() -> Mapping[str, DateWords]:
    return dict(records("dates", DateWords))


def _any(lists: Iterable[Sequence[str]]) -> str:
    return f"(?:{'|'.join(phrase for phrases in lists for phrase in phrases)})"


@cache
def _cues() -> tuple[tuple[DateKind, re.Pattern[str]], ...]:
    phrases: dict[DateKind, list[Sequence[str]]] = {
        "updated": [words.updated for words in _words().values()],
        "revised": [words.revised for words in _words().values()],
        "effective": [words.effective for words in _words().values()],
    }
    return tuple((kind, re.compile(rf"(?<!\w){_any(lists)}(?!\w)", re.IGNORECASE)) for kind, lists in phrases.items())


@cache
def _opening() -> re.Pattern[str]:
    """Return a pattern for the text that may be before a date at the start of a line."""
    words = _any(words.before for words in _words().values())
    return re.compile(rf"^[ :-]*(?:{words}\s+)*", re.IGNORECASE)


@cache
def _months() -> Mapping[str, frozenset[int]]:
    """Return the possible numbers of the month for each name. Names are in lower case.

    A name has two numbers if two languages use it for different months.
    """
    numbers: dict[str, frozenset[int]] = {}
    for words in _words().values():
        for number, names in enumerate(words.months, 1):
            for name in names.split():
                numbers[name] = numbers.get(name, frozenset()) | {number}
    return numbers


@cache
def month_names(language: str = "") -> frozenset[str]:
    """Return the names and short forms of a language's months, in lower case.

    If the language has no list of months, return the names in all languages.
    """
    every = _months_of(language)
    return frozenset(name for names in every for name in names.split())


@cache
def short_month_names(language: str = "") -> frozenset[str]:
    """Return the short forms of the months only, for the same languages as `month_names`."""
    return frozenset(name for names in _months_of(language) for name in names.split()[1:])


def _months_of(language: str) -> list[str]:
    known = [_words()[language]] if language in _words() else _words().values()
    return [names for words in known for names in words.months]


@cache
def _date() -> re.Pattern[str]:
    names = "|".join(sorted(_months(), key=lambda name: (-len(name), name)))
    counter = count(1)

    def month() -> str:
        return rf"(?P<month{next(counter)}>{names})(?![^\W\d_])\.?"

    day = rf"\d{{1,2}}{_any(words.ordinals for words in _words().values())}?"
    of = rf"(?:\s+{_any(words.between for words in _words().values())})?"
    return re.compile(
        rf"""
          \b(?P<dmy>{day}{of}{_BY}{month()}{of}(?:{_BY}|\s+|(?=')){_YEAR}|\d{{1,2}}(?P<sign>[-/.]){month()}(?P=sign)\d{{2}})(?!\d)
        | \b(?P<mdy>{month()}\s+(?:the\s+)?{day}(?:,\s*|\s+){_YEAR})(?!\d)
        | \b(?P<ymd>\d{{4}}(?P<by>[-/.])\d{{1,2}}(?P=by)\d{{1,2}})(?!\d)
        | \b(?P<ynd>\d{{4}}{_BY}{month()}{_BY}\d{{1,2}})(?!\d)
        | \b(?P<numeric>\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}})(?!\d)
        | \b(?P<my>{month()}{of}(?:{_BY}|(?=')){_YEAR})(?!\d)
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def stated_dates(lines: Sequence[str]) -> tuple[StatedDate, ...]:
    """Return the policy's dates in the lines, in order. Each date of a kind is returned once.

    A date must come after a cue phrase, on the same line or alone on the next line. A date without a day counts as the
    first day of its month. An ambiguous numeric date is left out.
    """
    found: dict[tuple[DateKind, date], StatedDate] = {}
    years = [_has_year(line) for line in lines]
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else ""
        if not years[place] and not (len(line) <= _LABEL and any(years[place + 1 : place + 2])):
            continue
        for stated in _on_line(line, after):
            found.setdefault((stated.kind, stated.day), stated)
    return tuple(found.values())


def _has_year(line: str) -> bool:
    """Return whether a line may contain a year. Most lines have no digit, and this is found faster."""
    return _DIGIT.search(line) is not None and _SOME_YEAR.search(line) is not None


def states_date(line: str) -> bool:
    """Return whether a short line states a date of the policy, or is only a date."""
    if len(line) > _LABEL:
        return False
    alone = _date().search(line)
    if alone and len(line) - len(alone[0]) < 12 and parse_date(alone[0]):
        return True
    return any(not _remainder(line[: cue.start] + line[cue.end :]) for cue in _found(line))


def is_date_cue(line: str) -> bool:
    """Return whether a line has a cue phrase for a date of the policy."""
    return next(_found(line), None) is not None


def without_dates(text: str) -> str:
    """Return a text with each date replaced by a space. Dates without a year are replaced too."""
    return _day_of_month().sub(" ", _date().sub(" ", text))


@cache
def _day_of_month() -> re.Pattern[str]:
    month = rf"(?:{'|'.join(sorted(_months(), key=lambda name: (-len(name), name)))})"
    day = rf"\d{{1,2}}{_any(words.ordinals for words in _words().values())}?\.?"
    of = rf"(?:\s+{_any(words.between for words in _words().values())})?"
    return re.compile(rf"\b(?:{day}{of}\s+{month}|{month}\s+{day})(?!\w)", re.IGNORECASE)


def _remainder(text: str) -> str:
    """Return the text of a line without the cue phrase and the date; "" if at most two words are left."""
    text = _date().sub("", text).strip(" :-.,()|")
    return text if len(text.split()) > 2 else ""


def _found(line: str) -> Iterator[_Cue]:
    for kind, pattern in _cues():
        for match in pattern.finditer(line):
            yield _Cue(kind, match.start(), match.end())


def _on_line(line: str, after: str) -> Iterator[StatedDate]:
    cues = sorted(_found(line), key=lambda cue: cue.start)
    for cue, further in zip_longest(cues, cues[1:]):
        same = _date().search(line, cue.end, cue.end + _BETWEEN + _LABEL)
        nearer = same is not None and further is not None and cue.end <= further.start < same.start()
        if same and not nearer and same.start() - cue.end <= _BETWEEN and (day := parse_date(same[0])):
            yield StatedDate(cue.kind, day, line[cue.start : same.end()])
        elif not same and len(line) <= _LABEL and not line[cue.end :].strip(" :-.,"):
            next_line = _date().match(_opening().sub("", after))
            if next_line and len(after) <= _LABEL and (day := parse_date(next_line[0])):
                yield StatedDate(cue.kind, day, f"{line[cue.start :]} {next_line[0]}")


@lru_cache(maxsize=256)
def parse_date(text: str) -> date | None:
    """Return the day that a text names. Return None if the text is not a single date, or if the date is ambiguous."""
    found = _date().fullmatch(text.strip())
    if not found:
        return None
    numbers = [int(number) for number in _NUMBER.findall(found[0])]
    try:
        if found["ymd"]:
            return date(*numbers)
        if found["numeric"]:
            return _numeric(*numbers)
        return _named(found, numbers)
    except ValueError:
        return None


def _numeric(first: int, second: int, year: int) -> date | None:
    if first <= 12 and second <= 12 and first != second:
        return None
    return date(year, second, first) if first > 12 or first == second else date(year, first, second)


def _named(found: re.Match[str], numbers: list[int]) -> date | None:
    """Return the day of a date whose month is written as a name, such as "5 May 2024".

    If the date has no day, the result is the first day of the month. The result is None if the name of the month means
    different months in different languages.
    """
    (name,) = (value for key, value in found.groupdict().items() if key.startswith("month") and value)
    months = _months()[name.lower()]
    if len(months) > 1:
        return None
    (month,) = months
    if found["my"]:
        year, day = numbers[0], 1
    else:
        year, day = numbers if found["ynd"] else numbers[::-1]
    return date(year if year >= 100 else 2000 + year, month, day)
