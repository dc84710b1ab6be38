"""Loads the phrases of messages for a language, and formats dates and lists in that language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache, reduce
from typing import Any

from languages import LanguageError, language_name, read_table
from notifier.audience.timing import zone_of
from notifier.texts.sanitize import inert

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The message phrases of one language."""

    language: str
    texts: Mapping[str, str]
    """Phrases by key: the table, a dot, and the name (`subject.added`)."""
    months: tuple[str, ...]
    zone: str = "UTC"
    """The reader's time zone."""

    def say(self, key: str, **words: object) -> str:
        """Return a phrase with its placeholders filled in."""
        return self.texts[key].format_map(words)

    def count(self, key: str, count: int, **words: object) -> str:
        """Return a phrase about a number, in the singular or the plural."""
        return self.say(f"{key}.{'one' if count == 1 else 'many'}", count=count, **words)

    def name(self, table: str, key: str) -> str:
        """Return the name of a topic, a severity, a right or a class of recipients.

        If there is no name, return the key itself, cleaned with `inert`. A dot in the key is written as an underscore
        in the file of phrases: `optout.settings` is `optout_settings` there.
        """
        return self.texts.get(f"{table}.{key.replace('.', '_')}") or inert(key)

    def language_name(self, language: str) -> str:
        """Return the name of a language. If there is no name, return the code of the language, cleaned with `inert`."""
        return inert(language_name(language, self.language))

    def day(self, day: date) -> str:
        """Write a day."""
        return self.say("date.day", day=day.day, month=self.months[day.month - 1], year=day.year)

    def moment(self, moment: datetime) -> str:
        """Write a moment in the reader's time zone, and then in UTC, because evidence is dated in UTC."""
        utc, local = moment.astimezone(UTC), moment.astimezone(zone_of(self.zone))
        if local.utcoffset() == utc.utcoffset():
            return self.say("date.moment", day=self.day(utc.date()), clock=self.clock(utc.time()))
        clock = self.clock(utc.time())
        beside = clock if local.date() == utc.date() else f"{self.day(utc.date())}, {clock}"
        words = {"day": self.day(local.date()), "clock": self.clock(local.time()), "zone": inert(self.zone)}
        return self.say("date.local", **words, utc=beside)

    def day_of(self, moment: datetime) -> str:
        """Write the day of a moment in the reader's time zone."""
        return self.day(self.date_of(moment))

    def date_of(self, moment: datetime) -> date:
        """Return the day of a moment in the reader's time zone."""
        return moment.astimezone(zone_of(self.zone)).date()

    def short_moment(self, moment: datetime) -> str:
        """Write the day and the time of a moment in the reader's time zone, without the name of the zone."""
        return f"{self.day_of(moment)}, {self.clock(moment.astimezone(zone_of(self.zone)).time())}"

    def clock(self, clock: time) -> str:
        """Write a time of day."""
        return self.say("date.clock", hour=f"{clock.hour:02}", minute=f"{clock.minute:02}")

    def listed(self, words: Sequence[str]) -> str:
        """Join words as in a sentence: "a, b and c"."""
        if len(words) < 2:
            return "".join(words)
        first = reduce(lambda first, last: self.say("list.between", first=first, last=last), words[:-1])
        return self.say("list.pair" if len(words) == 2 else "list.last", first=first, last=words[-1])


@cache
def phrases_for(language: str, zone: str = "UTC", *, further: str = "") -> Phrases:
    """Return the phrases of a language, for readers in a time zone. If the language does not have a phrase, the English
    phrase is used, because a message must not fail for one phrase.

    `further` is the name of another file of the language. The phrases of this file are added, and their keys begin with
    its name. Raises LanguageError if the language has no phrases.
    """
    tables, added = read_table(language, "messages"), read_table(language, further) if further else {}
    if tables is None or added is None:
        raise LanguageError(f"there are no {further or 'messages'} in the language {language!r}")
    english = {} if language == ENGLISH else phrases_for(ENGLISH, further=further).texts
    texts = {**english, **dict([*_flat(tables), *_flat(added, f"{further}.")])}
    return Phrases(language, texts, tuple(tables["date"]["months"]), zone)


def _flat(tables: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Return each phrase with its full key."""
    entries: list[tuple[str, str]] = []
    for key, value in tables.items():
        if isinstance(value, str):
            entries.append((above + key, value))
        elif isinstance(value, Mapping):
            entries += _flat(value, f"{above}{key}.")
    return entries
