"""Writes the result of a run in words, and as details for a log that programs read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from clausewatch.output.delivery_text import left_words, sent_words

if TYPE_CHECKING:
    from clausewatch.operation.run import PolicyReport, RunReport
    from differ.visits.left_out import LeftOutProse

OUTCOMES = ("first seen", "unchanged", "changed", "pending", "not comparable", "failed")
"""The outcomes of a check, in the order of the summary."""


def result_line(checked: PolicyReport) -> str:
    """Return the result of one policy in a few words."""
    if checked.trouble:
        return f"{checked.outcome}, {checked.trouble}"
    if checked.first:
        return "first version"
    if not checked.material:
        return checked.outcome
    return f"{checked.outcome}, material: {' and '.join(checked.topics)} ({checked.severity})"


def left_out_line(prose: LeftOutProse) -> str:
    """Return a phrase that says how many words of a page were left out of the policy."""
    return f"{prose.words} words of prose ({prose.share:.0%} of the page) are left out"


def policy_details(checked: PolicyReport) -> Mapping[str, object]:
    """Return the result of one policy as details for a log."""
    details: dict[str, object] = {
        "policy": checked.policy,
        "outcome": checked.outcome,
        "first": checked.first,
        "material": checked.material,
    }
    if checked.material:
        details |= {"severity": checked.severity, "topics": list(checked.topics)}
    if checked.left_out is not None:
        details["left_out_words"] = checked.left_out.words
    return details


def in_trouble(checked: PolicyReport) -> bool:
    """Whether the result of a policy needs attention."""
    return bool(checked.trouble) or (checked.left_out is not None and checked.left_out.is_much)


def policy_troubles(report: RunReport, *, failures: bool) -> Iterator[str]:
    """Yield a line for each problem with a policy, sorted by the policy's name. If `failures` is False, leave out
    failed checks.
    """
    for checked in sorted(report.checked, key=lambda checked: checked.policy):
        if checked.trouble and failures:
            yield f"{checked.policy}: {result_line(checked)}"
        if checked.left_out is not None and checked.left_out.is_much:
            yield f"{checked.policy}: {left_out_line(checked.left_out)}: see `clausewatch doctor`"


def other_troubles(report: RunReport) -> Iterator[str]:
    """Yield a line for each problem that is not the result of a check."""
    from clausewatch.operation.renames import question_line  # it imports SQLAlchemy, which is slow

    missed = report.selected - len(report.checked)
    if missed:
        yield f"{_number(missed, 'policy', 'policies')} not checked: the run was stopped. The next run checks them."
    for name in sorted(report.not_joined):
        yield f"{name}: renamed_from was not followed, because both names have a history of their own."
    yield from map(question_line, report.questions)
    yield from sorted(report.deliveries.errors)
    yield from report.overdue
    if report.stamp_error:
        yield f"No timestamp: {report.stamp_error}. The next run tries again."
    if report.ping_error:
        yield f"The watchdog was not notified: {report.ping_error}."


def summary_line(report: RunReport) -> str:
    """Return the result of a run in one line."""
    if report.selected:
        line = f"{_number(len(report.checked), 'policy', 'policies')} checked: {', '.join(_count_words(report))}"
    else:
        line = nothing_due(report.watched, report.paused)
    return "; ".join([line, *_sent(report)])


def nothing_due(watched: int, paused: int) -> str:
    """Return the result of a run that had no policy to check. `watched` and `paused` are the numbers of watched and of
    paused policies.
    """
    if not watched:
        return "No policy is configured: nothing to check"
    but = f", {paused} paused" if paused else ""
    return f"No policy is due, of {watched} watched{but}; --all checks them anyway"


def summary_details(report: RunReport) -> Mapping[str, object]:
    """Return the result of a run as details for a log."""
    counts = _counts(report)
    return {
        "watched": report.watched,
        "selected": report.selected,
        "checked": len(report.checked),
        "outcomes": {outcome: counts[outcome] for outcome in OUTCOMES if counts[outcome]},
        "material": _material(report),
        "messages": {
            "sent": sum(report.sent.values()),
            "held": report.held.count,
            "waiting": report.waiting,
            "given_up": report.dead,
        },
    }


def _counts(report: RunReport) -> Counter[str]:
    return Counter("first seen" if checked.first else checked.outcome for checked in report.checked)


def _material(report: RunReport) -> int:
    return sum(checked.material for checked in report.checked)


def _count_words(report: RunReport) -> list[str]:
    counts = _counts(report)
    words = [
        f"{counts[outcome]} {outcome}" + (f" ({_material(report)} material)" if outcome == "changed" else "")
        for outcome in OUTCOMES
        if counts[outcome]
    ]
    return words or ["none"]


def _sent(report: RunReport) -> Iterator[str]:
    words = sent_words(report.sent)
    if words or any(checked.material for checked in report.checked):
        yield f"{words or '0 alerts'} sent"
    yield from left_words(report.held.count, report.held.until, report.waiting, report.dead)


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
