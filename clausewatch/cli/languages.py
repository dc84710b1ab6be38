"""`clausewatch languages`: shows which files and keys each language has, and which are missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from clausewatch.errors import ExitCode
from clausewatch.output.terminal import wrapped
from languages import FILES, folders, language_name

if TYPE_CHECKING:
    from clausewatch.inspection.language_survey import LanguageReport

SHOWN = 6
"""Maximum number of missing keys that are listed for one file."""


@click.command("languages")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@click.pass_context
def show_languages(ctx: click.Context, form: str) -> None:
    """Show which files and keys each language has, which are missing, and which files cannot be used.

    A language is a folder of TOML files. The environment variable CLAUSEWATCH_LANGUAGES names a folder with languages
    of your own. The exit code is 1 if a file cannot be used.
    """
    from clausewatch.inspection.language_survey import survey
    from clausewatch.output.json_rows import as_json, language_row

    reports = survey()
    if form == "json":
        click.echo(as_json([language_row(report) for report in reports]))
    else:
        click.echo("\n\n".join("\n".join(_lines(report)) for report in reports))
        click.echo(f"\nThe files are in {' and '.join(folders())}.")
    ctx.exit(ExitCode.TROUBLE if any(report.problems for report in reports) else ExitCode.FINE)


def _lines(report: LanguageReport) -> Iterator[str]:
    name, english = report.naming.name, language_name(report.code)
    yield f"{report.code}  {name}" if name == english else f"{report.code}  {name} ({english})"
    for problem in report.problems:
        yield from _labelled("cannot be used", problem)
    if report.problems:
        return
    yield from _labelled("judged by", _judged(report))
    if missing := [f"{file} ({FILES[file]})" for file in report.missing]:
        yield from _labelled("lacks", "; ".join(missing))
    for file, keys in report.lacks.items():
        more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
        yield from _labelled(f"lacks in {file}", f"{', '.join(keys[:SHOWN])}{more}")


def _judged(report: LanguageReport) -> str:
    if "lexicon" not in report.files:
        return "its structure alone, since it has no lexicon"
    return "a short lexicon, so that more changes are missed than in English" if report.short else "a full lexicon"


def _labelled(label: str, text: str) -> list[str]:
    return wrapped(f"  {label}: {text}", hanging="    ")
