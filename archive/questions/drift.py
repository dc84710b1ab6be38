"""Determines which languages of a policy are behind the others after a change. A language is behind if its text lacks a
change that the text in another language already has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.storage.tables import IS_STEP, ChangeRow, FindingRow, VersionRow


@dataclass(frozen=True, slots=True)
class LanguageChange:
    """The languages of one change."""

    version: int
    changed: frozenset[str]
    """Languages with a material change in their text."""
    stayed: frozenset[str]
    """The policy's other languages that have a lexicon. Empty if no language changed materially."""


@dataclass(frozen=True, slots=True)
class LanguageState:
    """The state of a policy's languages after a change."""

    behind: frozenset[str] = frozenset()
    """Languages that are behind. Empty if all languages are in step."""
    since: int = 0
    """Number of the last version with which a language fell behind while all languages were in step before. It is 0 if
    no language ever fell behind. The number stays the same when all languages are in step again.
    """
    newly_behind: bool = False
    """Whether a language was in step before this change, and is behind after it."""
    together_again: bool = False
    """Whether all languages are in step after this change, although at least one language was behind before."""


def after(state: LanguageState, change: LanguageChange) -> LanguageState:
    """Return the state after one more change."""
    caught_up = bool(state.behind) and change.changed <= state.behind
    behind = state.behind - change.changed if caught_up else (state.behind - change.changed) | change.stayed
    return LanguageState(
        behind,
        since=state.since if state.behind or not behind else change.version,
        newly_behind=not behind <= state.behind,
        together_again=bool(state.behind) and not behind,
    )


def state_after(changes: Iterable[LanguageChange]) -> LanguageState:
    """Return the state after these changes, oldest first."""
    state = LanguageState()
    for change in changes:
        state = after(state, change)
    return state


def language_state(session: Session, policy_id: int, version: int) -> LanguageState:
    """Return the state of a policy's languages at a version."""
    mine = VersionRow.policy_id == policy_id, VersionRow.number <= version, ~VersionRow.boundary
    changes = (
        select(ChangeRow.id, VersionRow.number, ChangeRow.drift)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .where(IS_STEP, *mine)
        .order_by(VersionRow.number)
    )
    rows = session.execute(changes).all()
    if not any(drift for _, _, drift in rows):
        return LanguageState()
    languages = _changed_languages(session, [change for change, _, _ in rows])
    return state_after(
        LanguageChange(number, frozenset(languages.get(change, ())), frozenset(drift)) for change, number, drift in rows
    )


def _changed_languages(session: Session, changes: Collection[int]) -> dict[int, set[str]]:
    """Return for each change the languages that changed materially, by the number of the change."""
    query = select(FindingRow.change_id, FindingRow.language).where(FindingRow.change_id.in_(changes))
    languages: dict[int, set[str]] = {}
    for change, language in session.execute(query.where(FindingRow.material).distinct()):
        languages.setdefault(change, set()).add(language)
    return languages
