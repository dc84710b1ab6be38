"""Translates the parts of a query that concern findings into SQL conditions."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.model import Query
from archive.storage.tables import FindingRow, SuppressionRow
from differ.model import SEVERITIES, TOPICS, watched_topic


def finding_conditions(session: Session, query: Query, finding: type[FindingRow]) -> list[ColumnElement[bool]]:
    """Return the conditions on a finding. `finding` is the class of the rows, or an alias of it."""
    conditions = _in_section(session, query, finding.section)
    if query.topic is not None:
        fine = [topic for topic in TOPICS if query.topic in (topic, watched_topic(topic))]
        conditions.append(finding.topic.in_(fine or [query.topic]))
    if query.severity is not None:
        conditions.append(finding.severity.in_(SEVERITIES[: SEVERITIES.index(query.severity) + 1]))
    return conditions


def suppression_conditions(
    session: Session, query: Query, suppression: type[SuppressionRow]
) -> list[ColumnElement[bool]]:
    """Return the conditions on a suppression. Call this function only if `query.selects_suppressions` is true."""
    return _in_section(session, query, suppression.section)


def _in_section(session: Session, query: Query, column: InstrumentedAttribute[str]) -> list[ColumnElement[bool]]:
    return [] if query.section is None else [contains(session, column, query.section)]


def contains(session: Session, column: InstrumentedAttribute[str], words: str) -> ColumnElement[bool]:
    """Whether a column contains a text, regardless of upper and lower case."""
    if session.get_bind().dialect.name == "sqlite":
        # SQLite's own lower() knows only ASCII; `archive.storage.engines` adds casefold.
        return func.instr(func.casefold(column), words.casefold()) > 0
    return column.icontains(words, autoescape=True)
