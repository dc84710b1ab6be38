"""`clausewatch verify`: checks that the archive is unchanged since it was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.evidence.flaws import Flaw
from archive.evidence.verification import Tally
from archive.evidence.verification import verify as find_flaws
from archive.storage.read_only import read_only_archive
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.errors import ExitCode
from clausewatch.inspection.saved_heads import last_head, saved_heads
from clausewatch.operation.head_list import read_head_list
from clausewatch.operation.time_stamps import StampTally, read_certificates, verify_stamps
from clausewatch.output.json_rows import as_json, verification_row
from clausewatch.output.terminal import printable, wrapped
from clausewatch.output.times import moment

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

ROWS = {
    "naming": ("name of a policy", "names of policies"),
    "fetch": ("fetch", "fetches"),
    "removal": ("removal of a page", "removals of pages"),
    "left_out": ("record of text that was left out", "records of text that was left out"),
    "net": ("net change", "net changes"),
    "quiet_review": ("review of a quiet edit", "reviews of quiet edits"),
}
"""The singular and the plural for those kinds of evidence whose plural is not formed with an "s"."""
UNSEARCHED = (
    "saved head older than --since, which was not looked for",
    "saved heads older than --since, which were not looked for",
)
"""The note, in the singular and the plural, that a check with `--since` does not look for older saved heads."""


@click.command()
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="HEAD|FILE",
    help="A head that was kept elsewhere, or a file that contains heads, such as a saved message. May be given "
    "repeatedly.",
)
@click.option(
    "--heads",
    "lists",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file that `heads_file` in the configuration names. Check that no line of it was removed or altered, and "
    "that the chain leads to every head in the file. May be given repeatedly.",
)
@click.option(
    "--heads-key",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The public SSH key with which every line of --heads must be signed.",
)
@click.option(
    "--skip-extraction", is_flag=True, help="Do not extract texts again from their pages. This is the slowest part."
)
@click.option(
    "--since",
    metavar="HEAD",
    help="Check only what was recorded after this head, which an earlier call of verify printed. For all older records "
    "you rely on that call, so keep the head yourself. Call verify without --since from time to time.",
)
@click.option(
    "--ca",
    "certificates",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the root certificates of the time-stamping authority (PEM). Default: `timestamp_ca` of the "
    "configuration.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
@pass_context
def verify(
    context: CommandContext,
    ctx: click.Context,
    heads: tuple[str, ...],
    lists: tuple[Path, ...],
    heads_key: Path | None,
    skip_extraction: bool,
    since: str | None,
    certificates: Path | None,
    form: str,
) -> None:
    """Check that nothing in the archive was altered, and list every problem.

    The command checks the pages, indexes and schema of the database, every entry of the chain, every sealed row, every
    stored page and text, and the sections in the search index. It always finds a changed, missing, inserted or
    reordered row. If somebody removed the newest entries or rewrote the whole archive, it finds this only with a head
    that was kept elsewhere (--head). The archive is opened read-only. The exit code is 1 if there are problems, and 3
    if there is no archive.

    \b
    clausewatch verify
    clausewatch verify --head 1234:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    clausewatch verify --head alert-of-march.eml
    """
    begin = None if since is None else last_head(since)
    saved = [saved_head for given in heads for saved_head in saved_heads(given)]
    listed_heads = [read_head_list(path, heads_key) for path in lists]
    saved += [saved_head for listed in listed_heads for saved_head in listed.heads]
    roots = _roots(context, certificates)
    tally, stamps = Tally(), StampTally()
    configuration = context.configuration()
    with read_only_archive(configuration.database, configuration.busy_timeout) as archive:
        flaws = chain(
            *(listed.flaws for listed in listed_heads),
            find_flaws(archive, tally, saved, extract=not skip_extraction, since=begin),
            verify_stamps(archive, roots, stamps),
        )
        if form == "json":
            listed = list(flaws)
            row = verification_row(tally, listed, saved, verified=stamps.verified, unverified=stamps.unverified)
            click.echo(as_json(row))
            count = len(listed)
        else:
            count = _print(flaws)
            click.echo("\n".join(_summary(tally, stamps, extracted=not skip_extraction)))
            unverified = sum(listed.unverified for listed in listed_heads)
            if unverified:
                click.echo(
                    f"Worth asking about: signed heads not verified: {unverified}. "
                    "Name the public key with --heads-key."
                )
            earlier = sum(tally.covers(saved_head) for saved_head in saved)
            if earlier:
                click.echo(f"Worth asking about: {_number(earlier, *UNSEARCHED)}.")
            click.echo(_verdict(count, len(saved) - earlier, tally.since))
    ctx.exit(ExitCode.TROUBLE if count else ExitCode.FINE)


def _roots(context: CommandContext, certificates: Path | None) -> Sequence[Certificate]:
    stamping = context.configuration().stamping
    if certificates is None and stamping is not None:
        certificates = stamping.certificates
    return () if certificates is None else read_certificates(certificates)


def _print(flaws: Iterable[Flaw]) -> int:
    """Print flaws as they are found, and return their number."""
    count = 0
    for flaw in flaws:
        click.echo(printable(f"{flaw.what}: {flaw.where}: {flaw.problem}"))
        count += 1
    return count


def _summary(tally: Tally, stamps: StampTally, *, extracted: bool) -> Iterator[str]:
    contents = tally.contents
    rows = ", ".join(_number(count, *ROWS.get(kind, (kind,))) for kind, count in tally.rows.items()) or "0"
    yield from wrapped(f"Checked: {_number(tally.entries, 'entry', 'entries')} of the chain; sealed rows: {rows}.")
    yield from wrapped(f"Contents: {contents.blobs} stored pages and documents; texts of {contents.texts} versions.")
    if extracted:
        yield from wrapped(
            f"Extracted again from their pages: {contents.extracted_again} texts. Not extracted again: "
            f"{contents.other_extraction} that a different extraction made, "
            f"{contents.without_page} whose page is not kept."
        )
    if stamps.verified:
        yield f"Timestamps that an authority signed: {stamps.verified}."
    for title, notes in (("Worth asking about", _to_ask(tally, stamps)), ("As it should be", _as_it_should_be(tally))):
        for note in notes:
            yield from wrapped(f"{title}: {note}")
    if tally.head is not None:
        yield f"Head: {tally.head}"
        yield f"      sealed {moment(tally.head.at)}. Keep this head elsewhere: it proves everything up to here."


def _to_ask(tally: Tally, stamps: StampTally) -> Iterator[str]:
    """Yield notes about facts that are not flaws, but that an auditor should ask about."""
    if tally.since:
        yield (
            f"nothing up to entry {tally.since:,} was checked again: "
            "for these entries, the head given with --since is the only proof."
        )
    if tally.set_back:
        numbers = ", ".join(map(str, tally.set_back))
        yield f"entries older than the previous entry: {numbers}. The clock was set back, or they were backdated."
    if stamps.unverified:
        yield f"timestamps not verified: {stamps.unverified}. Name the authority's root certificates with --ca."


def _as_it_should_be(tally: Tally) -> Iterator[str]:
    """Yield notes about facts that are in order."""
    if tally.removed_bodies:
        yield f"pages removed under a rule, each with an entry that says so: {tally.removed_bodies}."
    if tally.contents.not_indexed:
        yield f"policies whose versions are not indexed for the search yet: {tally.contents.not_indexed}."


def _verdict(flaws: int, saved: int, since: int) -> str:
    if flaws:
        return f"{_number(flaws, 'flaw', 'flaws')} found: the archive is not as it was recorded. Keep a copy of it."
    if not saved and since:
        return (
            f"Nothing after entry {since:,} was altered, as far as the archive itself can show. "
            "A later saved head (--head) would show more."
        )
    if not saved:
        return "Nothing was altered, as far as the archive itself can show. A saved head (--head) would show more."
    heads = "the saved head" if saved == 1 else f"all {saved} saved heads"
    return f"Nothing was altered, and the chain leads to {heads}."


def _number(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
