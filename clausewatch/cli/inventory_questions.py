"""`clausewatch recipients` and `clausewatch rights`: questions about all policies."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from archive.questions.inventories import Scope, listed_recipients, listed_rights, policies_without
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.questions import UNTIL, print_page
from clausewatch.exports.csv_export import cell
from clausewatch.output.answer_table import AnswerTable, lacking_table, recipients_table, rights_table, table_lines
from clausewatch.output.html import page
from clausewatch.output.inventory_text import CLASSES, RIGHTS
from clausewatch.output.json_rows import as_json, lacking_row, recipients_row, rights_row
from clausewatch.output.times import day
from differ.language.countries import countries

FORMATS = click.Choice(["text", "json", "csv", "html"])


def _scoped(command: Callable[..., None]) -> Callable[..., None]:
    """Add the parameters that both commands have."""
    for option in reversed(
        [
            click.argument("policy", required=False, shell_complete=policy_names),
            click.option("--tag", help="Only policies with this tag."),
            click.option("--at", type=UNTIL, help="Show what the policies said on this day. Default: now."),
            click.option(
                "--limit", type=click.IntRange(min=1), default=10_000, show_default=True, help="Maximum number of rows."
            ),
            click.option("--format", "form", type=FORMATS, default="text", show_default=True),
        ]
    ):
        command = option(command)
    return command


class Country(click.ParamType[str]):
    """A country, region or state, by its code or its English name."""

    name = "country"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        named = countries(text)
        if len(text) <= 3 and text.isalpha():
            return text.upper()
        if len(named) != 1:
            self.fail(f"{text!r} is not a country: write its English name, or a code such as ID", param, ctx)
        return next(iter(named))


class Worded(click.Choice[str]):
    """A choice by its code, or by the everyday words that the answers show."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__(list(words))
        self._codes = {text: code for code, text in words.items()}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(self._codes.get(str(value).strip().lower(), value), param, ctx)


@click.command()
@click.option(
    "--class", "kind", type=Worded(CLASSES), help="Only recipients of this class, by its code or the words for it."
)
@click.option(
    "--country", type=Country(), help="Only recipients named together with this country, such as US or Indonesia."
)
@_scoped
@pass_context
def recipients(context: CommandContext, /, kind: str | None, country: str | None, form: str, **scope: Any) -> None:
    """Show who receives data according to POLICY, or according to all policies.

    For each recipient, show which policy names it, since when, and in which sentence.

    \b
    clausewatch recipients --class advertising
    clausewatch recipients --country US --at 2026-01-01
    clausewatch recipients Kenalan
    """
    with context.archive() as archive:
        listing = listed_recipients(archive, Scope(**scope), kind=kind, country=country)
    what = f"Recipients: {CLASSES[kind]}" if kind else "Recipients of data"
    title = f"{what}{f' in {country}' if country else ''}{_when(scope)}"
    table = recipients_table(listing, title)
    _print(table, form, lambda: as_json(recipients_row(listing)))


@click.command()
@click.option("--right", type=Worded(RIGHTS), help="Only this right, by its code or the words for it.")
@click.option("--missing", type=Worded(RIGHTS), help="List the policies that do not name this right.")
@_scoped
@pass_context
def rights(context: CommandContext, /, right: str | None, missing: str | None, form: str, **scope: Any) -> None:
    """Show which rights POLICY names, or which rights all policies name.

    For each right, show which policy names it, since when, and in which sentence.

    \b
    clausewatch rights --right erase --tag vendor
    clausewatch rights --missing portability
    """
    if right and missing:
        raise click.UsageError("Give --right or --missing, not both.")
    if missing:
        with context.archive() as archive:
            lacking = policies_without(archive, Scope(**scope), missing)
        table = lacking_table(lacking, f"Policies without a right: {RIGHTS[missing]}{_when(scope)}")
        _print(table, form, lambda: as_json(lacking_row(lacking, missing)))
        return
    with context.archive() as archive:
        listing = listed_rights(archive, Scope(**scope), right=right)
    table = rights_table(listing, f"{f'Right: {RIGHTS[right]}' if right else 'Rights'}{_when(scope)}")
    _print(table, form, lambda: as_json(rights_row(listing)))


def _when(scope: Mapping[str, Any]) -> str:
    at: datetime | None = scope["at"]
    return f", on {day(at or datetime.now(UTC))}"


def _print(table: AnswerTable, form: str, rows: Callable[[], str]) -> None:
    if form == "json":
        click.echo(rows())
    elif form == "html":
        print_page(page("answer.html", table=table))
    elif form == "csv":
        target = io.StringIO(newline="")
        csv.writer(target).writerows([[*map(cell, row)] for row in (table.headings, *table.rows)])
        click.echo(target.getvalue().encode(), nl=False)
    else:
        click.echo("\n".join(table_lines(table)))
