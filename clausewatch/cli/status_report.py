"""Writes the answer of `clausewatch status`: a table of all policies, with notes and problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import click

from archive.model import Pending, Policy
from archive.questions.last_changes import changed_versions
from archive.questions.status import HEALTHY, PolicyStatus, never_checked, statuses
from archive.recording.renames import open_rename_questions
from archive.recording.reviews import unreviewed_counts
from clausewatch.cli.context import CommandContext
from clausewatch.cli.questions import print_page
from clausewatch.errors import ExitCode
from clausewatch.operation.health import crashed_lines, given_up_line, overdue_lines, problems
from clausewatch.operation.renames import question_line, until_answered
from clausewatch.output.day_text import after_colon, trouble_sentence
from clausewatch.output.html import page
from clausewatch.output.json_rows import as_json, status_row
from clausewatch.output.terminal import columns, printable, wrapped
from clausewatch.output.times import lasting, moment
from notifier import outbox
from notifier.audience.subscriptions import operators

HEADINGS = ("POLICY", "HEALTH", "LAST CHECK", "LAST CHANGE", "VERSIONS", "NEXT CHECK", "TO REVIEW")


def print_status(context: CommandContext, form: str) -> ExitCode:
    """Print the status of each policy, and return the exit code of the command."""
    now = datetime.now(UTC)
    with context.archive() as archive:
        recorded, unseen = statuses(archive, now), unreviewed_counts(archive)
        questions = open_rename_questions(archive, context.configuration().policies, now)
        troubles = [
            *map(question_line, questions),
            *crashed_lines(archive, context.configuration()),
            *overdue_lines(archive, context.configuration(), now),
            *map(given_up_line, outbox.given_up(archive)),
        ]
        changed = changed_versions(archive) if form == "json" else {}
    every = _every_policy(recorded, until_answered(context.configuration(), questions).policies)
    warnings = [context.configuration().redacted(line) for line in troubles]
    warnings += _unheard(context, every)
    if form == "json":
        click.echo(
            as_json([status_row(policy, unseen.get(policy.name, 0), changed.get(policy.name)) for policy in every])
        )
    elif form == "html":
        rows = [_marked_cells(policy, unseen) for policy in every]
        remarks = [*_all_notes(every), *warnings]
        print_page(page("status.html", headings=HEADINGS, rows=rows, remarks=remarks, summary=_summary(every)))
    else:
        click.echo("\n".join(_lines(every, unseen, warnings)))
    return ExitCode.FINE if all(map(_is_fine, every)) and not troubles else ExitCode.TROUBLE


def print_problems(context: CommandContext) -> ExitCode:
    """Print a line for each problem that needs attention, and return the exit code of the command."""
    with context.archive() as archive:
        lines = problems(archive, context.configuration(), datetime.now(UTC))
    for line in lines:
        click.echo(printable(line))
    return ExitCode.TROUBLE if lines else ExitCode.FINE


def _every_policy(recorded: Sequence[PolicyStatus], policies: Sequence[Policy]) -> tuple[PolicyStatus, ...]:
    """Return the watched policies, then the policies that no run has recorded yet, then the retired policies. A retired
    policy without a visit is left out, because there is nothing to show.
    """
    names = {status.name for status in recorded}
    new = [never_checked(policy) for policy in policies if policy.name not in names]
    watched = [status for status in recorded if status.retired_at is None]
    return (*watched, *new, *(status for status in recorded if status.retired_at is not None and status.last_check))


def _unheard(context: CommandContext, every: tuple[PolicyStatus, ...]) -> Iterator[str]:
    """Yield a warning if policies have problems, but the configuration has no operator who would be notified."""
    with context.archive() as archive:
        everyone = outbox.everyone(archive, context.configuration().subscribers)
    if not operators(everyone) and not all(map(_is_fine, every)):
        yield "Nobody is notified of such problems: no subscriber has `operator = true`."


def _is_fine(status: PolicyStatus) -> bool:
    return status.health in HEALTHY and not status.overdue


def _lines(every: tuple[PolicyStatus, ...], unseen: Mapping[str, int], warnings: Sequence[str]) -> Iterator[str]:
    if not every:
        yield "No policy is configured. Add a [[policy]] to the configuration file."
        return
    yield from columns([HEADINGS, *(_cells(policy, unseen) for policy in every)])
    for note in (*_all_notes(every), *warnings):
        yield ""
        yield from wrapped(note, hanging="  ")
    yield ""
    yield _summary(every)


def _cells(status: PolicyStatus, unseen: Mapping[str, int]) -> tuple[str, ...]:
    check = status.last_check
    return (
        status.name,
        status.health,
        "never" if check is None else moment(check.started_at),
        _last_change(status),
        str(status.versions),
        _next_check(status),
        str(unseen.get(status.name, 0)),
    )


def _marked_cells(status: PolicyStatus, unseen: Mapping[str, int]) -> list[tuple[str, bool]]:
    """Return the text of each cell, and whether the cell shows a problem."""
    trouble = {"HEALTH": status.health not in HEALTHY, "NEXT CHECK": status.overdue}
    return [(cell, trouble.get(name, False)) for name, cell in zip(HEADINGS, _cells(status, unseen), strict=True)]


def _last_change(status: PolicyStatus) -> str:
    change = status.last_change
    if change is None:
        return "none seen" if status.versions else "-"
    if not change.is_judged:
        return f"{moment(change.seen_at)}, not judged"
    weight = f"material, {change.severity}" if change.material else "not material"
    return f"{moment(change.seen_at)}, {weight}"


def _next_check(status: PolicyStatus) -> str:
    if not status.is_fetched:
        return "none"
    if status.overdue:
        return "overdue"
    if status.due or status.next_due is None:
        return "at the next run"
    return f"from {moment(status.next_due)}"


def _all_notes(every: Sequence[PolicyStatus]) -> list[str]:
    return [note for policy in every for note in _notes(policy)]


def _notes(status: PolicyStatus) -> Iterator[str]:
    """Yield notes about a policy that do not fit into its row of the table."""
    check = status.last_check
    if status.retired_at is not None:
        yield f"{status.name}: retired on {moment(status.retired_at)}, no longer configured. Its history is kept."
        return
    if status.health == "paused":
        since = f" since {moment(status.paused_at)}" if status.paused_at else ""
        fix = "Remove `paused` from the configuration to resume it."
        yield f"{status.name}: paused{since}, so it is not fetched. {fix}"
        return
    if check is not None and status.trouble_since is not None:
        visits = "1 check" if status.trouble_visits == 1 else f"{status.trouble_visits} checks"
        since = moment(status.trouble_since)
        what = f"{visits} since {since} did not show the policy."
        yield f"{status.name}: {what} {trouble_sentence(check)} {_standing(status)}"
    if status.pending is not None:
        yield f"{status.name}: {_pending(status.pending)} {_standing(status)}"
    if status.last_change is not None and not status.last_change.confirmed:
        number, seen_at = status.last_change.number, moment(status.last_change.seen_at)
        yield f"{status.name}: version {number} of {seen_at} is unconfirmed: no second look agreed with it."
    if status.flapping:
        quiet = lasting(status.flap_quiet)
        yield f"{status.name}: flapping: its text goes back and forth. Alerts wait until one text stays for {quiet}."
    if status.health == "fallback":
        yield (
            f"{status.name}: the configured `select` matched nothing, so the whole page was read instead. "
            "Correct `select` in the configuration."
        )
    if status.overdue:
        yield (
            f"{status.name}: overdue. It is to be checked every {lasting(status.every)}, and no run tried it for more "
            "than twice as long. Check that `clausewatch run` is still started."
        )


def _pending(waiting: Pending) -> str:
    visits = "1 check" if waiting.visits == 1 else f"{waiting.visits} checks"
    return (
        f"a change is pending since {moment(waiting.since)} ({visits}) and waits for a second look"
        f"{after_colon(waiting.reason)}"
    )


def _standing(status: PolicyStatus) -> str:
    if status.last_seen_at is None:
        return "It has no version yet: no check has found the policy so far."
    return f"Version {status.versions}, last seen on {moment(status.last_seen_at)}, remains current."


def _summary(every: tuple[PolicyStatus, ...]) -> str:
    counts = Counter(policy.health for policy in every)
    parts = [f"{count} {health}" for health, count in counts.items()]
    overdue = sum(policy.overdue for policy in every)
    if overdue:
        parts.append(f"{overdue} overdue")
    number = "1 policy" if len(every) == 1 else f"{len(every)} policies"
    return f"{number}: {', '.join(parts)}."
