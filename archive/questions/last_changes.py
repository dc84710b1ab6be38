"""Reads the latest change of each policy. The findings of the changes are not read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from archive.model import Version
from archive.questions.conditions import latest_ids
from archive.storage.database import Archive
from archive.storage.tables import IS_STEP, ChangeRow, Columns, PolicyRow, VersionRow
from archive.storage.version_reader import last_seen_at, read_versions
from differ.model import Severity


@dataclass(frozen=True, slots=True)
class LastChange:
    """The change to the latest version of a policy that has several versions."""

    number: int
    """Number of the version."""
    seen_at: datetime
    last_seen_at: datetime
    _: KW_ONLY
    confirmed: bool
    flapping: bool
    is_judged: bool
    material: bool
    severity: Severity | None


def last_versions(session: Session, condition: ColumnElement[bool]) -> dict[int, Columns]:
    """Return the facts of the latest version of policies, by policy id. `condition` is an SQL condition on `PolicyRow`.
    Single columns are read, because reading whole versions of 10,000 policies takes five times as long.
    """
    version = VersionRow.__table__.c
    query = (
        select(version.policy_id, version.number, version.seen_at, version.confirmed, version.flapping)
        .add_columns(last_seen_at().label("last_seen_at"), ChangeRow.material, ChangeRow.severity)
        .outerjoin(ChangeRow, and_(ChangeRow.version_id == VersionRow.id, IS_STEP))
        .where(VersionRow.id.in_(latest_ids().where(condition)))
    )
    return {row.policy_id: row for row in session.execute(query)}


def last_change(version: Columns | None) -> LastChange | None:
    """Return the change to a version. Return None if the version is the first one."""
    if version is None or version.number == 1:
        return None
    return LastChange(
        version.number,
        version.seen_at,
        version.last_seen_at,
        confirmed=version.confirmed,
        flapping=version.flapping,
        is_judged=version.material is not None,
        material=bool(version.material),
        severity=version.severity,
    )


def changed_versions(archive: Archive, policies: Collection[str] | None = None) -> dict[str, Version]:
    """Return the latest version of each policy that has several versions, by the name of the policy. The findings are
    not read. If `policies` is given, only these policies are read.
    """
    named = true() if policies is None else PolicyRow.name.in_(policies)
    latest = VersionRow.id.in_(latest_ids().where(named))
    with archive.reading() as session:
        return {version.policy: version for version in read_versions(session, [latest, VersionRow.number > 1], None)}
