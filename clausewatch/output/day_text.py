"""Describes in sentences what is known about a policy on a day, and the visits that did not find a policy."""

from __future__ import annotations

from archive.questions.known_days import DayKnowledge
from archive.questions.status import Check
from archive.questions.unread_visits import UnreadVisits
from clausewatch.output.times import moment


def day_sentence(known: DayKnowledge) -> str:
    """Return a sentence that says what the visits before and after a time showed."""
    missed = "1 visit" if known.missed == 1 else f"{known.missed} visits"
    between = f"; {missed} in between did not show the policy" if known.missed else ""
    last = f"At {moment(known.at)}: last seen so on {moment(known.last_seen)}"
    if known.next_seen is None:
        return f"{last}, not seen since{between.replace(' in between', ' since then')}."
    following = "seen so again" if known.is_certain else f"next seen different, as version {known.next_version},"
    return f"{last}, {following} on {moment(known.next_seen)}{between}."


def unread_sentence(unread: UnreadVisits) -> str:
    """Return a sentence about consecutive visits that did not find the policy."""
    since = moment(unread.since)
    if unread.visits == 1:
        return f"The visit of {since} did not find the policy. {trouble_sentence(unread.last, only=True)}"
    last = moment(unread.last.started_at)
    return f"{unread.visits} visits from {since} to {last} did not find the policy. {trouble_sentence(unread.last)}"


def trouble_sentence(check: Check, *, only: bool = False) -> str:
    """Return a sentence that says why the last of several visits, or the only visit, did not find the policy."""
    reason = check.reason if check.status in (None, 200) else f"{check.reason}, HTTP status {check.status}"
    visit, its = ("It", "Its") if only else ("The last", "The last")
    what = f"{visit} got no answer" if check.outcome == "failed" else f"{its} answer was not the policy"
    return f"{what} ({reason}){after_colon(check.detail)}"


def after_colon(detail: str) -> str:
    """Return the end of a sentence: a colon and a detail if there is one, and a full stop."""
    text = detail.strip()
    return f": {text}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else "."
