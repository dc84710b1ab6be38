"""`clausewatch archive`: shows the archive's disk space, removes old pages, and makes and restores backups."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.config.quantities import duration_text
from clausewatch.operation.lock import only_run
from clausewatch.output.json_rows import as_json, stats_row
from clausewatch.output.terminal import printable
from clausewatch.output.times import moment

if TYPE_CHECKING:
    from archive.upkeep.retention_rule import Retention
    from archive.upkeep.stats import ArchiveStats, ContentTotals


ONE = {"policies": "policy", "fetches": "fetch", "versions": "version", "changes": "change"}
"""The name of one row of each table that `archive stats` counts."""


@click.group()
def archive() -> None:
    """Show how much disk space the archive uses, remove old pages, make backups, and restore them."""


@archive.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def stats(context: CommandContext, form: str) -> None:
    """Show what the archive contains, and how much disk space it uses."""
    from archive.upkeep.retention import count_removable
    from archive.upkeep.stats import archive_stats

    rule = context.configuration().retention
    with context.archive() as opened:
        totals = archive_stats(opened)
        removable = None if rule is None else count_removable(opened, rule, datetime.now(UTC))
    if form == "json":
        click.echo(as_json(stats_row(totals, removable)))
        return
    click.echo("\n".join([*_holding_lines(totals), _rule(rule, removable)]))


def _holding_lines(totals: ArchiveStats) -> list[str]:
    names = ", ".join(f"{count:,} {ONE[name] if count == 1 else name}" for name, count in totals.rows.items())
    versions = totals.rows["versions"]
    per_version = f", {_size(totals.database // versions)} for each version" if versions else ""
    free = f", {_size(totals.free)} of it free" if totals.free else ""
    return [
        f"It holds {names}.",
        f"  raw pages      {_contents(totals.bodies)}",
        f"  texts          {_contents(totals.texts)}",
        f"  unreferenced   {_contents(totals.unreferenced)}",
        f"{totals.differences:,} of these {'is' if totals.differences == 1 else 'are'} stored as the difference from "
        "another page.",
        f"The database uses {_size(totals.database)}{per_version}{free}.",
    ]


def _contents(contents: ContentTotals) -> str:
    if not contents.count:
        return "none"
    return f"{contents.count:,}: {_size(contents.plain)} uncompressed,  {_size(contents.stored)} as stored"


def _rule(rule: Retention | None, removable: int | None) -> str:
    if rule is None:
        return "Raw pages are kept for ever; set `keep_bodies` in [evidence] to change that."
    fetches = "those of 1 fetch" if removable == 1 else f"those of {removable:,} fetches"
    return f"Raw pages are kept for {duration_text(rule.keep)}: `clausewatch archive vacuum` would remove {fetches}."


def _size(size: int) -> str:
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} B"


@archive.command()
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and remove nothing.")
@pass_context
def vacuum(context: CommandContext, dry_run: bool) -> None:
    """Remove raw pages that are older than `keep_bodies`, and free disk space.

    All texts and versions are kept. The page of each policy's latest version and all pages of the policies in `hold`
    are kept too. Each removal is recorded as evidence. Otherwise `clausewatch verify` would report the removed page as
    lost.
    """
    configuration = context.configuration()
    with only_run(configuration.database, configuration.busy_timeout):
        from archive.upkeep import vacuum as files
        from archive.upkeep.retention import count_removable, remove_bodies, remove_unreferenced, require_known_holds

        now, rule = datetime.now(UTC), configuration.retention
        with context.archive() as opened:
            if rule is not None:
                require_known_holds(opened, rule)
            if dry_run:
                click.echo(_rule(rule, None if rule is None else count_removable(opened, rule, now)))
                return
            bodies = 0 if rule is None else remove_bodies(opened, rule, now)
            removed = remove_unreferenced(opened)
            files.vacuum(opened, ["blob"])
    pages = "1 raw page" if bodies == 1 else f"{bodies:,} raw pages"
    click.echo(
        f"Removed {pages} and {removed.contents:,} stored contents of {_size(removed.stored_bytes)}, "
        "and returned free space to the disk."
    )
    if rule is None:
        click.echo(_rule(None, None))


@archive.command()
@click.option("--most", type=click.IntRange(min=1), help="Maximum number of versions. Default: all.")
@pass_context
def inventory(context: CommandContext, most: int | None) -> None:
    """Make the lists of rights and recipients for all versions that have no such lists yet.

    The lists of a new version are made when it is recorded. After an update of the rules or word lists, the lists of
    all versions must be made again. Each run does this for `inventory_lot` versions. This command does it for all
    versions.
    """
    from archive.questions.inventories import unlisted_count
    from archive.recording.inventories import list_missing

    with context.archive() as opened:
        report = list_missing(opened, most)
        left = unlisted_count(opened)
    versions = "1 version" if report.versions == 1 else f"{report.versions:,} versions"
    click.echo(f"Listed the rights and recipients of {versions}.")
    for problem in report.damaged:
        click.echo(f"Not listed: {printable(problem)}", err=True)
    if left:
        policies = "1 policy has" if left == 1 else f"{left:,} policies have"
        click.echo(f"{policies} versions that are not listed yet.")


@archive.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_context
def backup(context: CommandContext, file: Path) -> None:
    """Write a consistent copy of the archive to FILE. You can call this command during a run.

    This command works for SQLite only. Back up a PostgreSQL archive with the tools of its server, such as pg_dump.
    """
    from archive.upkeep.backup import back_up

    with context.archive() as opened:
        head = back_up(opened, file)
    click.echo(f"Wrote {file} ({_size(file.stat().st_size)}). Its head: {head}")


@archive.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Move the existing archive aside first.")
@pass_context
def restore(context: CommandContext, file: Path | None, replace: bool) -> None:
    """Replace the archive with a backup, and prevent duplicate alerts.

    Messages that waited when the backup was made may have been sent since then, so they are given up. `clausewatch
    notify send --dead` sends them anyway. The first change of a policy that is found after the restore may also have
    been reported before. So this change is recorded without an alert. Read these changes with `clausewatch history`.

    If you restored the archive yourself, for example with pg_restore, call this command without FILE before the next
    run.
    """
    configuration = context.configuration()
    with only_run(configuration.database, configuration.busy_timeout):
        from archive.storage.database import open_archive
        from archive.upkeep.backup import put_back
        from archive.upkeep.restores import note_restored

        aside = None if file is None else put_back(file, configuration.database, replace=replace)
        now = datetime.now(UTC)
        with open_archive(
            configuration.database, configuration.busy_timeout, group=configuration.database_group
        ) as opened:
            withdrawn = note_restored(opened, now)
    if aside is not None:
        click.echo(f"The previous archive is now {aside}")
    messages = "1 message was" if withdrawn == 1 else f"{withdrawn:,} messages were"
    click.echo(f"Restored. {messages} waiting and will not be sent unless you call `clausewatch notify send --dead`.")
    click.echo(
        "The first change of each policy is recorded without an alert: after the next run, read "
        f"`clausewatch history --since {printable(moment(now)[:10])}`."
    )


@archive.command()
@click.option(
    "--to-config",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A configuration file whose `database` is the PostgreSQL database.",
)
@pass_context
def move(context: CommandContext, to_config: Path) -> None:
    """Move a SQLite archive into an empty PostgreSQL database.

    First copy your configuration file, and change `database` in the copy. Name this copy with --to-config. The command
    copies everything, and verifies the copy by its chain. Then it marks the old archive as moved. From then on, only
    `clausewatch verify` reads the old archive. All other commands refuse it with exit code 3. Use the new configuration
    file in your crontab.

    No run can begin during the move. If the move is interrupted, call the command again. It continues where it stopped.
    """
    from clausewatch.config import load

    old, new = context.configuration(), load(to_config)
    with only_run(old.database, old.busy_timeout), only_run(new.database, new.busy_timeout):
        from archive.upkeep import moving

        moved = moving.move(old.database, new.database, new.busy_timeout)
    continued = " A part of them was copied by an earlier call." if moved.resumed else ""
    click.echo(f"Moved {moved.rows:,} rows to {moved.location}.{continued}")
    click.echo(f"The copy was verified. The head of both archives: {moved.head}")
    click.echo(
        f"Use {printable(str(to_config))} from now on, also in your crontab. The old archive refuses to be written."
    )
