"""`clausewatch status`: shows whether each policy is checked, and when it last changed."""

from __future__ import annotations

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.formats import FORMATS
from clausewatch.errors import ExitCode
from clausewatch.operation.idle_run import is_well


@click.command()
@click.option("--check", is_flag=True, help="Print only problems, one on each line, for a watchdog.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@click.pass_context
@pass_context
def status(context: CommandContext, ctx: click.Context, check: bool, form: str) -> None:
    """Show whether each policy is checked, and when it last changed.

    The columns are the health, the last check, the last change, the number of versions, the next check, and the number
    of findings to review. The exit code is 1 if there is a problem: a policy could not be read at its last check, a
    check is overdue, a message has waited too long or was given up, a run was not completed, or a new policy may be an
    old policy with a new name.

    With --check, the command prints a line for each problem, and the exit code is 1. If there are no problems, it
    prints nothing. These are problems for --check: a policy that is overdue, or that could not be read at several
    visits in a row (`trouble_after` under [watchdog]); messages that have waited too long (`waiting` and
    `critical_waiting` under [watchdog]) or were given up; runs that crashed; and no completed run for more than twice
    the shortest interval at which a policy is checked.
    """
    if not check:
        from clausewatch.cli.status_report import print_status  # it imports much, and `--check` seldom needs it

        ctx.exit(print_status(context, form))
    if form != "text":
        raise click.UsageError("--check prints plain lines: leave out --format.")
    if is_well(context.config_path):
        ctx.exit(ExitCode.FINE)
    from clausewatch.cli.status_report import print_problems

    ctx.exit(print_problems(context))
