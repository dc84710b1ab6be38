"""`clausewatch compare`: judges the changes between two files, or between many pairs of files, without an archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.errors import ExitCode, leading
from clausewatch.output.terminal import printable
from differ.explanation import report_languages

if TYPE_CHECKING:
    from clausewatch.inspection.offline_compare import Defaults
    from differ.model import Edit, Finding
    from differ.visits.assessment import Assessment

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MARKS = {"keep": ("", ""), "delete": ("[-", "-]"), "insert": ("{+", "+}")}


@click.command()
@click.argument("before", type=FILE, required=False)
@click.argument("after", type=FILE, required=False)
@click.option(
    "--batch",
    "batch_file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Judge each pair in a JSON Lines file. Write - for standard input.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@click.option("--language", help="The language of both files, like en or id. Default: detected from the text.")
@click.option("--profile", default="default", show_default=True, help="The profile that decides what is material.")
@click.option(
    "--report-language",
    type=click.Choice(report_languages()),
    default="en",
    show_default=True,
    help="The language of the reasons.",
)
@click.option(
    "--explain", is_flag=True, help="Print how each changed clause was read, and why it is material or quiet."
)
@click.option("--exit-code", is_flag=True, help="End with 10 if a material change was found.")
@pass_context
@click.pass_context
def compare(
    ctx: click.Context,
    context: CommandContext,
    before: Path | None,
    after: Path | None,
    batch_file: Path | None,
    form: str,
    language: str | None,
    profile: str,
    report_language: str,
    explain: bool,
    exit_code: bool,
) -> None:
    """Show what changed between two files, and whether it concerns sharing or rights.

    BEFORE and AFTER are HTML, Markdown (.md) or plain text (.txt). No archive is needed. A configuration is needed only
    if you use your own profile.

    \b
    clausewatch compare old.html new.html
    clausewatch compare --batch pairs.jsonl > judged.jsonl

    A batch has one JSON object on each line. Its keys are id, before and after (paths relative to the batch), and
    optionally language, profile, status, final_url and content_type. The output has one line for each object, in the
    same order.
    """
    from clausewatch.inspection.offline_compare import Defaults

    defaults = Defaults(language, profile, report_language, own_profiles=context.own_profiles)
    if explain and (batch_file is not None or form == "json"):
        raise click.UsageError("--explain is for two files, as text")
    if batch_file is not None:
        if before is not None:
            raise click.UsageError("give two files or --batch, not both")
        codes = set(_print_batch(batch_file, defaults))
    elif before is None or after is None:
        raise click.UsageError("name two files, BEFORE and AFTER, or a --batch")
    else:
        codes = {_print_pair(before, after, defaults, form)}
        if explain:
            _print_explanations(before, after, defaults)
    if not exit_code:
        codes.discard(ExitCode.MATERIAL)
    ctx.exit(leading(codes))


def _print_batch(batch_file: Path, defaults: Defaults) -> Iterator[ExitCode]:
    from clausewatch.inspection.offline_compare import judge_batch
    from clausewatch.output.json_rows import as_json_line, comparison_row, unreadable_row

    with click.open_file(batch_file, "rb") as lines:
        rows = list(lines)
    folder = Path() if str(batch_file) == "-" else batch_file.parent
    for judged in judge_batch(rows, folder, defaults):
        if judged.assessment is None:
            click.echo(as_json_line(unreadable_row(judged.id, judged.error)))
            yield ExitCode.TROUBLE
            continue
        click.echo(as_json_line(comparison_row(judged.id, judged.assessment, defaults.report_language)))
        if _is_material(judged.assessment):
            yield ExitCode.MATERIAL


def _print_pair(before: Path, after: Path, defaults: Defaults, form: str) -> ExitCode:
    """Judge one pair of files and print the judgement.

    If a file is not a policy, nothing is judged, and the exit code is TROUBLE.
    """
    from clausewatch.inspection.offline_compare import FilePair, judge_pair
    from clausewatch.output.json_rows import as_json, comparison_report

    assessment = judge_pair(FilePair(id=str(after), before=str(before), after=str(after)), Path(), defaults)
    if form == "json":
        click.echo(as_json(comparison_report(str(after), assessment, defaults.report_language)))
    else:
        click.echo("\n".join(printable(line) for line in _lines(assessment, defaults.report_language)))
    if assessment.outcome == "not comparable":
        return ExitCode.TROUBLE
    return ExitCode.MATERIAL if _is_material(assessment) else ExitCode.FINE


def _print_explanations(before: Path, after: Path, defaults: Defaults) -> None:
    from clausewatch.inspection.offline_compare import FilePair, explain_pair
    from clausewatch.output.explanation_text import explanation_lines

    pair = FilePair(id=str(after), before=str(before), after=str(after))
    for explanation in explain_pair(pair, Path(), defaults):
        click.echo("\n".join(printable(line) for line in explanation_lines(explanation, defaults.report_language)))


def _is_material(assessment: Assessment) -> bool:
    return assessment.comparison is not None and assessment.comparison.material


def _lines(assessment: Assessment, report_language: str) -> Iterator[str]:
    from clausewatch.output.change_text import drift_notes, timing_notes
    from differ.rewrite import rewrite, summary_lines

    comparison = assessment.comparison
    if assessment.outcome == "not comparable":
        yield f"Not comparable ({assessment.reason}): {assessment.detail}"
        return
    if comparison is None or not comparison.changed:
        yield "No word differs."
        return
    if comparison.material:
        yield f"Material: {' and '.join(comparison.topics) or 'yes'}, severity {comparison.severity}."
    else:
        yield "Changed, but nothing material to sharing or rights."
    for note in (*timing_notes(comparison.timing), *drift_notes(comparison.drift, comparison.findings)):
        yield f"{note[0].upper()}{note[1:]}{'' if note.endswith('.') else '.'}"
    if comparison.judged_by == "structure":
        yield "There are no word lists for this language: judged by structure alone."
    if comparison.coarse:
        yield "The texts differ so much that a part was compared by a coarser method."
    yield from summary_lines(rewrite(comparison.findings), report_language)
    for finding in comparison.findings:
        yield from _finding_lines(finding, report_language)
    if comparison.suppressed:
        yield ""
        yield f"Without a change of meaning: {len(comparison.suppressed)}"
        for piece in comparison.suppressed:
            yield f"  {piece.reason}: {piece.section or 'before the first heading'}"


def _finding_lines(finding: Finding, report_language: str) -> Iterator[str]:
    weight = f"{finding.severity}, material" if finding.material else f"{finding.severity}, not material"
    yield ""
    yield f"{finding.topic} ({weight}) in {finding.section or 'the text before the first heading'}"
    yield f"  {finding.reason_in(report_language)}"
    yield f"  Rule {finding.rule}: {finding.source}"
    if finding.edits:
        yield f"  {_marked(finding.edits)}"
    else:
        yield from (f"  {sign} {text}" for sign, text in (("-", finding.before), ("+", finding.after)) if text)


def _marked(edits: tuple[Edit, ...]) -> str:
    return "".join(f"{_MARKS[edit.operation][0]}{edit.text}{_MARKS[edit.operation][1]}" for edit in edits)
