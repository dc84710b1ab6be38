"""Plans deliveries, and sends the deliveries that are due. Each channel works separately, so a dead or slow channel
does not delay other channels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from archive.model import ReviewTimes
from archive.storage.database import Archive
from differ.judgement.profiles import Profile
from notifier import outbox
from notifier.audience.planning import ROUNDUP_FROM, Thresholds
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.channels.outcome import Failed
from notifier.sending.dispatcher import Dispatcher, sent
from notifier.texts.alert import trial_message
from notifier.texts.custom_templates import OwnTemplates

PATIENCE = 900.0
"""Default time, in seconds, after which no channel starts another message."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The results of one pass."""

    planned: int
    """Number of new alerts."""
    accepted: int
    """Number of deliveries that a server accepted."""
    postponed: int
    """Number of deliveries that will be retried. They failed, or they were skipped because their channel was
    unreachable or slow."""
    _: KW_ONLY
    dead: int
    """Number of deliveries that were given up in this pass."""
    sent: Mapping[str, int] = field(default_factory=dict)
    """Number of accepted deliveries by kind: alert, roundup, digest, welcome, or operator."""
    errors: tuple[str, ...] = ()
    """Reasons for failures, one line for each target and reason, with secrets masked."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a test message to one target."""

    target: Target
    error: str
    """The reason why the message was not accepted, with secrets masked. It is "" if the message was accepted."""


def wall_clock() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


def deliver(
    archive: Archive,
    subscribers: Iterable[Subscriber],
    channels: Iterable[Channel],
    *,
    clock: Callable[[], datetime] = wall_clock,
    early: bool = False,
    patience: float = PATIENCE,
    templates: Path | None = None,
    thresholds: Thresholds | None = None,
    roundup_from: int = ROUNDUP_FROM,
    run_began: datetime | None = None,
    run: int | None = None,
    profiles: Mapping[str, Profile] | None = None,
    desk: str = "",
    review_times: ReviewTimes | None = None,
) -> Summary:
    """Plan the alerts, first messages and digests that became due after the last pass. Then try each due delivery once.

    Subscriptions made on the command line are added to `subscribers`. In quiet hours only critical messages are sent.
    If `early` is true, deliveries that wait after a failure are tried too. Channels work in parallel, each with one
    message at a time, so that a slow channel does not delay other channels. After `patience` seconds no channel starts
    another message, and the rest waits for the next pass. The state of each delivery is committed right after it is
    sent. So if the process is killed, at most one message in each channel is sent again.

    `templates` is a folder of templates that replace ours. If `thresholds` are given, operators are notified of
    problems with the monitoring, including problems in this pass. Waiting deliveries go to the present targets of their
    subscriber. If a target has at least `roundup_from` changes, they become one message. `run_began` is the start of a
    run in progress. In this case, a target with many changes gets one message at once, and the rest at the end of the
    run. Critical changes are sent at once. Digests are sent at the end too. A message compares the text that its reader
    knows with the current text. Such comparisons are judged with `profiles`, the profiles of the configuration. `desk`
    is the public address of the desk, for links in messages. `review_times` decides which reviews a digest lists as
    overdue. Raises StorageError.
    """
    configured, now = tuple(subscribers), clock()
    outbox.reroute(archive, configured, now)
    planned = outbox.plan_alerts(archive, configured, now)
    outbox.plan_welcomes(archive, configured, now)
    if run_began is None:  # a digest covers whole runs, with all their visits
        outbox.plan_digests(archive, configured, now, review_times)
    subscribers_by_name = {subscriber.name: subscriber for subscriber in outbox.everyone(archive, configured)}
    outbox.amend(archive, subscribers_by_name, profiles or {}, now)
    outbox.merge_alerts(archive, roundup_from, now, run_began=run_began)
    channels_by_name = {channel.name: channel for channel in channels}
    resting = [name for name, subscriber in subscribers_by_name.items() if subscriber.is_quiet(now)]
    due = outbox.open_deliveries(archive, clock(), early=early, readers=subscribers_by_name, resting=resting)
    if run_began is not None:
        held = outbox.held_until_the_end(archive, due, run_began, roundup_from)
        due = tuple(delivery for delivery in due if delivery.id not in held)
    with OwnTemplates(templates) as own:
        sending = Dispatcher(
            archive,
            subscribers_by_name,
            channels_by_name,
            clock=clock,
            early=early,
            patience=patience,
            render=own.render,
            desk=desk,
        )
        counts, errors = sending.run(due)
        if thresholds is not None:
            planned_incidents = outbox.plan_incidents(
                archive,
                configured,
                clock(),
                channels=channels_by_name,
                thresholds=thresholds,
                templates=outbox.Templates(own.problems, own.sound),
                run=run,
            )
            if planned_incidents:
                tried = {delivery.id for delivery in due}
                more = outbox.open_deliveries(
                    archive, clock(), early=early, readers=subscribers_by_name, resting=resting
                )
                counts, errors = sending.run(delivery for delivery in more if delivery.id not in tried)
    errors += tuple(f"template {problem}; the message was written with ours" for problem in own.problems.values())
    return Summary(
        planned, counts["accepted"], counts["postponed"], dead=counts["dead"], sent=sending.sent, errors=errors
    )


def try_out(
    subscriber: Subscriber, channels: Iterable[Channel], now: datetime, templates: Path | None = None
) -> tuple[Trial, ...]:
    """Send a test message to each target of a subscriber; return the outcomes."""
    with OwnTemplates(templates) as own:
        message = trial_message(subscriber, now, own.render)
    channels_by_name = {channel.name: channel for channel in channels}
    trials = []
    for target in dict.fromkeys(subscriber.via):
        outcome = sent(channels_by_name, target, message)
        trials.append(Trial(target, outcome.reason if isinstance(outcome, Failed) else ""))
    return tuple(trials)
