"""Decides about texts that return, and texts that go back and forth. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Literal

from archive.model import Version

WINDOW = timedelta(days=14)
"""Period in which switches are counted."""
SWITCHES = 3
"""Number of switches within the window from which a returning version is flapping."""

AlertDecision = Literal["hold", "tell", "remind", "drop"]
"""Whether the alerts of a flapping version wait, are sent, or are dropped. `remind`: the text from before the
back-and-forth stayed, so they are sent to readers whose last message was about another text."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """The parts of a version that matter here."""

    number: int
    text: str
    """The identity of its text."""
    seen_at: datetime
    _: KW_ONLY
    returns: bool


def returns_to(text: str, earlier: Sequence[Appearance]) -> int | None:
    """Return the latest earlier version with this text, without the version just before; None if the text is new."""
    return next((version.number for version in reversed(earlier[:-1]) if version.text == text), None)


def is_flapping(seen_at: datetime, earlier: Sequence[Appearance]) -> bool:
    """Whether a version that reverts to an earlier text is part of a back-and-forth.

    This is so from the third switch within the window on, if another of these switches was a return too. So the first
    return is always reported, and so is new text.
    """
    recent = [version for version in earlier if version.number > 1 and seen_at - version.seen_at < WINDOW]
    return len(recent) + 1 >= SWITCHES and any(version.returns for version in recent)


def verdicts(versions: Sequence[Version], quiet: timedelta) -> Mapping[int, AlertDecision]:
    """Decide about the alerts of each flapping version of a policy. The result is by version number; all versions must
    be given.

    Alerts wait until a text has stayed for `quiet`. Then the alerts of the version that stayed are sent, and all others
    are dropped.
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
    """Decide on a run of flapping versions, given the text before it and the number of the version that stayed.

    What came and went before the version that stayed is part of the comparison of its message.
    """
    decisions: dict[int, AlertDecision] = {version.number: "drop" for version in run}
    if run[-1].number == stayed:
        decisions[stayed] = "remind" if run[-1].text == text_before else "tell"
    return decisions
