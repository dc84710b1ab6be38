"""`clausewatch show`: shows the current text of a policy, or its text at a date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

import click

from archive.model import Version
from archive.questions.history import NetChange, as_of, document, latest_version, net_changes
from archive.questions.history import version as numbered
from archive.questions.known_days import DayKnowledge, known_at
from archive.storage.database import Archive
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.formats import FORMATS
from clausewatch.cli.questions import UNTIL, NoAnswerError, print_page
from clausewatch.output.change_text import net_sentence
from clausewatch.output.day_text import day_sentence
from clausewatch.output.html import page
from clausewatch.output.inventories import inventories
from clausewatch.output.inventory_text import inventory_lines
from clausewatch.output.json_rows import as_json, inventory_page_row, show_row, with_days
from clausewatch.output.terminal import printable, wrapped
from clausewatch.output.times import moment
from differ.judgement.inventory import Inventory
from differ.judgement.topics import on_topic
from differ.model import TOPICS
from document.model import Document, Section


@click.command()
@click.argument("policy", shell_complete=policy_names)
@click.option("--at", type=UNTIL, help="The version that was current at this time, or at the end of this day (UTC).")
@click.option("--version", "number", type=click.IntRange(min=1), help="The version with this number.")
@click.option("--section", help="Only the sections whose headings contain this text.")
@click.option("--topic", type=click.Choice(TOPICS), help="Only the paragraphs and list items about this topic.")
@click.option("--inventory", "listed", is_flag=True, help="Show the rights and recipients instead of the text.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
def show(
    context: CommandContext,
    policy: str,
    at: datetime | None,
    number: int | None,
    section: str | None,
    topic: str | None,
    listed: bool,
    form: str,
) -> None:
    """Show the text of POLICY: the latest version, or the version that was current at a date.

    A version is current from the time when it was first seen until the next version was first seen. The exact time of a
    change between two checks is unknown. So --at also shows when this text was last seen, and when a different text was
    first seen. It also shows how many visits in between did not find the policy.

    If a message compared this version with an older version than the previous one, the output lists the net change
    between these two versions.

    --inventory shows the recipients of data and the rights that the version names. For each right, it shows the
    deadline, the cost and the way to exercise the right. For a policy in several languages, it also shows the rights
    and recipients that only one language names.

    \b
    clausewatch show Kenalan
    clausewatch show Kenalan --at 2026-03-31 --section rights
    clausewatch show Kenalan --at yesterday
    clausewatch show Kenalan --topic sharing
    clausewatch show Kenalan --inventory
    """
    if at is not None and number is not None:
        raise click.UsageError("give --at or --version, not both")
    if listed and (section is not None or topic is not None):
        raise click.UsageError("give --inventory without --section and --topic: an inventory covers the whole text")
    with context.archive() as archive:
        version = _version(archive, policy, at, number)
        days = () if at is None else (known_at(archive, policy, at),)
        if listed:
            _print_inventory(version, inventories(archive, [version], 1)[version.policy, version.number], days, form)
            return
        nets = net_changes(archive, [version]).get((version.policy, version.number), ())
        text = document(archive, version)
    if topic is not None:
        text = replace(text, sections=_speaking(text, topic))
    sections = text.sections if section is None else _matching(text, section)
    if form == "json":
        click.echo(as_json(with_days(show_row(version, nets, text, sections), days)))
    elif form == "html":
        known = [*map(day_sentence, days), *(f"Net change {net_sentence(version.policy, net)}" for net in nets)]
        print_page(page("show.html", version=version, sections=sections, lines=None, known=known))
    else:
        click.echo("\n".join(_lines(version, nets, sections, days)))


def _print_inventory(version: Version, named: Inventory, days: Sequence[DayKnowledge], form: str) -> None:
    if form == "json":
        click.echo(as_json(with_days(inventory_page_row(version, named), days)))
    elif form == "html":
        print_page(
            page(
                "show.html",
                version=version,
                sections=(),
                lines="\n".join(inventory_lines(named)),
                known=map(day_sentence, days),
            )
        )
    else:
        click.echo("\n".join([*_head(version, days), "", *inventory_lines(named)]).rstrip())


def _version(archive: Archive, policy: str, at: datetime | None, number: int | None) -> Version:
    if at is not None:
        return as_of(archive, policy, at)
    return latest_version(archive, policy) if number is None else numbered(archive, policy, number)


def _speaking(text: Document, topic: str) -> tuple[Section, ...]:
    sections = on_topic(text, topic)
    if sections:
        return sections
    spoken = ", ".join(other for other in TOPICS if on_topic(text, other))
    raise NoAnswerError(f"this version has nothing on {topic}; it has text on: {spoken}")


def _matching(text: Document, words: str) -> tuple[Section, ...]:
    wanted = words.casefold()
    sections = tuple(section for section in text.sections if wanted in " > ".join(section.path).casefold())
    if sections:
        return sections
    titles = [section.title for section in text.sections if section.heading]
    near = get_close_matches(wanted, {title.casefold(): title for title in titles}, n=1, cutoff=0.5)
    meant = next((f"did you mean {title!r}? This" for title in titles if title.casefold() in near), "this")
    headings = "\n".join(f"  {printable(title)}" for title in titles)
    raise NoAnswerError(f"no section's heading contains {words!r}; {meant} version has:\n{headings}")


def _head(version: Version, days: Sequence[DayKnowledge], nets: Sequence[NetChange] = ()) -> Iterator[str]:
    yield from wrapped(f"{version.policy}, version {version.number}")
    yield f"  First seen  {moment(version.seen_at)}"
    yield f"  Last seen   {moment(version.last_seen_at)}"
    for date in version.stated:
        yield from wrapped(f"{date.kind} {date.day.isoformat()} (“{date.text}”)", "  States      ", " " * 14)
    pages = (
        (version.final_url, version.body_sha256),
        *((page.final_url, page.body_sha256) for page in version.further),
    )
    for address, body in pages:
        if address:  # an imported copy has no address
            yield f"  Address     {printable(address)}"
        yield f"  Page        SHA-256 {body}"
    yield f"  Text        SHA-256 {version.document_sha256}"
    for known in days:
        yield from wrapped(day_sentence(known), "  Known       ", " " * 14)
    for net in nets:
        yield from wrapped(net_sentence(version.policy, net), "  Net change  ", " " * 14)


def _lines(
    version: Version, nets: Sequence[NetChange], sections: tuple[Section, ...], days: Sequence[DayKnowledge]
) -> Iterator[str]:
    yield from _head(version, days, nets)
    for section in sections:
        yield ""
        yield from _section_lines(section)


def _section_lines(section: Section) -> Iterator[str]:
    if section.heading:
        yield from (click.style(line, bold=True) for line in wrapped(section.title))
    for block in section.blocks:
        indent = "  " * (block.depth + 1)
        marker = f"{block.marker} " if block.marker else ""
        yield from wrapped(marker + block.text, indent, indent + " " * len(marker))
