"""`clausewatch blame`: shows since when each sentence has been in a policy, and when other sentences were dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from archive.questions.blame import Blame
from archive.questions.blame import blame as ask
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.formats import FORMATS
from clausewatch.cli.questions import known_days, named_version, print_page
from clausewatch.output.change_text import blame_caution
from clausewatch.output.day_text import day_sentence
from clausewatch.output.html import page
from clausewatch.output.json_rows import as_json, blame_row, with_days
from clausewatch.output.terminal import wrapped
from clausewatch.output.times import day, moment


@click.command()
@click.argument("policy", shell_complete=policy_names)
@click.argument("of", required=False, metavar="[VERSION]")
@click.option("--dropped", is_flag=True, help="Show the dropped sentences instead of the text.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
def blame(context: CommandContext, policy: str, of: str | None, dropped: bool, form: str) -> None:
    """Show which version of POLICY added each sentence.

    VERSION is a number or a date. A date means the version that was current at the end of that day (UTC). Without
    VERSION, the latest version is shown. A sentence counts as the same if its words are the same, even if it moved. If
    a word was edited, the old sentence counts as dropped, and the edited sentence as new.

    \b
    clausewatch blame Kenalan
    clausewatch blame Kenalan --dropped
    clausewatch blame Kenalan 2026-03-31 --format html > kenalan.html
    """
    with context.archive() as archive:
        attribution = ask(archive, policy, None if of is None else named_version(archive, policy, of).number)
        days = known_days(archive, policy, of)
    known = tuple(map(day_sentence, days))
    if form == "html":
        print_page(
            page("blame.html", blame=attribution, dropped=dropped, caution=blame_caution(attribution), known=known)
        )
    elif form == "json":
        click.echo(as_json(with_days(blame_row(attribution), days)))
    else:
        click.echo(
            "\n".join(
                [
                    *_head(attribution),
                    *_known(known),
                    *(_dropped_lines(attribution) if dropped else _lines(attribution)),
                ]
            )
        )


def _head(attribution: Blame) -> Iterator[str]:
    yield from wrapped(
        f"{attribution.version.policy}, version {attribution.version.number} of {moment(attribution.version.seen_at)}"
    )
    if attribution.read_anew:
        yield from wrapped(f"Caution: {blame_caution(attribution)}", indent="  ", hanging="           ")


def _known(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from wrapped(sentence, indent="  ")


def _lines(attribution: Blame) -> Iterator[str]:
    for sentence in attribution.sentences:
        text = f"{sentence.marker} {sentence.text}".strip()
        since = f"v{sentence.since}".ljust(len(f"v{attribution.version.number}"))
        if sentence.kind == "heading":
            yield ""
        first, *rest = wrapped(text, f"  {since}  {day(sentence.since_at)}  ", " " * (len(since) + 16))
        yield click.style(first, bold=True) if sentence.kind == "heading" else first
        yield from rest


def _dropped_lines(attribution: Blame) -> Iterator[str]:
    if not attribution.dropped:
        yield ""
        yield "Nothing has been dropped so far."
    for last, sentences in groupby(attribution.dropped, key=lambda sentence: sentence.last):
        together = list(sentences)
        yield ""
        yield click.style(f"Dropped by version {last + 1} of {moment(together[0].gone_at)}", bold=True)
        for sentence in together:
            yield from wrapped(sentence.text, "  - ", "    ")
            section = " > ".join(sentence.path) or "before the first heading"
            yield from wrapped(
                f"in {section}; present since version {sentence.first} of {day(sentence.appeared_at)}", "      "
            )
