"""`clausewatch notify`: tests whether alerts arrive, lists messages, and sends waiting messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.errors import ConfigurationError, ExitCode
from clausewatch.operation.lock import only_run
from clausewatch.output.delivery_text import left_words, sent_words
from clausewatch.output.terminal import columns, printable
from clausewatch.output.times import moment

if TYPE_CHECKING:
    from archive.storage.database import Archive
    from clausewatch.config import Configuration
    from notifier.audience.subscriptions import Subscriber
    from notifier.outbox import DeliveryCounts, Held
    from notifier.outbox.listing import ListedDelivery, ListedState
    from notifier.sending.delivery import Summary


NO_DIGEST = (
    'no subscriber asks for a digest: add digest = "weekly" to one, or name one: clausewatch notify digest SUBSCRIBER'
)


LISTED_STATES: tuple[ListedState, ...] = ("waiting", "sending", "accepted", "given up", "cancelled")
LIST_HEADINGS = ("STATE", "MESSAGE", "FOR", "TARGET", "PLANNED", "RESULT")


@click.group()
def notify() -> None:
    """Test whether alerts arrive, list messages, and send waiting messages.

    `clausewatch run` also sends messages. Use these commands when you set up Clausewatch, or after a failure.
    """


@notify.command()
@click.argument("subscriber")
@pass_context
@click.pass_context
def test(ctx: click.Context, context: CommandContext, subscriber: str) -> None:
    """Send a test message to each target of SUBSCRIBER.

    For each target, the output says that the server accepted the message, or why it did not. An accepted message may
    still be lost later. Look into the mailbox to see whether it arrived.

    \b
    Exit codes:
    0 all messages were accepted
    1 a message was not accepted
    2 wrong usage or configuration
    """
    from clausewatch.operation.subscribers import subscriber_named
    from notifier.sending.delivery import try_out

    configuration = context.checked_configuration()
    with context.archive() as archive:
        chosen = subscriber_named(archive, configuration, subscriber)

    trials = try_out(chosen, configuration.channels, datetime.now(UTC), configuration.templates)
    rows = [(str(trial.target), f"not accepted: {trial.error}" if trial.error else "accepted") for trial in trials]
    for line in columns(rows):
        click.echo(line)
    ctx.exit(ExitCode.TROUBLE if any(trial.error for trial in trials) else ExitCode.FINE)


@notify.command("list")
@click.option(
    "--policy", default="", metavar="NAME", help="Only alerts about this policy.", shell_complete=policy_names
)
@click.option("--target", metavar="TARGET", help="Only this target, written as in `via`: channel or channel:recipient.")
@click.option("--state", type=click.Choice(LISTED_STATES), help="Only messages in this state.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Maximum number of messages."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def list_messages(
    context: CommandContext, policy: str, target: str | None, state: ListedState | None, limit: int, form: str
) -> None:
    """List messages. For each waiting message, show for whom it is, why it waits, and until when.

    Waiting messages come first, then messages that were given up, then sent messages. In each group, the newest comes
    first. A message is listed once for each target.
    """
    from clausewatch.output.json_rows import as_json, delivery_row
    from notifier.audience.subscriptions import Target
    from notifier.outbox.listing import DeliveryFilter, list_deliveries

    wanted = DeliveryFilter(policy, Target.parse(target) if target else None, state)
    with context.archive() as archive:
        listed = list_deliveries(archive, wanted, limit + 1)
    redacted = context.configuration().redacted
    if form == "json":
        click.echo(as_json([delivery_row(delivery, redacted) for delivery in listed[:limit]]))
        return
    if not listed:
        click.echo("No message" + (" like that" if wanted != DeliveryFilter() else " was planned yet"))
        return
    for line in columns([LIST_HEADINGS, *(_listed(delivery, redacted) for delivery in listed[:limit])]):
        click.echo(line)
    if len(listed) > limit:
        click.echo(f"There are more: --limit shows more than {limit}.")


@notify.command()
@click.option("--dead", is_flag=True, help="Also send messages that were given up.")
@pass_context
@click.pass_context
def send(ctx: click.Context, context: CommandContext, dead: bool) -> None:
    """Send all messages that wait. During quiet hours, send only critical messages.

    After a failure, `run` waits longer before each retry. This command retries at once. A message that was accepted is
    never sent again.

    \b
    Exit codes:
    0 no problem (messages may still wait)
    1 messages have waited too long or were given up
    2 wrong usage or configuration
    3 the archive cannot be written
    4 a run is in progress and sends the messages
    """
    configuration = context.configuration()
    with only_run(configuration.database, configuration.busy_timeout):
        configuration = context.checked_configuration()
        result = _send(configuration, dead)
    _tell(ctx, result)


@notify.command()
@click.argument("subscriber", required=False)
@click.option("--preview", is_flag=True, help="Show the digest, and send nothing.")
@pass_context
@click.pass_context
def digest(ctx: click.Context, context: CommandContext, subscriber: str | None, preview: bool) -> None:
    """Send a digest now to SUBSCRIBER, or to all subscribers that ask for digests.

    The digest covers the time since the previous digest. A SUBSCRIBER who asks for no digests gets one too.

    Normally, the first run after the scheduled time sends the digest. The next digest covers the time after this one.

    \b
    Exit codes:
    0 no problem (messages may still wait)
    1 messages have waited too long or were given up
    2 wrong usage or configuration
    3 the archive cannot be written
    4 a run is in progress
    """
    if preview:
        with context.archive() as archive:
            for text in _previews(archive, context.configuration(), subscriber):
                click.echo(text)
        return
    configuration = context.configuration()
    with only_run(configuration.database, configuration.busy_timeout):
        configuration = context.checked_configuration()
        _plan_digests(configuration, subscriber)
        result = _send(configuration, dead=False)
    _tell(ctx, result)


def _listed(delivery: ListedDelivery, redacted: Callable[[str], str]) -> tuple[str, ...]:
    what = delivery.kind
    if delivery.policy:
        what = f"{'critical alert' if delivery.urgent else what}: {delivery.policy}, version {delivery.version}"
    planned = moment(delivery.planned_at) if delivery.planned_at else "-"
    return delivery.state, what, delivery.subscriber, str(delivery.target), planned, redacted(_fate(delivery))


def _fate(delivery: ListedDelivery) -> str:
    """Return the state of a message, and the time of the next attempt."""
    if delivery.accepted_at is not None:
        return f"accepted {moment(delivery.accepted_at)}"
    tries = "1 attempt" if delivery.attempts == 1 else f"{delivery.attempts} attempts"
    parts = [tries if delivery.attempts else "not tried yet"]
    if delivery.next_attempt is not None:
        parts.append(f"next from {moment(delivery.next_attempt)}")
    return "; ".join([", ".join(parts), *([delivery.error] if delivery.error else [])])


def _previews(archive: Archive, configuration: Configuration, name: str | None) -> Iterator[str]:
    from clausewatch.operation.renames import as_watched
    from notifier import outbox
    from notifier.sending.composing import compose

    now = datetime.now(UTC)
    for subscriber in _readers(archive, as_watched(archive, configuration), name):
        contents = outbox.preview_digest(
            archive,
            subscriber,
            now,
            configuration.profiles,
            configuration.review_times,
            configured=configuration.subscribers,
        )
        if contents is None:
            problem = f"no run has seen the subscriber {subscriber.name!r} yet: there is nothing to report"
            raise ConfigurationError(str(configuration.path), [problem])
        message = compose(
            contents, subscriber.language, zone=subscriber.timezone, desk=configuration.desk.public_url or ""
        )
        yield f"{message.subject}\n\n{message.text}"


def _plan_digests(configuration: Configuration, name: str | None) -> None:
    from archive.storage.database import open_archive
    from clausewatch.operation.renames import as_watched
    from notifier import outbox

    now = datetime.now(UTC)
    with open_archive(
        configuration.database, configuration.busy_timeout, group=configuration.database_group
    ) as archive:
        configuration = as_watched(archive, configuration)
        outbox.plan_alerts(archive, configuration.subscribers, now)
        for subscriber in _readers(archive, configuration, name):
            outbox.plan_digest_now(
                archive, subscriber, now, configuration.review_times, configured=configuration.subscribers
            )


def _readers(archive: Archive, configuration: Configuration, name: str | None) -> tuple[Subscriber, ...]:
    """Return the subscriber with the name `name`. If `name` is None, return all subscribers that receive digests."""
    from clausewatch.operation.subscribers import subscriber_named
    from notifier import outbox

    if name is not None:
        return (subscriber_named(archive, configuration, name),)
    everyone = outbox.everyone(archive, configuration.subscribers)
    readers = tuple(subscriber for subscriber in everyone if subscriber.digest is not None)
    if not readers:
        raise ConfigurationError(str(configuration.path), [NO_DIGEST])
    return readers


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of sending: messages that were sent, and messages that still wait."""

    summary: Summary
    standing: DeliveryCounts
    held: Held
    _: KW_ONLY
    overdue: tuple[str, ...]
    """Lines about messages that have waited too long."""


