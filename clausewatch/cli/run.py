"""`clausewatch run`: checks the policies that are due. Cron calls this command regularly."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Self

import click

from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.errors import ExitCode, PausedPolicyError, UnconfiguredPolicyError, leading
from clausewatch.operation.idle_run import idle_run
from clausewatch.operation.lock import only_run
from clausewatch.operation.run_text import (
    in_trouble,
    left_out_line,
    nothing_due,
    other_troubles,
    policy_details,
    policy_troubles,
    result_line,
    summary_details,
    summary_line,
)
from clausewatch.output.run_log import FORMATS, RunLog

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from clausewatch.config import Configuration
    from clausewatch.operation.run import PolicyReport, RunReport


@click.command()
@click.option(
    "--policy",
    "names",
    multiple=True,
    metavar="NAME",
    help="Check this policy even if it is not due. May be given repeatedly.",
    shell_complete=policy_names,
)
@click.option("--all", "everything", is_flag=True, help="Check all policies even if not due, except paused ones.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Fetch nothing. Show what would be checked, in which order, and the minimum duration.",
)
@click.option("--exit-code", is_flag=True, help="End with 10 if a material change was found.")
@click.option("--verbose", is_flag=True, help="Print each result, and Scrapy's log.")
@click.option(
    "--log-format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    help="plain: lines for a person. timed: each line begins with the time in UTC and the number of the run. "
    "json: one JSON object per line, for each policy too, all on standard output. Default: plain.",
)
@pass_context
@click.pass_context
def run(
    ctx: click.Context,
    context: CommandContext,
    names: tuple[str, ...],
    everything: bool,
    dry_run: bool,
    exit_code: bool,
    verbose: bool,
    log_format: str,
) -> None:
    """Check the policies that are due, and notify subscribers of changes.

    Let cron call this command regularly. The run prints one line, and writes errors to standard error. If a policy
    fails, the run continues with the next policy. If a message cannot be sent, the next run retries it. If an earlier
    run is still in progress, the command ends at once with exit code 4.

    \b
    Exit codes:
    0 no problem
    1 policies failed, or messages have waited too long or were given up
    2 wrong usage or configuration
    3 the archive cannot be written
    4 another run is in progress
    10 see --exit-code
    """
    if names and everything:
        raise click.UsageError("Give --all or --policy, not both.")
    context.log = RunLog(log_format)
    if not (names or everything or dry_run or log_format == "json") and _is_idle_run(context):
        return
    configuration = context.configuration()
    log = context.log = RunLog(log_format, configuration.redacted)
    _check_names(configuration, names)
    if dry_run:
        from clausewatch.cli.dry_run import dry_run_lines

        click.echo("\n".join(dry_run_lines(configuration, names, everything=everything)))
        return
    with only_run(configuration.database, configuration.busy_timeout):
        from clausewatch.config.browsers import require_browser  # it imports much, see `_run`

        # If a channel cannot be used, alerts would not arrive. So the run does not start.
        configuration = context.checked_configuration()
        require_browser(configuration)
        report = _run(configuration, names, everything, log, verbose=verbose)
    _show(report, log, verbose=verbose)
    ctx.exit(_exit_code(report, exit_code))


def _is_idle_run(context: CommandContext) -> bool:
    """Return whether the run has nothing to do. If so, record the run and write its summary."""
    done = idle_run(context.config_path)
    if done is None:
        return False
    mark, context.log.run = done
    context.log.write(logging.INFO, "summary", nothing_due(mark.watched, mark.paused))
    return True


def _check_names(configuration: Configuration, names: tuple[str, ...]) -> None:
    """Raise an error if a named policy is not configured or is paused."""
    configured = {policy.name: policy for policy in configuration.policies}
    for name in names:
        if name not in configured:
            raise UnconfiguredPolicyError(name, configured)
        if configured[name].paused:
            raise PausedPolicyError(name)


def _run(
    configuration: Configuration, names: tuple[str, ...], everything: bool, log: RunLog, *, verbose: bool
) -> RunReport:
    # Imported here because importing Scrapy and SQLAlchemy takes half a second. If another run holds the lock, they are
    # not needed.
    from clausewatch.operation.run import Selection, run_once

    with Display(log, verbose=verbose) as display:
        return run_once(
            configuration,
            Selection(names, everything),
            started=display.start,
            progress=display.advance,
            verbose=verbose,
            log_handler=log.handler(logging.DEBUG if verbose else logging.WARNING),
        )


class Display:
    """Shows the progress of a run: a bar on a terminal, or a line for each policy with `verbose` or in JSON."""

    def __init__(self, log: RunLog, *, verbose: bool) -> None:
        self._log = log
        self._lists_policies = verbose or log.form == "json"
        self._bar: ProgressBar[int] | None = None

    def start(self, run: int, policies: int) -> None:
        """Note the number of the run, and show an empty bar for this number of policies."""
        self._log.run = run
        if policies and not self._lists_policies:
            bar = click.progressbar(
                length=policies, label="Checking", show_pos=True, file=sys.stderr, hidden=not sys.stderr.isatty()
            )
            self._bar = bar.__enter__()

    def advance(self, checked: PolicyReport) -> None:
        """Show that one more policy was checked."""
        if self._bar is not None:
            self._bar.update(1)
        if self._lists_policies:
            left_out = f"; {left_out_line(checked.left_out)}" if checked.left_out and checked.left_out.words else ""
            line = f"{checked.policy}: {result_line(checked)}{left_out}"
            level = logging.WARNING if in_trouble(checked) else logging.INFO
            self._log.write(level, "policy", line, policy_details(checked))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()


def _show(report: RunReport, log: RunLog, *, verbose: bool) -> None:
    """Write the summary and the problems. A problem is left out if the line about its policy already showed it."""
    if log.form != "json":
        log.write(logging.INFO, "summary", summary_line(report))
        for line in policy_troubles(report, failures=not verbose):
            log.write(logging.WARNING, "policy", line)
    for line in other_troubles(report):
        log.write(logging.WARNING, "trouble", line)
    if log.form == "json":
        log.write(logging.INFO, "summary", summary_line(report), summary_details(report))


def _exit_code(report: RunReport, material_counts: bool) -> ExitCode:
    missed = report.selected != len(report.checked)
    troubles = (report.dead, report.overdue, report.stamp_error, report.questions, missed)
    trouble = any(troubles) or any(map(in_trouble, report.checked))
    material = material_counts and any(policy.material for policy in report.checked)
    return leading(code for code, holds in ((ExitCode.TROUBLE, trouble), (ExitCode.MATERIAL, material)) if holds)
