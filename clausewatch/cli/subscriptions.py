"""`clausewatch subscriptions`: lists the subscribers, and what each is notified of."""

from __future__ import annotations

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.formats import FORMATS
from clausewatch.output.json_rows import as_json, subscription_row
from clausewatch.output.terminal import wrapped
from clausewatch.output.times import moment
from notifier.outbox import Made


@click.command()
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
def subscriptions(context: CommandContext, form: str) -> None:
    """List the subscribers, and what each is notified of.

    Some are in the configuration, and `subscribe` added the others.
    """
    from clausewatch.explanation.hints import idle_line, unheard
    from clausewatch.explanation.summary import subscriber_line
    from notifier import outbox
    from notifier.audience.subscriptions import idle

    configuration = context.configuration()
    with context.archive() as archive:
        made = {subscription.subscriber.name: subscription for subscription in outbox.made(archive)}
        everyone = outbox.everyone(archive, configuration.subscribers)
    silent = idle(everyone, [(policy.name, policy.tags) for policy in configuration.policies])
    if form == "json":
        rows = [
            subscription_row(subscriber, made.get(subscriber.name), covers_no_policy=subscriber in silent)
            for subscriber in everyone
        ]
        click.echo(as_json(rows))
        return
    if not everyone:
        click.echo(
            "Nobody is subscribed. Add a [[subscriber]] to the configuration file, or use `clausewatch subscribe`."
        )
    for subscriber in everyone:
        line = f"{subscriber_line(subscriber, configuration.policies)}. {_source(made.get(subscriber.name))}"
        click.echo("\n".join(wrapped(configuration.redacted(line), hanging="  ")))
    notes = [idle_line(subscriber) for subscriber in silent if subscriber.name not in made]
    notes += unheard((value.subscriber for value in made.values()), configuration)
    for note in notes:
        click.echo("\n".join(["", *wrapped(f"Note: {note}.", hanging="  ")]))


def _source(made: Made | None) -> str:
    if made is None:
        return "(From the configuration.)"
    return f"(Made {moment(made.at)}{f' by {made.by}' if made.by else ''}.)"
