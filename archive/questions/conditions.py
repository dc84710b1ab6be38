"""Which versions a question is about: conditions that the indexes of the archive answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Exists, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from archive.model import Query
from archive.storage.tables import ChangeRow, FindingRow, PolicyRow, SuppressionRow, VersionRow
from archive.storage.version_reader import Judged, policy_row, tagged
from differ.model import SEVERITIES, TOPICS, watched_topic

FEW = 5000
"""Of up to so many findings the versions are sorted to find the latest; of more, versions are gone through in order."""


def version_conditions(session: Session, query: Query) -> list[ColumnElement[bool]]:
    """Return the conditions on `VersionRow` that a query stands for. Raises UnknownPolicyError, UnknownTagError."""
    conditions = _about_versions(session, query)
    if query.selects_findings:
        kept: ColumnElement[bool] = _of_version(FindingRow, lambda finding: _about_findings(session, query, finding))
        if query.topic is None and query.severity is None and query.section is not None:
            words = query.section
            kept = or_(kept, _of_version(SuppressionRow, lambda quiet: [_contains(session, quiet.section, words)]))
        conditions.append(kept)
    return conditions


def _of_version(kind: type[Judged], conditions: Callable[[type[Judged]], list[ColumnElement[bool]]]) -> Exists:
    """Whether the change that led to a version has a finding or suppression that meets the conditions."""
    judged, change = aliased(kind), aliased(ChangeRow)
    query = select(judged.id).join(change, change.id == judged.change_id).where(change.version_id == VersionRow.id)
    return query.where(*conditions(judged)).correlate(VersionRow).exists()


def matching_count(session: Session, query: Query) -> int:
    """Return how many versions a query asks for. Raises UnknownPolicyError, UnknownTagError."""
    if not query.selects_findings or query.section is not None:
        return session.scalar(select(func.count(VersionRow.id)).where(*version_conditions(session, query))) or 0
    changes = select(func.count(FindingRow.change_id.distinct()))
    changes = changes.where(*_about_findings(session, query, FindingRow))
    about = _about_versions(session, query)
    if about:
        changes = changes.join(ChangeRow, ChangeRow.id == FindingRow.change_id)
        changes = changes.join(VersionRow, VersionRow.id == ChangeRow.version_id).where(*about)
    return session.scalar(changes) or 0


def newest_first(session: Session, conditions: Sequence[ColumnElement[bool]], query: Query) -> Sequence[int]:
    """Return the ids of the versions that were seen last of those that meet the conditions, up to the query's limit."""
    newest = select(VersionRow.id).order_by(VersionRow.seen_at.desc(), VersionRow.id.desc()).limit(query.limit)
    if query.selects_findings and query.section is None:
        changes = select(FindingRow.change_id).where(*_about_findings(session, query, FindingRow))
        bounded = select(func.count()).select_from(changes.limit(FEW + 1).subquery())
        if session.scalars(bounded).one() <= FEW:
            rows = select(ChangeRow.version_id).where(ChangeRow.id.in_(changes))
            return session.scalars(newest.where(VersionRow.id.in_(rows), *_about_versions(session, query))).all()
    return session.scalars(newest.where(*conditions)).all()


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


def _about_findings(session: Session, query: Query, finding: type[FindingRow]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.topic is not None:
        fine = [topic for topic in TOPICS if query.topic in (topic, watched_topic(topic))]
        conditions.append(finding.topic.in_(fine or [query.topic]))
    if query.severity is not None:
        conditions.append(finding.severity.in_(SEVERITIES[: SEVERITIES.index(query.severity) + 1]))
    if query.section is not None:
        conditions.append(_contains(session, finding.section, query.section))
    return conditions


def _contains(session: Session, column: InstrumentedAttribute[str], words: str) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "sqlite":
        # SQLite's own lower() knows ASCII only; `archive.storage.database` gives it ours.
        return func.instr(func.casefold(column), words.casefold()) > 0
    return column.icontains(words, autoescape=True)
