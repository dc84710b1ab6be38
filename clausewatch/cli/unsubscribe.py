"""`clausewatch unsubscribe`: removes a subscription that `subscribe` made."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.subscribe import SubscriptionError
from clausewatch.errors import suggestion


@click.command()
@click.argument("name")
@pass_context
def unsubscribe(context: CommandContext, name: str) -> None:
    """Remove the subscription NAME, which `clausewatch subscribe` made.

    Messages that wait for NAME are cancelled. The records of sent messages are kept, and contain the name and address.
    `clausewatch subscribers forget NAME` erases these too.
    """
    from notifier import outbox

    configuration = context.configuration()
    if name in [subscriber.name for subscriber in configuration.subscribers]:
        raise SubscriptionError(f"{name!r} is a subscriber of {configuration.path}: remove it there")
    with context.archive() as archive:
        try:
            cancelled = outbox.remove_subscription(archive, name, datetime.now(UTC))
        except outbox.NoSubscriptionError:
            names = [subscription.subscriber.name for subscription in outbox.made(archive)]
            raise SubscriptionError(f"there is no subscription {name!r}; {suggestion(name, names)}") from None
    waiting = (
        f" {cancelled} waiting {'message' if cancelled == 1 else 'messages'} will not be sent." if cancelled else ""
    )
    click.echo(f"{name} is no longer notified.{waiting}")
