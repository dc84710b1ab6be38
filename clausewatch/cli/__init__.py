"""The command line. Each command has its own module. A command's module is imported when the command is called."""

from __future__ import annotations

import importlib
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from clausewatch import __version__
from clausewatch.cli.context import CommandContext
from clausewatch.errors import ClausewatchError, ExitCode
from languages import LanguageError


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """One line of `--help`."""

    target: str
    """Module and attribute of the command."""
    summary: str
    """A summary on one line. It repeats the first line of the command's own help, because importing every command for
    `--help` would be slow.
    """


COMMANDS: dict[str, CommandEntry] = {
    "demo": CommandEntry("clausewatch.cli.demo:demo", "Watch four fictional companies change their policies."),
    "init": CommandEntry("clausewatch.cli.init:init", "Create a clausewatch.toml with comments."),
    "config": CommandEntry("clausewatch.cli.config:config", "Check and explain the configuration."),
    "find": CommandEntry("clausewatch.cli.find:find", "Find the legal pages of a site, and add its policy."),
    "policy": CommandEntry("clausewatch.cli.policy:policy", "Add, list, rename, pause and remove policies."),
    "run": CommandEntry("clausewatch.cli.run:run", "Check the policies that are due, and notify subscribers."),
    "status": CommandEntry("clausewatch.cli.status:status", "Show when each policy was checked, and its health."),
    "doctor": CommandEntry("clausewatch.cli.doctor:doctor", "Fetch a policy, and show what is kept and left out."),
    "history": CommandEntry("clausewatch.cli.history:history", "Show the versions of a policy, or of all policies."),
    "show": CommandEntry("clausewatch.cli.show:show", "Show the text of a policy, now or on an earlier day."),
    "diff": CommandEntry("clausewatch.cli.diff:diff", "Show what changed between two versions."),
    "blame": CommandEntry("clausewatch.cli.blame:blame", "Show which version added each sentence."),
    "search": CommandEntry("clausewatch.cli.search:search", "Find words in all versions of all policies."),
    "recipients": CommandEntry(
        "clausewatch.cli.inventory_questions:recipients", "Show who receives data according to the policies."
    ),
    "rights": CommandEntry("clausewatch.cli.inventory_questions:rights", "Show which rights the policies name."),
    "review": CommandEntry("clausewatch.cli.review:review", "Review a finding, or list findings to review."),
    "serve": CommandEntry("clausewatch.cli.serve:serve", "Open the desk: the archive in a browser."),
    "desk": CommandEntry("clausewatch.cli.desk:desk", "Manage the people who may sign in at the desk."),
    "report": CommandEntry("clausewatch.cli.report:report", "Report a period: changes, decisions, gaps in watching."),
    "compare": CommandEntry("clausewatch.cli.compare:compare", "Show what changed between two files."),
    "export": CommandEntry("clausewatch.cli.export:export", "Export evidence, pages, tables or feeds."),
    "verify": CommandEntry("clausewatch.cli.verify:verify", "Check that nothing in the archive was altered."),
    "import": CommandEntry("clausewatch.cli.imports:imports", "Import histories and watch lists of other tools."),
    "archive": CommandEntry("clausewatch.cli.archive:archive", "Show disk space, back up, restore."),
    "languages": CommandEntry(
        "clausewatch.cli.languages:show_languages", "Show the files of each language, and missing ones."
    ),
    "subscribe": CommandEntry("clausewatch.cli.subscribe:subscribe", "Add a subscriber."),
    "unsubscribe": CommandEntry(
        "clausewatch.cli.unsubscribe:unsubscribe", "Remove a subscriber that `subscribe` added."
    ),
    "subscriptions": CommandEntry("clausewatch.cli.subscriptions:subscriptions", "List who is notified of what."),
    "subscribers": CommandEntry("clausewatch.cli.subscribers:subscribers", "Erase a person from the records."),
    "notify": CommandEntry("clausewatch.cli.notify:notify", "Test, list and send messages."),
}
"""The commands in the order of `--help`."""


class LazyGroup(click.Group):
    """The group of all commands.

    It imports a command when the command is called, and prints expected errors without a traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name].target} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ClausewatchError as error:
            _end(ctx, error, error.exit_code)
        except LanguageError as error:
            _end(ctx, error, ExitCode.USAGE)
        except _archive_errors() as error:
            _end(ctx, error, _archive_exit_code(error))


def _end(ctx: click.Context, error: BaseException, code: ExitCode) -> NoReturn:
    """Print an error without a traceback, and exit with the code."""
    ctx.ensure_object(CommandContext).log.write(logging.ERROR, "error", f"Error: {error}")
    ctx.exit(code)


def _archive_errors() -> tuple[type[Exception], ...]:
    """Return the classes of the archive's errors. If the archive's modules were not imported, none of these errors can
    occur. Then return an empty tuple, because the import would be slow.
    """
    if "archive.errors" not in sys.modules:
        return ()
    from archive.errors import ArchiveError

    return (ArchiveError,)


def _archive_exit_code(error: BaseException) -> ExitCode:
    from archive.errors import NotFoundError, StorageError

    if isinstance(error, StorageError):
        return ExitCode.STORAGE
    return ExitCode.USAGE if isinstance(error, NotFoundError) else ExitCode.TROUBLE


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    envvar="CLAUSEWATCH_CONFIG",
    help="The configuration file. Default: $CLAUSEWATCH_CONFIG, else ./clausewatch.toml.",
)
@click.version_option(__version__)
@click.pass_context
def main(ctx: click.Context, config_path: Path | None) -> None:
    """Watch privacy policies, keep every version, and send alerts only if sharing or rights really change.

    Begin with `clausewatch init`. Edit the configuration file that this command writes. Then call `clausewatch config
    check`.
    """
    ctx.obj = CommandContext(config_path=config_path)
