"""Finds problems that concern several tables of the file: duplicate names, and references to a name that does not
exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clausewatch.config.problems import Problems
from clausewatch.config.variables import Location
from clausewatch.errors import suggestion
from differ.judgement.profiles import Profile, profile_names
from notifier.audience.subscriptions import TAG, Target


def check_names(kind: str, tables: Sequence[Mapping[str, Any]], problems: Problems) -> None:
    """Find names that are used twice, and `renamed_from` values that contradict other tables."""
    names = [text(table, "name") for table in tables]
    origins = [text(table, "renamed_from") for table in tables]
    named, continued = _positions(names), _positions(origins)
    for position, (name, origin) in enumerate(zip(names, origins, strict=True)):
        if name and named[name] < position:
            first = named[name] + 1
            problems.add((kind, position, "name"), f'"{name}" is already the name of {kind}[{first}]: choose another')
        if origin and origin in named:
            holder = named[origin] + 1
            problems.add(
                (kind, position, "renamed_from"),
                f'"{origin}" is still the name of {kind}[{holder}]: remove one of the two',
            )
        elif origin and continued[origin] < position:
            first = continued[origin] + 1
            problems.add(
                (kind, position, "renamed_from"),
                f'"{origin}" is already continued by {kind}[{first}]: only one can continue its history',
            )


def _positions(values: Sequence[str | None]) -> dict[str, int]:
    """Return the first position of each value."""
    return {value: position for position, value in reversed(list(enumerate(values))) if value is not None}


def check_policies(tables: Sequence[Mapping[str, Any]], own_profiles: Iterable[str], problems: Problems) -> None:
    """Find unknown profiles and invalid CSS selectors in the tables of policies."""
    profiles = [*profile_names(), *own_profiles]
    for position, table in enumerate(tables):
        profile = text(table, "profile")
        if profile and profile not in profiles:
            sentence = f'there is no profile "{profile}"; {suggestion(profile, profiles)}'
            problems.add(("policy", position, "profile"), sentence)
        for key in ("select", "remove"):
            for number, selector in texts(table, key):
                wrong = _wrong_selector(selector)
                if wrong:
                    problems.add(("policy", position, key, number), wrong)


def check_subscribers(
    tables: Sequence[Mapping[str, Any]],
    channels: Iterable[str],
    policies: Sequence[Mapping[str, Any]],
    problems: Problems,
) -> None:
    """Find subscribers with unknown channels, with a channel listed twice, or with names or tags that match no
    policy.
    """
    known_channels = list(channels)
    names = [name for table in policies if (name := text(table, "name"))]
    tags = sorted({tag for table in policies for _, tag in texts(table, "tags")})
    for position, table in enumerate(tables):
        _check_targets(("subscriber", position, "via"), texts(table, "via"), known_channels, problems)
        for number, pattern in texts(table, "policies"):
            location = ("subscriber", position, "policies", number)
            if pattern.startswith(TAG):
                tag = pattern.removeprefix(TAG)
                if tag not in tags:
                    problems.add(location, f'no policy has the tag "{tag}"; {suggestion(tag, tags)}')
            elif pattern not in names:
                problems.add(location, f'no policy is called "{pattern}"; {suggestion(pattern, names)}')


def check_clauses(tables: Sequence[Mapping[str, Any]], profiles: Mapping[str, Profile], problems: Problems) -> None:
    """Find subscribers with a clause that no profile has."""
    clauses = list(dict.fromkeys(clause for profile in profiles.values() for clause in profile.clauses))
    for position, table in enumerate(tables):
        for number, clause in texts(table, "clauses"):
            if clause not in clauses:
                sentence = f'no profile has a clause "{clause}"; {suggestion(clause, clauses)}'
                problems.add(("subscriber", position, "clauses", number), sentence)


def _check_targets(location: Location, via: list[tuple[int, str]], channels: list[str], problems: Problems) -> None:
    seen = set()
    for number, written in via:
        target = Target.parse(written)
        if target.channel not in channels:
            fix = suggestion(target.channel, channels) if channels else "name it under [channels]"
            problems.add((*location, number), f'there is no channel "{target.channel}"; {fix}')
        elif target in seen:
            problems.add((*location, number), f'"{target}" is listed twice: remove one')
        seen.add(target)


def check_channel_names(channels: Iterable[str], problems: Problems) -> None:
    """Find channel names that are empty or contain a colon. A subscriber could not use such a name in `via`."""
    for name in channels:
        if not name.strip() or ":" in name:
            problems.add(("channels", name), "is not a channel name: write a word without a colon")


def text(table: Mapping[str, Any], key: str) -> str | None:
    """Return the text at a key without spaces around it; None if the key is missing, empty or not a text."""
    value = table.get(key)
    return value.strip() or None if isinstance(value, str) else None


def texts(table: Mapping[str, Any], key: str) -> list[tuple[int, str]]:
    """Return the texts in the list at a key, each with its position.

    Entries that are not texts are left out. The validation of the table reports them.
    """
    value = table.get(key)
    entries = value if isinstance(value, list) else []
    return [(number, entry) for number, entry in enumerate(entries) if isinstance(entry, str) and entry.strip()]


def _wrong_selector(selector: str) -> str | None:
    from document.html.selectors import SelectorError, check_selector  # most policies have no selectors

    try:
        check_selector(selector)
    except SelectorError as error:
        return str(error)
    return None
