"""Sends what is due, each delivery on its own: a dead channel stops none of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from archive.database import Archive
from notifier import outbox
from notifier.messages import Message, compose, trial_message
from notifier.outbox import Claimed
from notifier.outcome import Accepted, Failed, Outcome
from notifier.subscriptions import Channel, Subscriber, Target

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Summary:
    """What one pass did."""

    planned: int
    """Alerts that are new."""
    accepted: int
    """Deliveries that a server took."""
    postponed: int
    """Deliveries that failed and are tried again, and those left alone because their channel was out of reach."""
    dead: int
    """Deliveries that were given up in this pass."""
    errors: tuple[str, ...] = ()
    """Why, one line for each target and reason, without secrets."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a test message to one target."""

    target: Target
    error: str
    """Why it was not accepted, without secrets; "" where it was."""


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def deliver(
    archive: Archive,
    subscribers: Iterable[Subscriber],
    channels: Iterable[Channel],
    *,
    clock: Clock = utc_now,
    early: bool = False,
) -> Summary:
    """Plan what was recorded since the last time, then try once each delivery that is due.

    With `early`, those too that still wait after a failure. The state of each is committed right after its send, so
    that a kill repeats at most the one that was under way. Raises StorageError.
    """
    known = {subscriber.name: subscriber for subscriber in subscribers}
    ways = {channel.name: channel for channel in channels}
    planned = outbox.plan_alerts(archive, known.values(), clock())
    counts: Counter[str] = Counter()
    errors: dict[str, None] = {}
    unreachable: set[str] = set()
    for delivery in outbox.open_deliveries(archive, clock(), early=early):
        if delivery.target.channel in unreachable:
            counts["postponed"] += 1
            continue
        claimed = outbox.claim(archive, delivery.id, clock(), early=early)
        if claimed is None:
            continue
        outcome = _outcome(claimed, known, ways)
        counts[_settled(archive, claimed, outcome, clock())] += 1
        if isinstance(outcome, Failed):
            errors[f"{claimed.target}: {outcome.reason}"] = None
            if outcome.unreachable:
                unreachable.add(claimed.target.channel)
    return Summary(planned, counts["accepted"], counts["postponed"], counts["dead"], tuple(errors))


def try_out(subscriber: Subscriber, channels: Iterable[Channel], now: datetime) -> tuple[Trial, ...]:
    """Send a test message to each target of a subscriber, and say what became of each."""
    message = trial_message(subscriber, now)
    ways = {channel.name: channel for channel in channels}
    trials = []
    for target in dict.fromkeys(subscriber.via):
        outcome = _sent(ways, target, message)
        trials.append(Trial(target, outcome.reason if isinstance(outcome, Failed) else ""))
    return tuple(trials)


def _outcome(claimed: Claimed, subscribers: Mapping[str, Subscriber], ways: Mapping[str, Channel]) -> Outcome:
    name = claimed.notice.subscriber
    if name not in subscribers:
        return Failed(f"the configuration names no subscriber {name!r} any more", permanent=True)
    return _sent(ways, claimed.target, compose(claimed.notice, subscribers[name].language))


def _sent(ways: Mapping[str, Channel], target: Target, message: Message) -> Outcome:
    if target.channel not in ways:
        return Failed(f"the configuration names no channel {target.channel!r}", unreachable=True)
    # Apprise costs a third of a second to import, and most runs have nothing to send.
    from notifier import channels

    return channels.send(ways[target.channel], target.recipient, message)


def _settled(archive: Archive, claimed: Claimed, outcome: Outcome, now: datetime) -> str:
    """Commit what became of a delivery, and return how it counts."""
    if isinstance(outcome, Accepted):
        outbox.note_accepted(archive, claimed.id, now)
        return "accepted"
    waits = outbox.note_failed(archive, claimed, now, outcome.reason, permanent=outcome.permanent)
    return "postponed" if waits else "dead"
