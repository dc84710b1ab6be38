"""`clausewatch review`: records reviews of findings, and lists findings without a review."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

from archive.model import QuietReviewKind, Review, ReviewKind
from archive.questions.lists.inbox import InboxFilter, WaitingChange, WaitingFinding, inbox
from archive.recording.reviews import RuleTally, add_review, find_reviewable, rule_tallies
from archive.reviewing.quiet_edits import SuppressionTally, suppression_tallies
from clausewatch.cli import quiet_edits
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.questions import NoAnswerError
from clausewatch.output.change_text import DEEDS
from clausewatch.output.json_rows import as_json, quiet_tally_row, reviewable_row, tally_row, waiting_row
from clausewatch.output.redline_text import finding_lines
from clausewatch.output.terminal import columns, printable, wrapped
from clausewatch.output.times import day
from differ.model import SEVERITIES, Severity
from notifier.audience.subscriptions import TOPICS
from notifier.texts.sanitize import clipped

LIMIT = 50
"""Maximum number of listed findings if --limit is not given."""

HEADINGS = ("FINDING", "POLICY", "VERSION", "SEEN", "SEVERITY", "TOPIC", "DUE", "SECTION")
RULE_HEADINGS = ("RULE", "FINDINGS", "ACKNOWLEDGED", "FALSE ALARMS", "PRECISION")
QUIET_HEADINGS = ("KEPT QUIET AS", "EDITS", "MISSED")

LONGEST_NAME, LONGEST_TEXT = 100, 2000
"""Maximum lengths of a reviewer's name and of a comment, in code points."""

FORMATS = click.Choice(("text", "json"))


