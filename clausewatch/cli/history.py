"""`clausewatch history`: shows the versions of policies, and the changes to each version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

import click

from archive.model import Query, Version
from archive.questions.history import count_versions
from archive.questions.history import history as ask
from archive.questions.unread_visits import UnreadVisits, unread_visits
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.formats import FORMATS
from clausewatch.cli.questions import FROM, UNTIL, print_page
from clausewatch.cli.show import show
from clausewatch.output.day_text import unread_sentence
from clausewatch.output.html import page
from clausewatch.output.inventories import Changes, InventoryChanges, inventory_changes
from clausewatch.output.json_rows import as_json, history_row
from clausewatch.output.redline_text import version_lines
from clausewatch.output.terminal import printable, wrapped
from differ.judgement.inventory import InventoryChange
from differ.model import SEVERITIES
from notifier.audience.subscriptions import TOPICS

if TYPE_CHECKING:
    from archive.storage.database import Archive
    from differ.model import Severity

LIMIT = 200
"""Maximum number of versions if neither a policy nor --limit is given."""


@click.command()
@click.argument("policy", required=False, shell_complete=policy_names)
@click.option(
    "--topic", type=click.Choice(TOPICS), metavar="TOPIC", help=f"Only findings on this topic: {', '.join(TOPICS)}."
)
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only findings of this severity or higher.")
@click.option("--tag", help="Only policies with this tag.")
@click.option("--since", type=FROM, help="Only versions first seen on this day or later (UTC).")
@click.option("--until", type=UNTIL, help="Only versions first seen on this day or before (UTC).")
@click.option("--at", type=UNTIL, help="Show the text of POLICY at this date instead, like `show POLICY --at`.")
@click.option("--section", help="Only findings in sections whose headings contain this text.")
@click.option("--suppressed", is_flag=True, help="Also show edits without a change of meaning.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"Maximum number of versions; the latest are shown. Default: {LIMIT}, or all versions of POLICY.",
)
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
@click.pass_context
def history(
    ctx: click.Context,
    context: CommandContext,
    policy: str | None,
    topic: str | None,
    severity: Severity | None,
    tag: str | None,
    since: datetime | None,
    until: datetime | None,
    at: datetime | None,
    section: str | None,
    suppressed: bool,
    limit: int | None,
    form: str,
) -> None:
    """Show the versions of POLICY, or of all policies, the latest first.

    For each version, the output shows when it was first and last seen, and which dates the text states. It also shows
    the findings, and the rights and recipients that were added or removed. With --topic, --severity or --section, only
    versions with matching findings are shown, without rights and recipients. The topics `sharing` and `rights` include
    their subtopics. If you name a POLICY, visits that did not find it are shown too, but not in JSON.

    \b
    clausewatch history Kenalan
    clausewatch history Kenalan --since "3 months ago"
    clausewatch history --topic sharing --severity high --since 2026-01-01
    clausewatch history --tag vendor --until 2025-12-31 --format html > history.html
    """
    if at is not None:
        if policy is None or any((severity, tag, since, until, suppressed, limit)):
            raise click.UsageError(
                "--at shows the text of one POLICY: give only --section, --topic or --format with it."
            )
        ctx.invoke(show, policy=policy, at=at, section=section, topic=topic, form=form)
        return
    most = LIMIT if limit is None and policy is None else limit
    query = Query(policy, topic, severity, since=since, section=section, until=until, tag=tag, limit=most)
    with context.archive() as archive:
        shown = ask(archive, query)
        note = "" if most is None or len(shown) < most else _note(len(shown), count_versions(archive, query))
        if not suppressed:
            shown = tuple(version for version in shown if _is_asked_for(version, query))
        lot = context.configuration().inventory_lot
        changed = InventoryChanges({}, 0) if query.selects_findings else inventory_changes(archive, shown, lot)
        gaps = _gaps(archive, query)
    changes, note = changed.by_version, "\n".join(filter(None, [note, changed.note]))
    if form == "json":
        _print_rows(shown, changes, note, suppressed=suppressed)
    elif form == "html":
        _print_page(policy or "all policies", shown, changes, note, suppressed=suppressed, gaps=gaps)
    else:
        click.echo("\n".join([*_lines(shown, changes, gaps, suppressed=suppressed), *(["", note] if note else [])]))


def _gaps(archive: Archive, query: Query) -> list[UnreadVisits]:
    """Return the visits that did not find the policy of a query. If the query names no policy or selects findings,
    return none."""
    if query.policy is None or query.selects_findings:
        return []
    return list(unread_visits(archive, query.policy, query.since, query.until))


def _print_rows(shown: tuple[Version, ...], changes: Changes, note: str, *, suppressed: bool) -> None:
    rows = [
        history_row(version, changes.get((version.policy, version.number)), suppressed=suppressed) for version in shown
    ]
    click.echo(as_json(rows))
    if note:
        click.echo(note, err=True)


def _print_page(
    asked: str, shown: tuple[Version, ...], changes: Changes, note: str, *, suppressed: bool, gaps: list[UnreadVisits]
) -> None:
    groups = [(name, list(reversed(versions))) for name, versions in _by_policy(shown)]
    facts = {"policies": groups, "changes": changes, "suppressed": suppressed}
    print_page(page("history.html", asked=asked, note=note, gaps=list(map(unread_sentence, reversed(gaps))), **facts))


def _note(shown: int, every: int) -> str:
    """Return a note that says how many versions are not shown; "" if all are shown."""
    if every <= shown:
        return ""
    return (
        f"Shown are the {shown} latest of {every} versions. --limit {every} shows all; "
        "--since, --until, --tag or a policy's name select fewer."
    )


def _is_asked_for(version: Version, query: Query) -> bool:
    """Whether the query would select a version because of its findings. Suppressed edits are ignored."""
    return not query.selects_findings or (version.change is not None and bool(version.change.findings))


def _by_policy(shown: tuple[Version, ...]) -> Iterator[tuple[str, list[Version]]]:
    for policy, versions in groupby(shown, key=lambda version: version.policy):
        yield policy, list(versions)


def _lines(
    shown: tuple[Version, ...], changes: Changes, gaps: list[UnreadVisits], *, suppressed: bool
) -> Iterator[str]:
    """Yield the lines of all versions. Visits that did not find the policy come between the versions."""
    if not shown:
        yield "No recorded version matches."
    first = True
    for policy, versions in _by_policy(shown):
        if not first:
            yield ""
        first = False
        yield click.style(printable(policy), bold=True)
        for version in reversed(versions):
            yield from _gap_lines(gaps, version.seen_at)
            yield ""
            change = changes.get((version.policy, version.number), InventoryChange())
            yield from (f"  {line}" for line in version_lines(version, change, suppressed=suppressed))
    yield from _gap_lines(gaps)


def _gap_lines(gaps: list[UnreadVisits], since: datetime | None = None) -> Iterator[str]:
    """Take the latest series of visits off the list, while it began at `since` or later. Yield its lines."""
    while gaps and (since is None or gaps[-1].since >= since):
        yield ""
        yield from wrapped(unread_sentence(gaps.pop()), indent="  ! ", hanging="    ")
