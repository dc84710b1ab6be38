"""`clausewatch report`: reports a period for an audit or a meeting."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import click

from archive.model import Query
from archive.questions.period import MOST_CHANGES, period_report
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.questions import FROM, UNTIL, print_page
from clausewatch.exports.period_report import (
    PERIOD_TABLES,
    PeriodTable,
    period_tables,
    report_lines,
    report_summary,
    report_title,
    write_report_csv,
)
from clausewatch.output.html import page
from clausewatch.output.json_rows import as_json, period_row


@click.command()
@click.option("--from", "since", type=FROM, required=True, help="First day of the period.")
@click.option("--to", "until", type=UNTIL, help="Last day of the period.  [default: now]")
@click.option("--policy", metavar="POLICY", help="Only this policy.", shell_complete=policy_names)
@click.option("--tag", help="Only policies with this tag.")
@click.option(
    "--limit",
    type=click.IntRange(1, MOST_CHANGES),
    default=MOST_CHANGES,
    show_default=True,
    help="Maximum number of versions, and of gaps. The latest versions and the first gaps are kept.",
)
@click.option(
    "--table", type=click.Choice(PERIOD_TABLES), help="The table that --format csv writes.  [default: changes]"
)
@click.option("--format", "form", type=click.Choice(["text", "json", "csv", "html"]), default="text", show_default=True)
@pass_context
def report(
    context: CommandContext,
    since: datetime,
    until: datetime | None,
    policy: str | None,
    tag: str | None,
    limit: int,
    table: PeriodTable | None,
    form: str,
) -> None:
    """Report a period: what changed, who decided and how soon, and gaps in watching.

    For each change that was first seen in the period, the report shows how many findings were decided, by whom, how
    long after the change was seen, and how many still wait. A gap is a time of more than a day, and more than twice the
    policy's interval, in which no visit read the policy.

    \b
    clausewatch report --from 2026-10-01 --to 2026-12-31
    clausewatch report --from "90 days ago" --tag vendor --format html > quarter.html
    clausewatch report --from 2026-10-01 --table gaps --format csv > gaps.csv
    """
    now = datetime.now(UTC)
    end = until or now
    if policy is not None and tag is not None:
        raise click.UsageError("Give --policy or --tag, not both.")
    if table is not None and form != "csv":
        raise click.UsageError("--table chooses the table of --format csv.")
    if since >= min(end, now):
        raise click.UsageError("The period must begin before its end and before now.")
    wanted, times = Query(policy, since=since, until=end, tag=tag), context.configuration().review_times
    with context.archive() as archive:
        answer = period_report(archive, wanted, now, times, limit=limit)
    tables = period_tables(answer, now)
    if form == "json":
        click.echo(as_json(period_row(answer)))
    elif form == "html":
        title, summary = report_title(answer), report_summary(answer)
        print_page(page("report.html", title=title, summary=summary, tables=tables.values()))
    elif form == "csv":
        target = io.StringIO(newline="")
        write_report_csv(tables[table or "changes"], target)
        click.echo(target.getvalue().encode(), nl=False)
    else:
        click.echo("\n".join(report_lines(answer, now)))