@click.command()
@click.argument("findings", nargs=-1, metavar="[FINDING]...")
@click.option("--acknowledge", is_flag=True, help="The finding is correct.")
@click.option("--false-alarm", is_flag=True, help="The finding is wrong.")
@click.option("--take-back", is_flag=True, help="Revoke the last verdict: the finding is to be reviewed again.")
@click.option(
    "--missed", is_flag=True, help="An edit that was not reported matters. FINDING is then the number of a quiet edit."
)
@click.option("--comment", metavar="TEXT", default="", help="Add a comment, alone or with a verdict.")
@click.option("--by", metavar="NAME", help="The reviewer.  [default: the login]")
@click.option("--policy", metavar="POLICY", help="List the findings of this policy only.", shell_complete=policy_names)
@click.option("--tag", help="List the findings of policies with this tag only.")
@click.option("--owner", help="List the findings of policies with this owner only.")
@click.option("--topic", type=click.Choice(TOPICS), metavar="TOPIC", help="List this topic only.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="List findings from this severity on.")
@click.option("--overdue", is_flag=True, help="List only findings whose review is overdue.")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=LIMIT,
    show_default=True,
    help="Maximum number of findings listed.",
)
@click.option("--rules", is_flag=True, help="For each rule, count the verdicts on its findings and quiet edits.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
def review(
    context: CommandContext,
    findings: tuple[str, ...],
    acknowledge: bool,
    false_alarm: bool,
    take_back: bool,
    missed: bool,
    comment: str,
    by: str | None,
    policy: str | None,
    tag: str | None,
    owner: str | None,
    topic: str | None,
    severity: Severity | None,
    overdue: bool,
    limit: int,
    rules: bool,
    form: str,
) -> None:
    """Review a FINDING, or list the findings that are to be reviewed.

    FINDING is the number of a finding, which `history` and `diff` show, or the alert ID from a message. Without
    FINDING, the command lists the findings that nobody has reviewed, the worst change first. It lists only findings
    that are material or were sent to somebody. DUE is the day until which a finding should be reviewed: the first day
    that the policy states for the change, or a day that follows from the severity (`review_within` in the
    configuration). A review is kept for ever as evidence. If a finding has several verdicts, the last verdict counts.
    `clausewatch subscribers forget` can erase the reviewer's name, but it cannot erase a comment. So do not name people
    in a comment.

    A false alarm also stops later alerts. If a later finding has the same policy, rule, words before and words after,
    no alert is sent. The finding is still recorded, and `history` shows the reason. Acknowledge the false alarm to
    receive such alerts again.

    With --missed, FINDING is the number of a quiet edit: an edit that was not reported, because it seemed to change no
    meaning. `clausewatch history --suppressed` shows these numbers. --missed marks this edit as one that matters.
    Without FINDING, --missed lists the marked edits. --missed and --take-back together revoke the mark.

    \b
    clausewatch review
    clausewatch review --overdue --severity high
    clausewatch review 17
    clausewatch review 17 --acknowledge --by Ratna
    clausewatch review 3f9c2a7be01d4458 --false-alarm --comment "only the numbering changed" --by Ratna
    clausewatch review 204 --missed --comment "the day of the fee matters" --by Ratna
    clausewatch review --rules
    """
    if missed:
        _refuse_with_missed(acknowledge, false_alarm, rules, policy)
        text, name = _checked(comment, LONGEST_TEXT, "--comment"), _name(by) if findings else ""
        kind_of_mark: QuietReviewKind = "take-back" if take_back else "missed"
        click.echo("\n".join(quiet_edits.answer(context, findings, kind_of_mark, text=text, by=name, form=form)))
        return
    deeds: dict[ReviewKind, bool] = {"acknowledge": acknowledge, "false-alarm": false_alarm, "take-back": take_back}
    if sum(deeds.values()) > 1:
        raise click.UsageError("Give only one of --acknowledge, --false-alarm and --take-back.")
    kind: ReviewKind = next((kind for kind, given in deeds.items() if given), "comment")
    says = kind != "comment" or bool(comment)
    if says and not findings:
        raise click.UsageError("Name the finding: `clausewatch review` lists them.")
    wanted = InboxFilter(policy=policy, tag=tag, owner=owner, topic=topic, severity=severity, overdue=overdue)
    if findings and (rules or wanted != InboxFilter()):
        raise click.UsageError("--rules and filters such as --policy are for lists: do not name a finding with them.")
    if says:
        lines = _say(context, findings, kind, text=_checked(comment, LONGEST_TEXT, "--comment"), by=_name(by))
    elif findings:
        lines = _show(context, findings, form)
    elif rules:
        lines = _rules(context, form)
    else:
        lines = _list(context, wanted, limit, form)
    click.echo("\n".join(lines))


def _refuse_with_missed(*others: object) -> None:
    if any(others):
        raise click.UsageError("--missed is about quiet edits: combine it with --take-back, --comment and --by only.")


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


def _list(context: CommandContext, wanted: InboxFilter, limit: int, form: str) -> Iterator[str]:
    times = context.configuration().review_times
    with context.archive() as archive:
        page = inbox(archive, wanted, datetime.now(UTC), times, limit=limit)
    rows = [(change, waiting) for change in page.entries for waiting in change.findings]
    if form == "json":
        yield as_json([waiting_row(change, waiting) for change, waiting in rows[:limit]])
        return
    if not rows and wanted == InboxFilter():
        yield "Every finding that is material or was sent to somebody is reviewed."
        return
    if not rows:
        yield "No finding like that waits for a review."
        return
    yield from columns([HEADINGS, *(_cells(change, waiting) for change, waiting in rows[:limit])])
    yield ""
    if page.count is not None and page.count > limit:
        every = f"{page.count}" if page.counted_all else f"more than {page.count}"
        yield f"Shown are the worst {limit} of {every}. --limit shows more."
    yield "Look at one with `clausewatch review FINDING`; judge it with --acknowledge or --false-alarm."


def _cells(change: WaitingChange, waiting: WaitingFinding) -> tuple[str, ...]:
    finding = waiting.recorded.finding
    section = clipped(finding.section or "before the first heading", 60)
    first_cells = (str(waiting.recorded.id), change.policy, str(change.version), day(change.seen_at))
    due = f"{day(waiting.due_at)}, overdue" if waiting.overdue else day(waiting.due_at)
    return (*first_cells, finding.severity, finding.topic, due, section)


def _rules(context: CommandContext, form: str) -> Iterator[str]:
    with context.archive() as archive:
        tallies, quiet = rule_tallies(archive), suppression_tallies(archive)
    if form == "json":
        yield as_json([*map(tally_row, tallies), *map(quiet_tally_row, quiet)])
        return
    if not tallies and not quiet:
        raise NoAnswerError("no finding is material or was sent to anybody yet, and no edit was kept quiet")
    if tallies:
        yield from columns([RULE_HEADINGS, *(_tally_cells(tally) for tally in tallies)])
        yield ""
        yield "Precision in use: the share of reviewed findings that were not false alarms."
    if quiet:
        yield from ("", *columns([QUIET_HEADINGS, *(_quiet_cells(tally) for tally in quiet)]), "")
        yield "Missed: quiet edits that a reviewer marked as edits that matter."


def _quiet_cells(tally: SuppressionTally) -> tuple[str, ...]:
    return tally.reason, str(tally.suppressions), str(tally.missed)


def _tally_cells(tally: RuleTally) -> tuple[str, ...]:
    precision = "-" if tally.precision is None else f"{tally.precision:.0%}"
    return (tally.rule, str(tally.findings), str(tally.acknowledged), str(tally.false_alarms), precision)
