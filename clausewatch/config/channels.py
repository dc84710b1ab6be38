"""Checks whether the notifier can use the channels and recipients in the configuration file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clausewatch.config.problems import Problems
from clausewatch.config.variables import Location
from notifier.audience.subscriptions import Target

ChannelCheck = Callable[[str, str], str | None]
"""A function that returns the reason why a channel cannot be used with a recipient, or None. It imports Apprise, which
is slow. So commands that send messages pass this function to `load`, and other commands do not.
"""


def check_channels(
    check: ChannelCheck, channels: Mapping[str, str], subscribers: Sequence[Mapping[str, Any]], problems: Problems
) -> None:
    """Find channel addresses that cannot be used. Each address is checked with the recipients that subscribers have for
    this channel.
    """
    targets = _targets(subscribers)
    for name, url in channels.items():
        location: Location = ("channels", name)
        if not isinstance(url, str) or not url or problems.has(location):
            continue
        asked = {via: target.recipient for via, target in targets if target.channel == name}
        wrong = {via: why for via, recipient in asked.items() if (why := check(url, recipient))}
        if not asked and (why := check(url, "")):
            problems.add(location, why)
        elif asked and len(wrong) == len(asked) and len(set(wrong.values())) == 1:
            problems.add(location, next(iter(wrong.values())))  # the channel's address is wrong, not the recipients
        else:
            for via, why in wrong.items():
                problems.add(via, why)


def _targets(subscribers: Sequence[Mapping[str, Any]]) -> list[tuple[Location, Target]]:
    targets: list[tuple[Location, Target]] = []
    for position, table in enumerate(subscribers):
        via = table.get("via")
        entries = via if isinstance(via, list) else []
        targets += [
            (("subscriber", position, "via", number), Target.parse(text))
            for number, text in enumerate(entries)
            if isinstance(text, str)
        ]
    return targets
