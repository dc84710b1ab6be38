"""Decides which versions return to an earlier text, and which versions are flapping: their text goes back and forth.
This module does not read the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Literal

from archive.model import Version

WINDOW = timedelta(days=14)
"""Period before a version in which switches are counted."""
SWITCHES = 3
"""Minimum number of switches within the window that makes a version flapping. A switch is a change from one text to
another.
"""

AlertDecision = Literal["hold", "tell", "remind", "drop"]
"""The decision about the alerts of a flapping version. `hold`: they wait. `tell`: they are sent. `drop`: they are not
sent. `remind`: the text from before the back-and-forth has returned and stayed, so the alerts are sent only to readers
whose last message was about a different text.
"""


@dataclass(frozen=True, slots=True)
class Appearance:
    """The fields of a version that this module needs."""

    number: int
    text: str
    """The identity of the version's text."""
    seen_at: datetime
    _: KW_ONLY
    returns: bool


def returns_to(text: str, earlier: Sequence[Appearance]) -> int | None:
    """Return the number of the latest earlier version with this text, except the version just before. Return None if
    there is no such version.
    """
    return next((version.number for version in reversed(earlier[:-1]) if version.text == text), None)


def is_flapping(seen_at: datetime, earlier: Sequence[Appearance]) -> bool:
    """Whether a version that returns to an earlier text is flapping. Two conditions must be met. The text changed at
    least `SWITCHES` times within the window. And an earlier one of these changes was also a return to an earlier text.
    So a first return is always reported, and a new text is always reported.
    """
    recent = [version for version in earlier if version.number > 1 and seen_at - version.seen_at < WINDOW]
    return len(recent) + 1 >= SWITCHES and any(version.returns for version in recent)


def verdicts(versions: Sequence[Version], quiet: timedelta) -> Mapping[int, AlertDecision]:
    """Decide about the alerts of each flapping version of a policy. Return the decisions by version number. `versions`
    must be all versions of the policy.

    Alerts wait until a text has stayed for `quiet`. Then the alerts of the version that stayed are sent, and all other
    alerts are dropped.
    """
    verdict_of: dict[int, AlertDecision] = {}
    runs: list[list[Version]] = []
    texts = {version.number: version.text for version in versions}
    flaps = False
    for version in versions:
        if version.flapping:
            verdict_of[version.number] = "hold"
            if not flaps:
                runs.append([])
            runs[-1].append(version)
        flaps = version.flapping
        if version.last_seen_at - version.seen_at >= quiet:
            for run in runs:
                verdict_of |= settled(run, texts.get(run[0].number - 1, ""), version.number)
            runs, flaps = [], False
    return verdict_of


def settled(run: Sequence[Version], text_before: str, stayed: int) -> Mapping[int, AlertDecision]:
    """Decide about a series of consecutive flapping versions. `text_before` is the text before the series, and `stayed`
    is the number of the version that stayed. The alerts of this version are sent, and all others are dropped. The
    message compares the text before the series with the text that stayed.
    """
    decisions: dict[int, AlertDecision] = {version.number: "drop" for version in run}
    if run[-1].number == stayed:
        decisions[stayed] = "remind" if run[-1].text == text_before else "tell"
    return decisions
