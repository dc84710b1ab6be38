"""Recognises texts that change at each visit: "updated 3 days ago", reading time, votes, today's date.

Such a text says nothing about the policy. It is left out only if it is a whole line, or a whole part of a line between
marks such as "|". But a retention period such as "30 days" is kept, both within a sentence and alone in a table cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache

from document.text.dates import is_date_cue, without_dates
from document.text.lines import Line
from languages import records

LABEL = 60
"""Maximum length, in characters, of a line that announces a date."""
LONGEST = 140
"""Maximum length, in characters, of a line that is searched for counters."""
_BETWEEN = re.compile(r"\s*[·•|]\s*|\s+-\s+|(?<=[.!?])\s+")
"""Matches the separator between two parts of a line: a mark such as "|", or the end of a sentence."""
_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?m\b\.?)?"
_ZONE = r"\(?(?:UTC|GMT|WIB|WITA|WIT|CES?T|MES?Z|[ECMP][SD]T)(?:\s?[+-]\d{1,2}(?::?\d{2})?)?\)?"
_CLOCK_WORDS = re.compile(
    rf"{_TIME}|{_ZONE}|\b(?:at|on|the|um|uhr|der|den|pukul|jam|tanggal|à|le|a las|las|el)\b|\d{{1,2}}\s?h\s?\d{{2}}",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"\b\d{1,2}:\d{2}:\d{2}\b")
_AROUND = " .!,;:-|()[]*"
_PIECES = {
    "n": r"\d(?:[\d.,' ]*\d)?\s?(?:[kKmM]\b)?",
    "ip": r"(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}(?::[\da-f]{0,4}){2,7})",
    "place": r"(?-i:[A-ZÀ-Þ][\w'.-]*(?:,? (?:[A-ZÀ-Þ][\w'.-]*|de|da|of|la|el|le|am)){0,4})",
    "who": r"[^\s\d]+(?: [^\s\d]+){0,3}",
}


def uncounted(lines: Iterable[Line]) -> list[Line]:
    """Return the lines without their counters.

    If a line announces a date of the policy, the date on the next line is kept.
    """
    kept: list[Line] = []
    for line in lines:
        labelled = bool(kept) and len(kept[-1].text) <= LABEL and is_date_cue(kept[-1].text)
        text = without_counters(line.text, dated=labelled)
        if text == line.text or (text and line.row):
            kept.append(line)
        elif text:
            kept.append(replace(line, text=text))
    return kept


def without_counters(text: str, *, dated: bool = False) -> str:
    """Return a line without its counters; "" if the line consists only of counters.

    A line without counters is returned unchanged. `dated` is true if the previous line announces a date. In this case,
    a date in this line is kept.
    """
    if len(text) > LONGEST:
        return text
    if _counts(text) or (not dated and shows_clock(text.strip(_AROUND))):
        return ""
    parts = _BETWEEN.split(text)
    return "".join(_kept(text)) if len(parts) > 1 and any(map(_is_counter, parts)) else text


def _kept(text: str) -> Iterator[str]:
    """Yield the parts of a line that are not counters. Each part except the first begins with the separator
    before it.
    """
    start, sign, first = 0, "", True
    for end in (*_BETWEEN.finditer(text), None):
        part = text[start : end.start() if end else len(text)]
        if not _is_counter(part):
            yield part if first else sign + part
            first = False
        if end:
            start, sign = end.end(), end[0]


def _counts(text: str) -> bool:
    """Whether a text consists only of counters, relative dates, and the visitor's location."""
    return _is_counter(text) or all(map(_is_counter, _BETWEEN.split(text)))


def _is_counter(text: str) -> bool:
    plain = text.strip(_AROUND)
    return bool(plain) and _counter().fullmatch(plain) is not None


def shows_clock(text: str) -> bool:
    """Whether a text is only the date or time of the visit.

    A date may also belong to the policy. So the text must also contain a cue phrase, a weekday, a time of day, or
    seconds.
    """
    if not any(map(str.isdigit, text)) or is_date_cue(text):
        return False
    cue = _clock_cues().match(text)
    rest = text[cue.end() :] if cue else text
    undated = without_dates(rest)
    plain = _CLOCK_WORDS.sub(" ", _weekdays().sub(" ", undated))
    if plain.strip(_AROUND):
        return False
    exact = undated != rest and undated.strip(_AROUND) != ""
    return cue is not None or exact or _SECONDS.search(rest) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingWords:
    """The counters of a language, from its `counters.toml`. All values are regular expressions."""

    updated: str
    """Words for an event before a relative date, such as "last updated"."""
    amount: str
    about: str
    unit: str
    ago: Sequence[str]
    """Relative dates. They use {amount}, {unit} and {about}."""
    recent: str
    """Relative dates that count only after `updated`, such as "yesterday"."""
    reading: Sequence[str]
    votes: Sequence[str]
    clock: str
    """Words before the date or time of the visit."""
    weekdays: str
    visitor: Sequence[str]

    def patterns(self) -> Iterator[tuple[str, str, str]]:
        """Yield a triple for each regular expression: its key, its text as written, and its text with placeholders
        filled in.
        """
        for key in fields(self):
            value = getattr(self, key.name)
            yield from ((key.name, text, self._filled(text)) for text in ([value] if isinstance(value, str) else value))

    def phrases(self) -> Iterator[str]:
        """Yield the regular expressions for all counters except the clock, with their placeholders filled in."""
        about, ago = rf"(?:{self.about}) ", "|".join(self.ago)
        yield self._filled(rf"(?:(?:{self.updated}) ?:? ?)?(?:{about})?(?:{ago})")
        yield self._filled(rf"(?:{self.updated}) ?:? ?(?:{self.recent})")
        yield from map(self._filled, (*self.reading, *self.votes, *self.visitor))

    def _filled(self, pattern: str) -> str:
        words = {"amount": f"(?:{self.amount})", "about": f"(?:{self.about})", "unit": f"(?:{self.unit})"}
        for name, piece in (words | _PIECES).items():
            pattern = pattern.replace(f"{{{name}}}", piece)
        return pattern


@cache
def _words() -> tuple[CountingWords, ...]:
    return tuple(words for _, words in records("counters", CountingWords))


@cache
def _counter() -> re.Pattern[str]:
    phrases = (phrase for words in _words() for phrase in words.phrases())
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases), re.IGNORECASE)


@cache
def _clock_cues() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(words.clock for words in _words())})(?!\w)", re.IGNORECASE)


@cache
def _weekdays() -> re.Pattern[str]:
    days = "|".join(words.weekdays for words in _words())
    return re.compile(rf"\b(?:{days})\b\.?", re.IGNORECASE)