def _send(configuration: Configuration, dead: bool) -> Sent:
    from archive.storage.database import open_archive
    from clausewatch.operation.health import overdue_lines
    from clausewatch.operation.renames import as_watched
    from notifier import outbox
    from notifier.sending.delivery import deliver

    now = datetime.now(UTC)
    with open_archive(
        configuration.database, configuration.busy_timeout, group=configuration.database_group
    ) as archive:
        configuration = as_watched(archive, configuration)
        outbox.release_claims(archive, now)
        if dead:
            outbox.revive(archive, now)
        summary = deliver(
            archive,
            configuration.subscribers,
            configuration.channels,
            early=True,
            templates=configuration.templates,
            thresholds=configuration.watchdog.thresholds,
            review_times=configuration.review_times,
            roundup_from=configuration.roundup_from,
            profiles=configuration.profiles,
            desk=configuration.desk.public_url or "",
        )
        return Sent(
            summary,
            outbox.delivery_counts(archive),
            outbox.held_messages(archive, configuration.subscribers, datetime.now(UTC)),
            overdue=tuple(map(configuration.redacted, overdue_lines(archive, configuration, datetime.now(UTC)))),
        )


def _tell(ctx: click.Context, result: Sent) -> None:
    click.echo(_summary_line(result))
    for line in (*result.summary.errors, *result.overdue):
        click.echo(printable(line), err=True)
    ctx.exit(ExitCode.TROUBLE if result.standing.dead or result.overdue else ExitCode.FINE)


def _summary_line(result: Sent) -> str:
    standing, held = result.standing, result.held
    if not (result.summary.accepted or standing.waiting or standing.dead):
        return "Nothing to send"
    left = left_words(held.count, held.until, standing.waiting - held.count, standing.dead)
    line = ", ".join([f"{sent_words(result.summary.sent) or '0 messages'} sent", *left])
    return f"{line} (--dead retries them)" if standing.dead else line
