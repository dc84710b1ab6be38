"""`clausewatch subscribers`: manages the people who receive messages."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.subscribe import SubscriptionError


@click.group()
def subscribers() -> None:
    """Manage the people who receive messages."""


@subscribers.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@pass_context
def forget(context: CommandContext, name: str, yes: bool) -> None:
    """Erase the name NAME, and all addresses to which messages for NAME were sent.

    If NAME is in the configuration, remove NAME there first. This command also removes a subscription that `subscribe`
    made. The records of sent messages are kept without the name and addresses. Reviews are kept without the name, but
    with their comments. At the desk, the person can no longer sign in. The evidence of the policies is not changed. The
    database is rewritten, so that its files no longer contain the name. For a large archive this takes a while, and no
    other command can use the archive during this time. Backups, and the logs of a mail or database server, are not
    changed.
    """
    from notifier import outbox

    configuration = context.configuration()
    if name in [subscriber.name for subscriber in configuration.subscribers]:
        raise SubscriptionError(f"{name!r} is a subscriber of {configuration.path}: remove it there first")
    if not yes:
        click.confirm(f"Erase {name!r} for good?", abort=True)
    with context.archive() as archive:
        erased = outbox.erase_person(archive, name, datetime.now(UTC))
    if erased is None:
        fix = "write the name as it was subscribed, or as `review --by` had it"
        raise SubscriptionError(f"the archive has no {name!r}: {fix}")
    click.echo(
        f"Erased: the name, and the recipients and contents of {erased.deliveries} "
        f"{'message' if erased.deliveries == 1 else 'messages'}."
    )
    if erased.reviews:
        made = "1 review" if erased.reviews == 1 else f"{erased.reviews} reviews"
        click.echo(f"Erased: the reviewer's name in {made}. The text of reviews is evidence, and is kept.")
    if erased.at_desk:
        click.echo("Erased: the name at the desk, and in its access log. The person can no longer sign in.")
    for other in erased.also_at:
        click.echo(f"An erased address is still used by the subscription {other}: remove it there.")
