"""The phrases of messages, one file for each language, and how a language writes dates and lists."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache, reduce
from importlib.resources import files
from typing import Any

from notifier.audience.subscriptions import Language
from notifier.texts.sanitize import inert


@dataclass(frozen=True, slots=True)
class Phrases:
    """What messages say in one language."""

    language: Language
    texts: Mapping[str, str]
    """The phrases by their key, the table and the name with a dot between: `subject.added`."""
    months: tuple[str, ...]

    def say(self, key: str, **words: object) -> str:
        """Return a phrase with its words filled in."""
        return self.texts[key].format_map(words)

    def count(self, key: str, count: int, **words: object) -> str:
        """Return a phrase of a number of things, in its singular or its plural."""
        return self.say(f"{key}.{'one' if count == 1 else 'many'}", count=count, **words)

    def name(self, table: str, key: str) -> str:
        """Return the name of a topic, a severity or a language; the key itself, inert, if it has none."""
        return self.texts.get(f"{table}.{key}") or inert(key)

    def day(self, day: date) -> str:
        """Write a day."""
        return self.say("date.day", day=day.day, month=self.months[day.month - 1], year=day.year)

    def moment(self, moment: datetime) -> str:
        """Write a moment, in UTC."""
        utc = moment.astimezone(UTC)
        month = self.months[utc.month - 1]
        clock = {"hour": f"{utc.hour:02}", "minute": f"{utc.minute:02}"}
        return self.say("date.moment", day=utc.day, month=month, year=utc.year, **clock)

    def clock(self, clock: time) -> str:
        """Write a time of day."""
        return self.say("date.clock", hour=f"{clock.hour:02}", minute=f"{clock.minute:02}")

    def listed(self, words: Sequence[str]) -> str:
        """Join words as a sentence does."""
        if len(words) < 2:
            return "".join(words)
        first = reduce(lambda first, last: self.say("list.between", first=first, last=last), words[:-1])
        return self.say("list.pair" if len(words) == 2 else "list.last", first=first, last=words[-1])


@cache
def phrases_for(language: Language) -> Phrases:
    """Return the phrases of a language."""
    tables = tomllib.loads((files("notifier") / "languages" / f"{language}.toml").read_text(encoding="utf-8"))
    months = tuple(tables["date"].pop("months"))
    return Phrases(language, dict(_flat(tables)), months)


def _flat(tables: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Return every phrase with its whole key."""
    entries: list[tuple[str, str]] = []
    for key, value in tables.items():
        entries += [(above + key, value)] if isinstance(value, str) else _flat(value, f"{above}{key}.")
    return entries
