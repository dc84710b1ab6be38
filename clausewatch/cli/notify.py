"""`clausewatch notify`: prove that alerts arrive, and send those that wait."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from clausewatch.cli.context import Context, pass_context
from clausewatch.errors import ConfigurationError, ExitCode, suggestion
from clausewatch.lock import only_run
from clausewatch.terminal import columns, printable

if TYPE_CHECKING:
    from clausewatch.config import Configuration
    from notifier.delivery import Summary
    from notifier.outbox import Standing
    from notifier.subscriptions import Subscriber


@click.group()
def notify() -> None:
    """Prove that alerts arrive, and send those that wait.

    `clausewatch run` sends alerts by itself; these commands are for setting up, and for after a fault.
    """


@notify.command()
@click.argument("subscriber")
@pass_context
@click.pass_context
def test(ctx: click.Context, context: Context, subscriber: str) -> None:
    """Send a test message to each target of SUBSCRIBER.

    Each target is told as accepted, or with the reason why not. Accepted means that the server took the message:
    whether it is in a mailbox is for you to look.

    \b
    Exit codes: 0 all accepted, 1 some were not, 2 wrong usage or configuration.
    """
    configuration = context.checked_configuration()
    chosen = _subscriber(configuration, subscriber)
    from notifier.delivery import try_out

    trials = try_out(chosen, configuration.channels, datetime.now(UTC))
    rows = [(str(trial.target), f"not accepted: {trial.error}" if trial.error else "accepted") for trial in trials]
    for line in columns(rows):
        click.echo(line)
    ctx.exit(ExitCode.TROUBLE if any(trial.error for trial in trials) else ExitCode.FINE)


@notify.command()
@click.option("--dead", is_flag=True, help="Send those too that were given up.")
@pass_context
@click.pass_context
def send(ctx: click.Context, context: Context, dead: bool) -> None:
    """Send every alert that waits, now.

    `run` gives a server that failed longer and longer pauses; this command does not wait for them. A message that was
    accepted is never sent again.

    \b
    Exit codes: 0 fine (some may still wait), 1 messages were given up, 2 wrong usage or configuration,
    3 the archive cannot be written, 4 a run is on its way, which sends them itself.
    """
    configuration = context.configuration()
    with only_run(configuration.database, configuration.busy_timeout):
        configuration = context.checked_configuration()
        summary, standing = _send(configuration, dead)
    click.echo(_summary_line(summary, standing))
    for error in summary.errors:
        click.echo(printable(error), err=True)
    ctx.exit(ExitCode.TROUBLE if standing.dead else ExitCode.FINE)


def _subscriber(configuration: Configuration, name: str) -> Subscriber:
    for subscriber in configuration.subscribers:
        if subscriber.name == name:
            return subscriber
    known = [subscriber.name for subscriber in configuration.subscribers]
    problem = f"there is no subscriber {name!r}; {suggestion(name, known)}"
    raise ConfigurationError(str(configuration.path), [problem])


def _send(configuration: Configuration, dead: bool) -> tuple[Summary, Standing]:
    from archive.database import open_archive
    from notifier import outbox
    from notifier.delivery import deliver

    now = datetime.now(UTC)
    with open_archive(configuration.database, configuration.busy_timeout) as archive:
        outbox.release_claims(archive, now)
        if dead:
            outbox.revive(archive, now)
        summary = deliver(archive, configuration.subscribers, configuration.channels, early=True)
        return summary, outbox.standing(archive)


def _summary_line(summary: Summary, standing: Standing) -> str:
    if not (summary.accepted or standing.waiting or standing.dead):
        return "Nothing to send"
    words = [f"{summary.accepted} {'message' if summary.accepted == 1 else 'messages'} sent"]
    if standing.waiting:
        words.append(f"{standing.waiting} to be tried again")
    if standing.dead:
        words.append(f"{standing.dead} given up (--dead tries them again)")
    return ", ".join(words)
