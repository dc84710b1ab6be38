"""`clausewatch run`: checks the policies that are due. Cron calls this command regularly."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Self

import click

from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.config.browsers import require_browser
from clausewatch.errors import ExitCode, PausedPolicyError, UnconfiguredPolicyError, leading
from clausewatch.operation.lock import only_run
from clausewatch.output.delivery_text import left_words, sent_words

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from clausewatch.config import Configuration
    from clausewatch.operation.run import PolicyReport, RunReport
    from differ.visits.left_out import LeftOutProse


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
    configuration = context.configuration()
    _check_names(configuration, names)
    if dry_run:
        from clausewatch.cli.dry_run import dry_run_lines

        click.echo("\n".join(dry_run_lines(configuration, names, everything=everything)))
        return
    with only_run(configuration.database, configuration.busy_timeout):
        # If a channel cannot be used, the run does not start, because alerts would not arrive.
        configuration = context.checked_configuration()
        require_browser(configuration)
        report = _run(configuration, names, everything, verbose)
    _show(report, verbose, configuration.redacted)
    ctx.exit(_exit_code(report, exit_code))


def _check_names(configuration: Configuration, names: tuple[str, ...]) -> None:
    """Raise an error if a named policy is not configured or is paused."""
    configured = {policy.name: policy for policy in configuration.policies}
    for name in names:
        if name not in configured:
            raise UnconfiguredPolicyError(name, configured)
        if configured[name].paused:
            raise PausedPolicyError(name)


def _run(configuration: Configuration, names: tuple[str, ...], everything: bool, verbose: bool) -> RunReport:
    # Imported here because Scrapy and SQLAlchemy need half a second. A run that finds the lock held does not need them.
    from clausewatch.operation.run import Selection, run_once

    with Display(verbose) as display:
        return run_once(
            configuration,
            Selection(names, everything),
            started=display.start,
            progress=display.advance,
            verbose=verbose,
        )


class Display:
    """Shows the progress of a run: a bar on a terminal, or with `verbose` a line for each policy."""

    def __init__(self, verbose: bool) -> None:
        self.verbose = verbose
        self._bar: ProgressBar[int] | None = None

    def start(self, policies: int) -> None:
        """Show an empty bar for this number of policies."""
        if policies and not self.verbose:
            bar = click.progressbar(
                length=policies, label="Checking", show_pos=True, file=sys.stderr, hidden=not sys.stderr.isatty()
            )
            self._bar = bar.__enter__()

    def advance(self, checked: PolicyReport) -> None:
        """Show that one more policy was checked."""
        if self._bar is not None:
            self._bar.update(1)
        if self.verbose:
            left_out = f"; {left_out_line(checked.left_out)}" if checked.left_out and checked.left_out.words else ""
            click.echo(f"{checked.policy}: {result_line(checked)}{left_out}", err=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()


def result_line(checked: PolicyReport) -> str:
    """Return the result of one policy in a few words."""
    if checked.trouble:
        return f"{checked.outcome}, {checked.trouble}"
    if checked.first:
        return "first version"
    if not checked.material:
        return checked.outcome
    return f"{checked.outcome}, material: {' and '.join(checked.topics)} ({checked.severity})"


def left_out_line(prose: LeftOutProse) -> str:
    """Return a phrase that says how many words of a page were left out of the policy."""
    return f"{prose.words} words of prose ({prose.share:.0%} of the page) are left out"


def _show(report: RunReport, verbose: bool, redacted: Callable[[str], str]) -> None:
    click.echo(summary_line(report))
    for line in _troubles(report, verbose):
        click.echo(redacted(line), err=True)


def _troubles(report: RunReport, verbose: bool) -> Iterator[str]:
    from clausewatch.operation.renames import question_line  # it imports SQLAlchemy, see `_run`

    for checked in report.checked:
        if checked.trouble and not verbose:
            yield f"{checked.policy}: {result_line(checked)}"
        if checked.left_out is not None and checked.left_out.is_much:
            yield f"{checked.policy}: {left_out_line(checked.left_out)}: see `clausewatch doctor`"
    missed = report.selected - len(report.checked)
    if missed:
        yield f"{_number(missed, 'policy', 'policies')} not checked: the run was stopped. The next run checks them."
    for name in report.not_joined:
        yield f"{name}: renamed_from was not followed, because both names have a history of their own."
    yield from map(question_line, report.questions)
    yield from report.deliveries.errors
    yield from report.overdue
    if report.stamp_error:
        yield f"No timestamp: {report.stamp_error}. The next run tries again."
    if report.ping_error:
        yield f"The watchdog was not notified: {report.ping_error}."


def summary_line(report: RunReport) -> str:
    """Return the result of a run in one line."""
    if not report.watched:
        line = "No policy is configured: nothing to check"
    elif not report.selected:
        paused = f", {report.paused} paused" if report.paused else ""
        line = f"No policy is due, of {report.watched} watched{paused}; --all checks them anyway"
    else:
        line = f"{_number(len(report.checked), 'policy', 'policies')} checked: {', '.join(_counts(report))}"
    return "; ".join([line, *_sent(report)])


def _counts(report: RunReport) -> list[str]:
    counts = Counter("first seen" if checked.first else checked.outcome for checked in report.checked)
    material = sum(checked.material for checked in report.checked)
    outcomes = ("first seen", "unchanged", "changed", "pending", "not comparable", "failed")
    words = [
        f"{counts[outcome]} {outcome}" + (f" ({material} material)" if outcome == "changed" else "")
        for outcome in outcomes
        if counts[outcome]
    ]
    return words or ["none"]


def _sent(report: RunReport) -> Iterator[str]:
    words = sent_words(report.sent)
    if words or any(checked.material for checked in report.checked):
        yield f"{words or '0 alerts'} sent"
    yield from left_words(report.held.count, report.held.until, report.waiting, report.dead)


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _in_trouble(checked: PolicyReport) -> bool:
    return bool(checked.trouble) or (checked.left_out is not None and checked.left_out.is_much)


def _exit_code(report: RunReport, material_counts: bool) -> ExitCode:
    missed = report.selected != len(report.checked)
    troubles = (report.dead, report.overdue, report.stamp_error, report.questions, missed)
    trouble = any(troubles) or any(map(_in_trouble, report.checked))
    material = material_counts and any(policy.material for policy in report.checked)
    return leading(code for code, holds in ((ExitCode.TROUBLE, trouble), (ExitCode.MATERIAL, material)) if holds)
