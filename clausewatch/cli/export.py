"""`clausewatch export`: evidence for an auditor, pages for a web archive, tables for a spreadsheet."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO

import click

from archive.evidence.warc import write_warc
from archive.model import Query, Version
from archive.questions.history import history, latest_version, version
from archive.storage.database import Archive
from clausewatch import __version__
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.questions import FROM, NoAnswerError
from clausewatch.config.tables import web_address
from clausewatch.errors import ClausewatchError, ExitCode
from clausewatch.exports.atom import MOST_ENTRIES, Feed, Scope, feed
from clausewatch.exports.csv_export import TABLES, Table, write_csv
from clausewatch.exports.evidence_bundle import write_bundle
from clausewatch.output.times import moment
from notifier.audience.subscriptions import TOPICS


class ExportWriteError(ClausewatchError):
    """The file cannot be written."""

    exit_code = ExitCode.STORAGE


@click.command()
@click.option("--evidence", "bundle", metavar="POLICY", help="A zip file that proves what POLICY said.")
@click.option("--warc", is_flag=True, help="Every kept page, as a WARC file: what web archives read.")
@click.option("--csv", "table", type=click.Choice(list(TABLES)), help="A table for a spreadsheet.")
@click.option("--atom", is_flag=True, help="A feed of changes to sharing and rights: what feed readers read.")
@click.option("--policy", metavar="POLICY", help="Of one policy only; with --warc, --csv and --atom.")
@click.option("--tag", help="Of policies with this tag only; with --atom.")
@click.option("--topic", type=click.Choice(TOPICS), metavar="TOPIC", help="Of changes to one topic only; with --atom.")
@click.option(
    "--limit", type=click.IntRange(min=1), help=f"So many changes at most; with --atom.  [default: {MOST_ENTRIES}]"
)
@click.option("--self", "address", metavar="URL", help="Where the feed will be, for its link to itself; with --atom.")
@click.option("--version", "number", type=click.IntRange(min=1), metavar="N", help="This version; with --evidence.")
@click.option("--since", type=FROM, help="What was first seen then or later: 2026-03-31.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; it is replaced. Without it, to standard output, which must not be a terminal.",
)
@pass_context
def export(
    context: CommandContext,
    bundle: str | None,
    warc: bool,
    table: Table | None,
    atom: bool,
    policy: str | None,
    tag: str | None,
    topic: str | None,
    limit: int | None,
    address: str | None,
    number: int | None,
    since: datetime | None,
    output: Path | None,
) -> None:
    """Hand evidence, pages or tables to somebody who does not have this program.

    With --evidence: all versions, or the one of --version, or those since --since, each with its page as it came, its
    text, what changed, and the chain that proves it. The README in it says how to verify it.

    With --atom: the changes that a subscriber to sharing and rights receives, or to --topic; name a policy or a tag for
    a separate feed. Write it again after each run, to a folder that a web server publishes.

    \b
    clausewatch export --evidence Kenalan -o kenalan.zip
    clausewatch export --evidence Kenalan --since 2026-01-01 -o kenalan-2026.zip
    clausewatch export --warc -o pages.warc.gz
    clausewatch export --csv findings --since 2026-01-01 -o findings.csv
    clausewatch export --atom --tag vendor -o vendors.atom
    """
    _require_one(bundle is not None, warc, table is not None, atom)
    if not atom and any(given is not None for given in (tag, topic, limit, address)):
        raise click.UsageError("--tag, --topic, --limit and --self go with --atom.")
    if address is not None:
        _require_address(address)
    if policy is not None and tag is not None:
        raise click.UsageError("A feed is of one policy or of a tag: leave one of the two out.")
    if bundle is not None and policy is not None:
        raise click.UsageError("--evidence names the policy: leave out --policy.")
    if number is not None and (bundle is None or since is not None):
        raise click.UsageError("--version goes with --evidence, and without --since.")
    with context.archive() as archive:
        if bundle is not None:
            exported = _export_bundle(archive, bundle, number, since=since, output=output)
        elif warc:
            exported = _export_pages(archive, policy, since, output)
        elif table is not None:
            exported = _export_table(archive, table, policy, since=since, output=output)
        else:
            scope = Scope(policy, tag, topic, since=since, most=limit or MOST_ENTRIES, address=address)
            exported = _export_feed(archive, scope, output)
    click.echo(f"Exported {exported}", err=output is None)


def _export_bundle(
    archive: Archive, policy: str, number: int | None, *, since: datetime | None, output: Path | None
) -> str:
    """Write evidence, and say what was written; so do the next three."""
    wanted = _versions(archive, policy, number, since)
    with _target(output) as target:
        head = write_bundle(archive, wanted, target, datetime.now(UTC))
    return f"{_count(len(wanted), 'version')} of {policy}, up to the head\n{head}"


def _export_pages(archive: Archive, policy: str | None, since: datetime | None, output: Path | None) -> str:
    with _target(output) as target:
        pages = write_warc(archive, target, policy, since=since, software=f"clausewatch {__version__}")
    return _count(pages, "page")


def _export_table(
    archive: Archive, table: Table, policy: str | None, *, since: datetime | None, output: Path | None
) -> str:
    versions = history(archive, Query(policy=policy, since=since))
    with _target(output) as target:
        return _count(_write_table(versions, table, target), "row")


def _export_feed(archive: Archive, scope: Scope, output: Path | None) -> str:
    written = feed(archive, scope, datetime.now(UTC))
    with _target(output) as target:
        target.write(written.content)
    return _fed(written)


def _require_address(address: str) -> None:
    try:
        web_address(address)
    except ValueError as error:
        raise click.UsageError(f"--self {error}.") from error


def _require_one(*given: bool) -> None:
    if sum(given) != 1:
        raise click.UsageError("Say what to export: one of --evidence POLICY, --warc, --csv TABLE and --atom.")


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


def _write_table(versions: tuple[Version, ...], table: Table, target: IO[bytes]) -> int:
    # With its byte order mark, or a spreadsheet would take it for windows-1252.
    text = TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    count = write_csv(versions, table, text)
    text.detach()
    return count


@contextmanager
def _target(path: Path | None) -> Iterator[IO[bytes]]:
    """Open what to write to; a file takes its place only when all of it is written."""
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
