"""`clausewatch subscribe`: adds a subscription without a change of the configuration file."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.errors import ClausewatchError, ExitCode
from clausewatch.output.terminal import wrapped
from differ.model import SEVERITIES
from languages import languages_with
from notifier.audience.subscriptions import ALERTS, TAG, TOPICS, Subscriber
from notifier.audience.timing import DAYS, RHYTHMS

OPTIONS = {"topics": "topic", "policies": "policy", "clauses": "clause", "digest_day": "digest-day"} | {
    "digest_at": "digest-at"
}
"""The option for each key of `[[subscriber]]`, if the option and the key have different names."""


class SubscriptionError(ClausewatchError):
    """A subscription cannot be made or removed as requested."""

    exit_code = ExitCode.USAGE


@click.command()
@click.argument("name")
@click.option(
    "--via",
    multiple=True,
    required=True,
    metavar="CHANNEL[:RECIPIENT]",
    help="A channel, and a recipient if it needs one. May be repeated, like --topic, --clause, --policy and --tag.",
)
@click.option("--topic", "topics", multiple=True, help=f"One of {', '.join(TOPICS)}.  [default: sharing, rights]")
@click.option("--clause", "clauses", multiple=True, help="A clause of a profile, such as III: all its findings.")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    default="low",
    show_default=True,
    help="Only findings of this severity or higher.",
)
@click.option(
    "--policy", "policies", multiple=True, metavar="NAME", help="Only this policy.", shell_complete=policy_names
)
@click.option("--tag", "tags", multiple=True, help="Only policies with this tag.")
@click.option(
    "--language",
    type=click.Choice(languages_with("messages")),
    default="en",
    show_default=True,
    help="The language of the messages.",
)
@click.option("--alerts", type=click.Choice(ALERTS), default="at once", show_default=True, help="When alerts are sent.")
@click.option("--digest", type=click.Choice(RHYTHMS), help="How often a digest is sent, even if nothing changed.")
@click.option("--digest-day", type=click.Choice(DAYS), help="The day of weekly digests.  [default: monday]")
@click.option("--digest-at", metavar="HH:MM", help="The time from which a digest is due.  [default: 08:00]")
@click.option("--quiet", metavar="HH:MM-HH:MM", help="Hours in which only critical alerts are sent.")
@click.option(
    "--timezone", metavar="ZONE", help="The time zone of all these times, such as Asia/Jakarta.  [default: UTC]"
)
@click.option("--operator", is_flag=True, help="Also notify NAME of problems with the monitoring.")
@click.option("--no-findings", is_flag=True, help="With --operator: notify NAME only of such problems.")
@click.option("--no-welcome", is_flag=True, help="Do not send a first message that says what is watched.")
@pass_context
def subscribe(context: CommandContext, /, name: str, **options: Any) -> None:
    """Subscribe NAME to changes of policies.

    NAME is notified of changes that are recorded from now on. You can use only channels that the configuration defines.
    `clausewatch notify test NAME` sends a test message.
    """
    from clausewatch.explanation.summary import subscriber_line
    from clausewatch.operation.subscribers import folded
    from notifier import outbox

    configuration = context.checked_configuration()
    chosen = _subscriber(context, _values(name, options))
    with context.archive() as archive:
        taken = [subscriber.name for subscriber in configuration.subscribers]
        taken += [subscription.subscriber.name for subscription in outbox.made(archive)]
        for other in taken:
            if folded(other) == folded(chosen.name):
                raise SubscriptionError(f"there is a subscriber {other!r} already: choose another name")
        try:
            outbox.add_subscription(archive, chosen, _login(), datetime.now(UTC))
        except outbox.NameTakenError:
            raise SubscriptionError(f"there is a subscriber {chosen.name!r} already: choose another name") from None
    for line in wrapped(f"{subscriber_line(chosen, configuration.policies)}."):
        click.echo(line)
    if chosen.welcome:
        click.echo("The first message is sent after a run has visited these policies.")


def _values(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options as the keys and values of a `[[subscriber]]` table."""
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in options.items()}
    values["policies"] += [f"{TAG}{tag}" for tag in values.pop("tags")]
    values["welcome"] = not values.pop("no_welcome")
    no_findings = values.pop("no_findings")
    if no_findings and values["topics"]:
        raise SubscriptionError("--no-findings contradicts --topic: leave one of them out")
    given = {key: value for key, value in values.items() if value not in (None, [])}
    return {"name": name, **given, **({"topics": []} if no_findings else {})}


def _subscriber(context: CommandContext, values: dict[str, Any]) -> Subscriber:
    """Return the subscriber with these values. The values are checked like a subscriber in the configuration."""
    from clausewatch.config.channels import check_channels
    from clausewatch.config.checks import check_clauses, check_subscribers
    from clausewatch.config.problems import Problems
    from clausewatch.config.subscriber_table import SubscriberTable
    from notifier.channels import address_problem

    configuration = context.configuration()
    problems = Problems({"subscriber": [values]})
    table = problems.table(values, ("subscriber", 0), SubscriberTable)
    channels = {channel.name: channel.url for channel in configuration.channels}
    policies = [{"name": policy.name, "tags": list(policy.tags)} for policy in configuration.policies]
    check_subscribers([values], channels, policies, problems)
    check_clauses([values], configuration.profiles, problems)
    used_channels = {
        name: url for name, url in channels.items() if any(via.partition(":")[0] == name for via in values["via"])
    }
    check_channels(address_problem, used_channels, [values], problems)
    sentences = [_sentence(location, problem) for location, problem in problems.by_location().items()]
    if sentences or table is None:
        raise SubscriptionError(configuration.redacted("\n       ".join(sentences)))
    return table.subscriber()


def _sentence(location: tuple[str | int, ...], problem: str) -> str:
    key = str(location[2]) if len(location) > 2 else ""
    if location[0] == "channels":
        return f"--via: the channel {location[1]}: {problem}"
    if not key:
        return problem
    return f"NAME: {problem}" if key == "name" else f"--{OPTIONS.get(key, key)}: {problem}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # in a container, the user may have no name
        return ""
