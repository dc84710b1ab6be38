"""`clausewatch diff`: shows two versions of a policy as one text with marked changes."""

from __future__ import annotations

import os

import click

from archive.model import Version
from archive.questions.history import latest_version, version
from archive.storage.database import Archive
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.formats import FORMATS
from clausewatch.cli.questions import NoAnswerError, known_days, named_version, print_page
from clausewatch.output.day_text import day_sentence
from clausewatch.output.json_rows import as_json, redline_row, with_days
from clausewatch.output.redline_page import as_page, compare_versions
from clausewatch.output.redline_text import redline_lines


@click.command()
@click.argument("policy", shell_complete=policy_names)
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--full", is_flag=True, help="Show unchanged text too. json and html always show it.")
@click.option("--side-by-side", is_flag=True, help="Show BEFORE on the left, and AFTER on the right.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
def diff(
    context: CommandContext,
    policy: str,
    before: str | None,
    after: str | None,
    full: bool,
    side_by_side: bool,
    form: str,
) -> None:
    """Show what changed between two versions of POLICY, word by word.

    BEFORE and AFTER are version numbers or dates. A date means the version that was current at the end of that day
    (UTC). The output also says what the last visit before the end of that day and the first visit after it showed. If
    you leave out AFTER, the latest version is used. If you leave out both, the latest version is compared with the
    previous version.

    \b
    clausewatch diff Kenalan
    clausewatch diff Kenalan 3 5 --side-by-side
    clausewatch diff Kenalan 2026-01-31 2026-03-31
    clausewatch diff Kenalan --format html > kenalan.html
    """
    with context.archive() as archive:
        compared = compare_versions(archive, *_versions(archive, policy, before, after))
        days = known_days(archive, policy, before, after)
    known = tuple(map(day_sentence, days))
    if form == "html":
        print_page(as_page(compared, side_by_side=side_by_side, known=known))
    elif form == "json":
        click.echo(as_json(with_days(redline_row(compared), days)))
    else:
        lines = redline_lines(compared, full=full, side_by_side=side_by_side, known=known)
        # See https://no-color.org. If the output is not a terminal, click omits colours by itself.
        click.echo("\n".join(lines), color=False if os.environ.get("NO_COLOR") else None)


def _versions(archive: Archive, policy: str, before: str | None, after: str | None) -> tuple[Version, Version]:
    last = latest_version(archive, policy) if after is None else named_version(archive, policy, after)
    if before is not None:
        return named_version(archive, policy, before), last
    if last.number == 1:
        raise NoAnswerError(f"{policy} has only one version, so there is nothing to compare yet")
    return version(archive, policy, last.number - 1), last
