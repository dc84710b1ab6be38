"""`clausewatch search`: finds sections with given words in all versions of all policies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from archive.search.index import index_missing, reindex
from archive.search.query import LIMIT, Search, SearchResult, SectionMatch
from archive.search.query import search as ask
from archive.search.stems import SearchTermsError
from archive.storage.database import Archive
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.formats import FORMATS
from clausewatch.cli.questions import FROM, UNTIL, print_page
from clausewatch.output.html import page
from clausewatch.output.json_rows import as_json, search_row
from clausewatch.output.terminal import printable, wrapped
from clausewatch.output.times import day

MARK = ("*", "*")


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--policy", help="Only in this policy.", shell_complete=policy_names)
@click.option("--tag", help="Only in policies that have this tag.")
@click.option("--since", type=FROM, help="Texts that were present on this day or later (UTC).")
@click.option("--until", type=UNTIL, help="Texts that were present on this day or before (UTC).")
@click.option("--current", is_flag=True, help="Only texts of the latest versions.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=LIMIT, show_default=True, help="Maximum number of sections."
)
@click.option("--reindex", is_flag=True, help="Rebuild the index first, for example after damage.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
def search(
    context: CommandContext,
    words: tuple[str, ...],
    policy: str | None,
    tag: str | None,
    since: datetime | None,
    until: datetime | None,
    current: bool,
    limit: int,
    reindex: bool,
    form: str,
) -> None:
    """Find WORDS in all versions of all policies, and show when each text appeared and disappeared.

    A section matches if it contains all the words. Other forms of a word count too: "sharing" finds "shared", and
    "menghapus" finds "penghapusan". Words that are quoted together must be adjacent. The texts that were recorded last
    come first.

    \b
    clausewatch search advertising partners
    clausewatch search "third parties" sell --policy Kenalan
    clausewatch search membagikan data --tag indonesia --current
    """
    asked = Search(_joined(words), policy, tag, since=since, until=until, current=current, limit=limit)
    with context.archive() as archive:
        _bring_up_to_date(archive, rebuild=reindex)
        try:
            answer = ask(archive, asked, context.configuration().search_timeout)
        except SearchTermsError as error:
            raise click.UsageError(str(error)) from error
    note = _note(answer, limit)
    if form == "html":
        print_page(page("search.html", words=asked.words, answer=answer, note=note, stood=stood))
    elif form == "json":
        click.echo(as_json(search_row(asked.words, answer)))
    else:
        click.echo("\n".join([*_lines(answer), *(["", note] if note else [])]))


def _joined(words: tuple[str, ...]) -> str:
    """Return the arguments as one query. An argument with several words becomes a phrase in quotes."""
    return " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)


def _bring_up_to_date(archive: Archive, *, rebuild: bool) -> None:
    """Index the versions that are not in the search index yet, and print how many policies were indexed. Such versions
    were recorded by an older version of Clausewatch.
    """
    number = reindex(archive) if rebuild else index_missing(archive)
    if number:
        policies = "1 policy" if number == 1 else f"{number} policies"
        click.echo(f"Indexed the versions of {policies}.", err=True)


def _note(answer: SearchResult, limit: int) -> str:
    if not answer.more:
        return ""
    return f"There are more than {limit}: --limit shows more; more words, --policy, --tag or --current give fewer."


def stood(match: SectionMatch) -> str:
    """Return a phrase with the versions that had a text, and with the first and last time at which the policy had this
    text.
    """
    versions = f"version {match.first}" if match.first == match.last else f"versions {match.first} to {match.last}"
    if match.gone_at is None:
        return f"{versions}, since {day(match.appeared_at)}"
    return f"{versions}, {day(match.appeared_at)} until {day(match.gone_at)}"


def _lines(answer: SearchResult) -> Iterator[str]:
    if not answer.matches:
        yield "No recorded text has all these words."
    for position, match in enumerate(answer.matches):
        if position:
            yield ""
        head = f"{printable(match.policy)}: {printable(match.section or 'before the first heading')}"
        yield from (click.style(line, bold=True) for line in wrapped(head, hanging="  "))
        yield f"  {stood(match)}"
        yield from wrapped("".join(_marked(match)), "    ")


def _marked(match: SectionMatch) -> Iterator[str]:
    for piece in match.snippet:
        opening, closing = MARK if piece.matches else ("", "")
        yield f"{opening}{piece.text}{closing}"
