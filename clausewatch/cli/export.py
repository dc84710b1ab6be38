"""`clausewatch export`: writes evidence files, web archives, tables for a spreadsheet, and feeds."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import IO

import click

from archive.evidence.chain import beginning
from archive.evidence.warc import Selection, write_warc
from archive.model import Query, Version
from archive.questions.calendar import calendar
from archive.questions.history import history, latest_version, net_changes, version
from archive.storage.database import Archive
from clausewatch import __version__
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.former_exports import ExportGroup
from clausewatch.cli.questions import FROM, UNTIL, NoAnswerError
from clausewatch.config.tables import web_address
from clausewatch.errors import ClausewatchError, ExitCode
from clausewatch.exports.atom import MOST_ENTRIES, Feed, Scope, feed
from clausewatch.exports.csv_export import TABLES, NetChanges, Table, write_csv
from clausewatch.exports.evidence_bundle import write_bundle
from clausewatch.exports.icalendar_file import icalendar_file
from clausewatch.exports.wacz import write_wacz
from clausewatch.output.times import moment
from notifier.audience.subscriptions import TOPICS

SOFTWARE = f"clausewatch {__version__}"

CALENDAR_AHEAD = timedelta(days=366)
"""Default length of the time from now that a calendar covers."""

MOST_DAYS = 10_000
"""Maximum number of entries in a calendar."""


class ExportWriteError(ClausewatchError):
    """The file cannot be written."""

    exit_code = ExitCode.STORAGE


since_option = click.option("--since", type=FROM, help="Only what was first seen on this day or later (UTC).")
policy_option = click.option("--policy", metavar="POLICY", help="Only this policy.", shell_complete=policy_names)
cookies_option = click.option(
    "--cookies", is_flag=True, help="Also write the values of cookies. By default, only their names are written."
)
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write or replace. Default: standard output, which must not be a terminal.",
)


@click.group(cls=ExportGroup)
def export() -> None:
    """Export evidence, pages, tables or feeds. Their readers do not need Clausewatch."""


@export.command()
@click.argument("policy", shell_complete=policy_names)
@click.option("--version", "number", type=click.IntRange(min=1), metavar="N", help="Only this version.")
@since_option
@output_option
@pass_context
def evidence(
    context: CommandContext, policy: str, number: int | None, since: datetime | None, output: Path | None
) -> None:
    """Write a zip file that proves what POLICY said.

    The file contains all versions, or the versions that --version or --since selects. For each version it contains the
    page as received, the text, and the changes. It also contains the part of the chain that proves these versions.
    README.txt in the zip file says how to verify it.

    \b
    clausewatch export evidence Kenalan -o kenalan.zip
    clausewatch export evidence Kenalan --since 2026-01-01 -o kenalan-2026.zip
    """
    if number is not None and since is not None:
        raise click.UsageError("Give --version or --since, not both.")
    with context.archive() as archive:
        wanted = _versions(archive, policy, number, since)
        with _target(output) as target:
            head = write_bundle(archive, wanted, target, datetime.now(UTC))
    _report(f"{_count(len(wanted), 'version')} of {policy}, up to the head\n{head}", output)


@export.command()
@policy_option
@since_option
@cookies_option
@output_option
@pass_context
def warc(
    context: CommandContext, policy: str | None, since: datetime | None, *, cookies: bool, output: Path | None
) -> None:
    """Write all kept pages to one WARC file.

    Web archives use this format. Each redirect that led to a page is a separate record.

    \b
    clausewatch export warc -o pages.warc.gz
    """
    with context.archive() as archive, _target(output) as target:
        records = list(write_warc(archive, target, Selection(policy, since, cookies), SOFTWARE))
    _report(_count(sum(record.policy is not None for record in records), "page"), output)


@export.command()
@policy_option
@since_option
@cookies_option
@output_option
@pass_context
def wacz(
    context: CommandContext, policy: str | None, since: datetime | None, *, cookies: bool, output: Path | None
) -> None:
    """Write all kept pages to one WACZ file, which you can open in a browser.

    A WACZ file is a WARC file with an index and a list of pages. Open it at replayweb.page, which runs completely in
    the browser.

    \b
    clausewatch export wacz --policy Kenalan -o kenalan.wacz
    """
    with context.archive() as archive, _target(output) as target:
        pages = write_wacz(archive, target, Selection(policy, since, cookies), SOFTWARE, datetime.now(UTC))
    _report(_count(pages, "page"), output)


@export.command()
@click.argument("table", type=click.Choice(list(TABLES)))
@policy_option
@since_option
@output_option
@pass_context
def csv(context: CommandContext, table: Table, policy: str | None, since: datetime | None, output: Path | None) -> None:
    """Write a table for a spreadsheet.

    The tables of changes and of findings also contain net changes: if a message compared a version with an older
    version than the previous one, it reported a net change. In these rows, the column net_from has the number of the
    version that the net change begins with. It is empty in all other rows.

    \b
    clausewatch export csv findings --since 2026-01-01 -o findings.csv
    """
    with context.archive() as archive:
        versions = history(archive, Query(policy=policy, since=since))
        nets = net_changes(archive, versions)
    with _target(output) as target:
        rows = _write_table(versions, nets, table, target)
    _report(_count(rows, "row"), output)


@export.command()
@policy_option
@click.option("--tag", help="Only policies with this tag.")
@click.option("--topic", type=click.Choice(TOPICS), metavar="TOPIC", help="Only changes to this topic.")
@since_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=MOST_ENTRIES, show_default=True, help="Maximum number of changes."
)
@click.option(
    "--self", "address", metavar="URL", help="The address at which the feed will be published. The feed quotes it."
)
@output_option
@pass_context
def atom(
    context: CommandContext,
    policy: str | None,
    tag: str | None,
    topic: str | None,
    since: datetime | None,
    limit: int,
    address: str | None,
    output: Path | None,
) -> None:
    """Write an Atom feed of changes.

    The feed lists the material changes to sharing and rights. With --topic, it lists the changes to that topic.
    --policy limits the feed to one policy, and --tag to the policies with a tag. Write the feed again after each run,
    to a folder that a web server publishes.

    \b
    clausewatch export atom --tag vendor -o vendors.atom
    """
    if policy is not None and tag is not None:
        raise click.UsageError("Give --policy or --tag, not both.")
    if address is not None:
        _require_address(address)
    desk = context.configuration().desk.public_url or ""
    scope = Scope(policy, tag, topic, since=since, most=limit, address=address, desk=desk)
    with context.archive() as archive:
        written = feed(archive, scope, datetime.now(UTC))
    with _target(output) as target:
        target.write(written.content)
    _report(_fed(written), output)


@export.command()
@click.option("--from", "since", type=FROM, default="30 days ago", show_default=True, help="First day.")
@click.option("--to", "until", type=UNTIL, help="Last day.  [default: a year from now]")
@output_option
@pass_context
def ical(context: CommandContext, since: datetime, until: datetime | None, output: Path | None) -> None:
    """Write effective dates, ends of notice and objection windows, and due reviews as a calendar.

    The file is in the format iCalendar. Write it again after each run, to a folder that a web server publishes, and
    subscribe to it in a calendar program.

    \b
    clausewatch export ical -o clausewatch.ics
    """
    end = until or datetime.now(UTC) + CALENDAR_AHEAD
    times = context.configuration().review_times
    desk = context.configuration().desk.public_url
    with context.archive() as archive:
        page = calendar(archive, since, end, times, limit=MOST_DAYS)
        written = icalendar_file(
            page.entries,
            beginning(archive).hash[:16],
            lambda entry: f"{desk}/changes/{entry.change}" if desk else None,
        )
    with _target(output) as target:
        target.write(written)
    left_out = f"; only the first {MOST_DAYS:,} are written" if page.next else ""
    _report(f"{_count(len(page.entries), 'day')}{left_out}", output)


def _report(exported: str, output: Path | None) -> None:
    """Print what was written. Print it on stderr if the export itself was written to stdout."""
    click.echo(f"Exported {exported}", err=output is None)


def _require_address(address: str) -> None:
    try:
        web_address(address)
    except ValueError as error:
        raise click.UsageError(f"--self {error}.") from error


def _fed(written: Feed) -> str:
    count = f"{written.entries:,} {'entry' if written.entries == 1 else 'entries'}"
    return f"{count}; {written.left_out:,} older ones left out, see --limit" if written.left_out else count


def _versions(archive: Archive, policy: str, number: int | None, since: datetime | None) -> tuple[Version, ...]:
    if number is not None:
        return (version(archive, policy, number),)
    last = latest_version(archive, policy)
    versions = history(archive, Query(policy=policy, since=since))
    if since is not None and not versions:
        raise NoAnswerError(
            f"{policy} has no version that was first seen since {moment(since)}: the latest is {last.number}, "
            f"first seen {moment(last.seen_at)}"
        )
    return versions


def _write_table(versions: tuple[Version, ...], nets: NetChanges, table: Table, target: IO[bytes]) -> int:
    # Without a byte order mark, a spreadsheet would read the file as windows-1252.
    text = TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    count = write_csv(versions, nets, table, text)
    text.detach()
    return count


@contextmanager
def _target(path: Path | None) -> Iterator[IO[bytes]]:
    """Open the file or stdout for writing. An existing file is replaced only after everything is written."""
    if path is None:
        if sys.stdout.isatty():
            raise click.UsageError("Name a file with --output: a terminal cannot show this.")
        yield sys.stdout.buffer
        return
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as target:
            unfinished = Path(target.name)
            try:
                yield target
                target.flush()
                os.fsync(target.fileno())
                unfinished.chmod(0o644)
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ExportWriteError(f"{path} cannot be written: {error.strerror or error}") from error


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
