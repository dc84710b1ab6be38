"""Translates queries into SQL conditions on versions. The database can check these conditions with its indexes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Exists, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from archive.model import Query
from archive.storage.finding_conditions import finding_conditions, suppression_conditions
from archive.storage.tables import ChangeRow, FindingRow, NetChangeRow, PolicyRow, SuppressionRow, VersionRow
from archive.storage.version_reader import Judged, policy_row, tagged

FEW = 5000
"""Number of matching findings that decides how the latest versions are searched. Up to this number, all matching
versions are sorted. Above it, versions are read from the latest backwards until enough of them match.
"""


def version_conditions(session: Session, query: Query) -> list[ColumnElement[bool]]:
    """Translate a query into SQL conditions on `VersionRow`. Raises UnknownPolicyError, UnknownTagError."""
    conditions = _about_versions(session, query)
    if query.selects_findings:
        kept: ColumnElement[bool] = _of_version(FindingRow, lambda row: finding_conditions(session, query, row))
        if query.selects_suppressions:
            kept = or_(kept, _of_version(SuppressionRow, lambda row: suppression_conditions(session, query, row)))
        conditions.append(kept)
    return conditions


def _of_version(kind: type[Judged], conditions: Callable[[type[Judged]], list[ColumnElement[bool]]]) -> Exists:
    """Return the SQL condition that a version's change has a finding or suppression that meets the given conditions."""
    judged, change = aliased(kind), aliased(ChangeRow)
    # Two conditions, one in the other, and not a join: SQLite would begin the join with all findings about a topic.
    of_change = select(judged.id).where(judged.change_id == change.id, *conditions(judged)).correlate(change).exists()
    step = change.id.not_in(select(NetChangeRow.change_id))
    return select(change.id).where(change.version_id == VersionRow.id, step, of_change).correlate(VersionRow).exists()


def matching_count(session: Session, query: Query) -> int:
    """Return the number of versions that a query selects. Raises UnknownPolicyError, UnknownTagError."""
    changes = _changes_found(session, query)
    if changes is not None and not _about_versions(session, query):  # counting these changes needs only one index
        return session.scalar(select(func.count()).select_from(changes.distinct().subquery())) or 0
    conditions = version_conditions(session, query) if changes is None else _led_to(session, query, changes)
    return session.scalar(select(func.count(VersionRow.id)).where(*conditions)) or 0


def newest_first(session: Session, conditions: Sequence[ColumnElement[bool]], query: Query) -> Sequence[int]:
    """Return the ids of the latest versions that meet the conditions, up to the query's limit."""
    newest = select(VersionRow.id).order_by(VersionRow.seen_at.desc(), VersionRow.id.desc()).limit(query.limit)
    changes = _changes_found(session, query)
    if changes is not None:
        bounded = select(func.count()).select_from(changes.limit(FEW + 1).subquery())
        if session.scalars(bounded).one() <= FEW:
            conditions = _led_to(session, query, changes)
    return session.scalars(newest.where(*conditions)).all()


def _changes_found(session: Session, query: Query) -> Select[int] | None:
    """Select the changes with findings that a query selects. Return None if no index can find these findings."""
    if not query.selects_findings or query.section is not None:
        return None
    step = FindingRow.change_id.not_in(select(NetChangeRow.change_id))
    return select(FindingRow.change_id).where(step, *finding_conditions(session, query, FindingRow))


def _led_to(session: Session, query: Query, changes: Select[int]) -> list[ColumnElement[bool]]:
    """Return the conditions of `version_conditions` in another form. This form is faster if few changes have the wanted
    findings.
    """
    versions = select(ChangeRow.version_id).where(ChangeRow.id.in_(changes))
    return [VersionRow.id.in_(versions), *_about_versions(session, query)]


def latest_ids() -> Select[int]:
    """Select the id of each policy's latest version."""
    last = aliased(VersionRow)
    newest = select(last.id).where(last.policy_id == PolicyRow.id).order_by(last.number.desc()).limit(1)
    return select(newest.scalar_subquery()).select_from(PolicyRow)


def _about_versions(session: Session, query: Query) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.policy is not None:
        conditions.append(VersionRow.policy_id == policy_row(session, query.policy).id)
    if query.tag is not None:
        conditions.append(VersionRow.policy_id.in_(tagged(session, query.tag)))
    if query.since is not None:
        conditions.append(VersionRow.seen_at >= query.since)
    if query.until is not None:
        conditions.append(VersionRow.seen_at <= query.until)
    return conditions
