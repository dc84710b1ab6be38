"""`clausewatch review`: records reviews of findings, and lists findings without a review."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

from archive.model import Review, ReviewKind
from archive.recording.reviews import Reviewable, RuleTally, add_review, find_reviewable, rule_tallies, unreviewed
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.questions import NoAnswerError
from clausewatch.output.change_text import DEEDS
from clausewatch.output.json_rows import as_json, reviewable_row, tally_row
from clausewatch.output.redline_text import finding_lines
from clausewatch.output.terminal import columns, printable, wrapped
from clausewatch.output.times import day
from notifier.texts.sanitize import clipped

LIMIT = 50
"""Maximum number of listed findings if --limit is not given."""

HEADINGS = ("FINDING", "POLICY", "VERSION", "SEEN", "SEVERITY", "TOPIC", "SECTION")
RULE_HEADINGS = ("RULE", "FINDINGS", "ACKNOWLEDGED", "FALSE ALARMS", "PRECISION")

LONGEST_NAME, LONGEST_TEXT = 100, 2000
"""Maximum lengths of a reviewer's name and of a comment, in code points."""

FORMATS = click.Choice(("text", "json"))


@click.command()
@click.argument("findings", nargs=-1, metavar="[FINDING]...")
@click.option("--acknowledge", is_flag=True, help="The finding is correct.")
@click.option("--false-alarm", is_flag=True, help="The finding is wrong.")
@click.option("--take-back", is_flag=True, help="Revoke the last verdict: the finding is to be reviewed again.")
@click.option("--comment", metavar="TEXT", default="", help="Add a comment, alone or with a verdict.")
@click.option("--by", metavar="NAME", help="The reviewer.  [default: the login]")
@click.option("--policy", metavar="POLICY", help="List the findings of this policy only.", shell_complete=policy_names)
@click.option(
    "--limit", type=click.IntRange(min=1), default=LIMIT, show_default=True, help="Maximum number of findings listed."
)
@click.option("--rules", is_flag=True, help="For each rule, count the acknowledged findings and the false alarms.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
def review(
    context: CommandContext,
    findings: tuple[str, ...],
    acknowledge: bool,
    false_alarm: bool,
    take_back: bool,
    comment: str,
    by: str | None,
    policy: str | None,
    limit: int,
    rules: bool,
    form: str,
) -> None:
    """Review a FINDING, or list the findings that are to be reviewed.

    FINDING is the number of a finding, which `history` and `diff` show, or the alert ID from a message. Without
    FINDING, the command lists the findings that nobody has reviewed. It lists only findings that are material or were
    sent to somebody. A review is kept for ever as evidence. If a finding has several verdicts, the last verdict counts.
    `clausewatch subscribers forget` can erase the reviewer's name, but it cannot erase a comment. So do not name people
    in a comment.

    A false alarm also stops later alerts. If a later finding has the same policy, rule, words before and words after,
    no alert is sent. The finding is still recorded, and `history` shows the reason. Acknowledge the false alarm to
    receive such alerts again.

    \b
    clausewatch review
    clausewatch review 17
    clausewatch review 17 --acknowledge --by Ratna
    clausewatch review 3f9c2a7be01d4458 --false-alarm --comment "only the numbering changed" --by Ratna
    clausewatch review --rules
    """
    deeds: dict[ReviewKind, bool] = {"acknowledge": acknowledge, "false-alarm": false_alarm, "take-back": take_back}
    if sum(deeds.values()) > 1:
        raise click.UsageError("Give only one of --acknowledge, --false-alarm and --take-back.")
    kind: ReviewKind = next((kind for kind, given in deeds.items() if given), "comment")
    says = kind != "comment" or bool(comment)
    if says and not findings:
        raise click.UsageError("Name the finding: `clausewatch review` lists them.")
    if findings and (rules or policy):
        raise click.UsageError("--rules and --policy are for lists: do not name a finding with them.")
    if says:
        lines = _say(context, findings, kind, text=_checked(comment, LONGEST_TEXT, "--comment"), by=_name(by))
    elif findings:
        lines = _show(context, findings, form)
    elif rules:
        lines = _rules(context, form)
    else:
        lines = _list(context, policy, limit, form)
    click.echo("\n".join(lines))


def _name(by: str | None) -> str:
    if by is not None:
        return _checked(by, LONGEST_NAME, "--by", needed=True)
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise click.UsageError("Name the reviewer with --by NAME.") from error


def _checked(text: str, longest: int, option: str, *, needed: bool = False) -> str:
    """Return a text on one line.

    Raises UsageError if the text is too long or has control characters, or if a needed text is empty.
    """
    line = " ".join(text.split())
    if needed and not line:
        raise click.UsageError(f"{option} is empty.")
    if not line.isprintable():
        raise click.UsageError(f"{option} contains a control character: remove it.")
    if len(line) > longest:
        raise click.UsageError(f"{option} is longer than {longest:,} characters.")
    return line


def _say(context: CommandContext, findings: Sequence[str], kind: ReviewKind, text: str, by: str) -> Iterator[str]:
    now = datetime.now(UTC)
    with context.archive() as archive:
        named = [find_reviewable(archive, finding) for finding in findings]  # find all before recording any
        if kind == "take-back" and (without := [str(it.recorded.id) for it in named if it.recorded.verdict is None]):
            raise click.UsageError(f"There is no verdict to take back on finding {' and '.join(without)}.")
        for reviewable in named:
            add_review(archive, Review(reviewable.recorded.id, kind, text, by=by, at=now))
    for reviewable in named:
        label = f"{reviewable.policy}, version {reviewable.versions}, {reviewable.recorded.finding.topic}"
        yield printable(f"Finding {reviewable.recorded.id} ({label}): {DEEDS[kind]} by {by}.")
    if kind == "false-alarm":
        yield "The same words in the same policy send no further alert."


def _show(context: CommandContext, findings: Sequence[str], form: str) -> Iterator[str]:
    with context.archive() as archive:
        named = [find_reviewable(archive, finding) for finding in findings]
    if form == "json":
        yield as_json([reviewable_row(finding) for finding in named])
        return
    for reviewable in named:
        yield from wrapped(f"{reviewable.policy}, version {reviewable.versions}, seen {day(reviewable.seen_at)}")
        yield from finding_lines(reviewable.recorded)


def _list(context: CommandContext, policy: str | None, limit: int, form: str) -> Iterator[str]:
    with context.archive() as archive:
        waiting = unreviewed(archive, policy)
    if form == "json":
        yield as_json([reviewable_row(finding) for finding in waiting[:limit]])
        return
    if not waiting:
        yield "Every finding that is material or was sent to somebody is reviewed."
        return
    yield from columns([HEADINGS, *(_cells(reviewable) for reviewable in waiting[:limit])])
    yield ""
    if len(waiting) > limit:
        yield f"Shown are the newest {limit} of {len(waiting)}. --limit {len(waiting)} shows all."
    yield "Look at one with `clausewatch review FINDING`; judge it with --acknowledge or --false-alarm."


def _cells(reviewable: Reviewable) -> tuple[str, ...]:
    finding = reviewable.recorded.finding
    section = clipped(finding.section or "before the first heading", 60)
    first_cells = (str(reviewable.recorded.id), reviewable.policy, reviewable.versions, day(reviewable.seen_at))
    return (*first_cells, finding.severity, finding.topic, section)


def _rules(context: CommandContext, form: str) -> Iterator[str]:
    with context.archive() as archive:
        tallies = rule_tallies(archive)
    if form == "json":
        yield as_json([tally_row(tally) for tally in tallies])
        return
    if not tallies:
        raise NoAnswerError("no finding is material or was sent to anybody yet")
    yield from columns([RULE_HEADINGS, *(_tally_cells(tally) for tally in tallies)])
    yield ""
    yield "Precision in use: the share of reviewed findings that were not false alarms."


def _tally_cells(tally: RuleTally) -> tuple[str, ...]:
    precision = "-" if tally.precision is None else f"{tally.precision:.0%}"
    return (tally.rule, str(tally.findings), str(tally.acknowledged), str(tally.false_alarms), precision)
