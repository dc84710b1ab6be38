"""Describes what is known about a policy on a day in a sentence."""

from __future__ import annotations

from archive.questions.known_days import DayKnowledge
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
