"""Describes rows of evidence in words."""

from __future__ import annotations

from sqlalchemy import Connection, ScalarSelect, select

from archive.storage.tables import (
    ChangeRow,
    FetchRow,
    FindingRow,
    LeftOutRow,
    NetChangeRow,
    PolicyRow,
    QuietReviewRow,
    ReviewRow,
    SuppressionRow,
    VersionRow,
)

_FETCHED: dict[str, type[FetchRow] | type[LeftOutRow]] = {"fetch": FetchRow, "left_out": LeftOutRow}
_JUDGED: dict[str, type[FindingRow] | type[SuppressionRow]] = {"finding": FindingRow, "suppression": SuppressionRow}


def whereabouts(connection: Connection, kind: str, row_id: int) -> str:
    """Return a description of a row, for example "finding 7 (Teahouse, version 2)". It includes the policy and the
    version if they are known.
    """
    name = f"{kind} {row_id}"
    if kind in _FETCHED:
        row = _FETCHED[kind]
        policy = select(row.policy_id).where(row.id == row_id).scalar_subquery()
        fetched: str | None = connection.scalar(select(PolicyRow.name).where(PolicyRow.id == policy))
        return name if fetched is None else f"{name} ({fetched})"
    version = _version(kind, row_id)
    if version is None:
        return name
    query = select(PolicyRow.name, VersionRow.number).join(VersionRow, VersionRow.policy_id == PolicyRow.id)
    found = connection.execute(query.where(VersionRow.id == version)).first()
    return name if found is None else f"{name} ({found[0]}, version {found[1]})"


def _version(kind: str, row_id: int) -> int | ScalarSelect[int] | None:
    if kind == "version":
        return row_id
    if kind == "change":
        return _version_of(row_id)
    if kind == "net":
        return _version_of(select(NetChangeRow.change_id).where(NetChangeRow.id == row_id).scalar_subquery())
    if kind in _JUDGED:
        row = _JUDGED[kind]
        return _version_of(select(row.change_id).where(row.id == row_id).scalar_subquery())
    if kind == "review":
        finding = select(ReviewRow.finding_id).where(ReviewRow.id == row_id).scalar_subquery()
        return _version_of(select(FindingRow.change_id).where(FindingRow.id == finding).scalar_subquery())
    if kind == "quiet_review":
        suppression = select(QuietReviewRow.suppression_id).where(QuietReviewRow.id == row_id).scalar_subquery()
        return _version_of(select(SuppressionRow.change_id).where(SuppressionRow.id == suppression).scalar_subquery())
    return None


def _version_of(change: int | ScalarSelect[int]) -> ScalarSelect[int]:
    return select(ChangeRow.version_id).where(ChangeRow.id == change).scalar_subquery()
