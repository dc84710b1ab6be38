"""`clausewatch config`: checks and explains the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.errors import ConfigurationError, ExitCode

if TYPE_CHECKING:
    from archive.recording.renames import RenameQuestion
    from clausewatch.config import Configuration
    from notifier.audience.subscriptions import Subscriber

SQLITE = "sqlite:///"


@click.group()
def config() -> None:
    """Check and explain the configuration."""


@config.command()
@click.option("--cron", is_flag=True, help="Print only the line for cron.")
@pass_context
@click.pass_context
def check(ctx: click.Context, context: CommandContext, cron: bool) -> None:
    """Explain the configuration, warn about settings that may be unintended, and print the crontab line.

    Nothing is fetched and nothing is sent. If the configuration has errors, the exit code is 2. Each error is listed
    with its place and the way to fix it. If a new policy has the address of a policy that just left the file, it may be
    the same policy with a new name. The exit code is then 1 until you add `renamed_from` or `new = true` to the new
    policy.
    """
    from clausewatch.config.browsers import require_browser
    from clausewatch.explanation.crontab import crontab_line, installed_command
    from clausewatch.operation.renames import question_line

    configuration = context.checked_configuration()
    require_browser(configuration)
    _check_templates(configuration)
    line = crontab_line(configuration, installed_command())
    state = _recorded(configuration)
    if not cron:
        _explain(configuration, state.made)
        click.echo(
            "\nTo keep watching, add this line with `crontab -e`. It runs often; each policy is fetched only if due:\n"
        )
    click.echo(line)
    for question in state.questions:
        click.echo(f"\n{question_line(question)}", err=True)
    ctx.exit(ExitCode.TROUBLE if state.questions else ExitCode.FINE)


def _explain(configuration: Configuration, made: Sequence[Subscriber]) -> None:
    """Print what the configuration means, then the warnings."""
    from clausewatch.explanation.hints import grouped, hints, unheard
    from clausewatch.explanation.summary import subscriber_line, summary

    click.echo(f"{configuration.path} is valid. It means:\n")
    for line in summary(configuration):
        click.echo(f"  {line}")
    for subscriber in made:
        click.echo(f"  Subscribed   {configuration.redacted(subscriber_line(subscriber, configuration.policies))}")
    doubts = (*grouped(hints(configuration, made)), *unheard(made, configuration), *_template_hints(configuration))
    if doubts:
        click.echo("\nAllowed, but perhaps unintended:\n")
    for doubt in doubts:
        click.echo(f"  - {configuration.redacted(doubt)}")


def _check_templates(configuration: Configuration) -> None:
    """Test the user's own message templates with fictional alerts. Raises ConfigurationError."""
    if configuration.templates is None:
        return
    from notifier.sending.template_trial import faults

    if problems := [f"messages.templates: {fault}" for fault in faults(configuration.templates)]:
        raise ConfigurationError(str(configuration.path), problems)


def _template_hints(configuration: Configuration) -> tuple[str, ...]:
    if configuration.templates is None:
        return ()
    from notifier.texts.custom_templates import renaming_hints

    return renaming_hints(configuration.templates)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Facts that are in the archive and not in the configuration file."""

    made: tuple[Subscriber, ...] = ()
    """Subscriptions that were made on the command line."""
    questions: tuple[RenameQuestion, ...] = ()
    """Questions about policies with new names. Each may be a policy of the archive that was renamed."""


def _recorded(configuration: Configuration) -> _Recorded:
    """Return the facts from the archive. If there is no archive yet, the result is empty. Raises StorageError."""
    if configuration.database.startswith(SQLITE) and not Path(configuration.database.removeprefix(SQLITE)).exists():
        return _Recorded()
    from archive.recording.renames import open_rename_questions
    from archive.storage.database import open_archive
    from clausewatch.operation.subscribers import require_distinct
    from notifier import outbox

    with open_archive(configuration.database, configuration.busy_timeout) as archive:
        require_distinct(archive, configuration)
        return _Recorded(
            tuple(subscription.subscriber for subscription in outbox.made(archive)),
            open_rename_questions(archive, configuration.policies, datetime.now(UTC)),
        )
