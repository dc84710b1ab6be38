"""Answers which rights and recipients are named in a version, or in the texts of all policies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any, Generic

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session

from archive.model import Version
from archive.storage.database import Archive
from archive.storage.inventory_reader import (
    RECIPIENTS,
    RIGHTS,
    Entry,
    EntryKind,
    complete,
    stored_inventory,
    unlisted_policies,
)
from archive.storage.tables import ListedRow, NamedRecipientRow, NamedRightRow, PolicyRow, VersionRow
from archive.storage.version_reader import policy_row, tagged
from differ.judgement.inventory import Inventory, Right
from differ.judgement.recipients import Recipient


@dataclass(frozen=True, slots=True)
class Scope:
    """The policies that a question is about, and the time of their texts."""

    at: datetime | None = None
    """The time for which the texts are looked up. None for the latest texts."""
    policy: str | None = None
    tag: str | None = None
    _: KW_ONLY
    limit: int | None = None
    """Maximum number of answers, in the order of the policies' names."""


@dataclass(frozen=True, slots=True)
class Named(Generic[Entry]):
    """A right or recipient that a policy names."""

    policy: str
    entry: Entry
    since: datetime
    """Time from which on all versions of the policy name the right or recipient. The words for it may have changed
    since then.
    """
    _: KW_ONLY
    version: int
    """Number of the first version that names the right or recipient in these words."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[Entry]):
    """The answer to a question about several policies."""

    entries: tuple[Named[Entry], ...]
    """Entries ordered by policy name, then by first version."""
    count: int
    """Number of entries without the limit."""
    unlisted: int
    """Number of policies with versions whose rights and recipients were not listed yet. Entries of these policies may
    be missing.
    """
    _: KW_ONLY
    policies: int
    """Number of policies that have a version."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """The policies that do not name a right."""

    policies: tuple[str, ...]
    unlisted: int
    """Number of policies with versions whose rights were not listed yet. Whether these policies name the right is
    unknown.
    """
    with_versions: int
    """Number of policies with at least one version."""


def listed_recipients(
    archive: Archive, scope: Scope, *, kind: str | None = None, country: str | None = None
) -> Listing[Recipient]:
    """Return the recipients that policies name. The answer can be limited to a class of recipients, or to the code of a
    country.

    Raises UnknownPolicyError, UnknownTagError.
    """
    codes = NamedRecipientRow.codes
    wanted: list[ColumnElement[bool]] = [] if kind is None else [NamedRecipientRow.kind == kind]
    if country is not None:
        wanted += [codes != "", codes.contains(f" {country} ", autoescape=True)]
    with archive.reading() as session:
        return _listing(session, RECIPIENTS, wanted, scope)


def listed_rights(archive: Archive, scope: Scope, *, right: str | None = None) -> Listing[Right]:
    """Return the rights that policies name. If `right` is given, return only the entries of this right. Raises
    UnknownPolicyError, UnknownTagError."""
    with archive.reading() as session:
        return _listing(session, RIGHTS, [] if right is None else [NamedRightRow.right == right], scope)


def policies_without(archive: Archive, scope: Scope, right: str) -> Lacking:
    """Return the policies whose text does not name a right. Raises UnknownPolicyError, UnknownTagError."""
    with archive.reading() as session:
        of_policy = (NamedRightRow.policy_id == PolicyRow.id, NamedRightRow.right == right)
        named = exists().where(*of_policy, *_in_force(NamedRightRow, scope.at))
        text = [VersionRow.policy_id == PolicyRow.id]
        if scope.at is not None:
            text.append(VersionRow.seen_at <= scope.at)
        query = select(PolicyRow.name).join(ListedRow, ListedRow.policy_id == PolicyRow.id)
        query = query.where(
            complete(), exists().where(*text), ~named, *_among(session, scope, PolicyRow.__table__.c.id)
        )
        names = session.scalars(query.order_by(PolicyRow.name).limit(scope.limit)).all()
        unlisted, policies = _progress(session)
        return Lacking(tuple(names), unlisted, policies)


def version_inventories(archive: Archive, versions: Collection[Version]) -> dict[tuple[str, int], Inventory]:
    """Return the inventories of versions, by policy and number. Versions that have no inventory yet are left out."""
    with archive.reading() as session:
        ids = {name: policy_row(session, name).id for name in {version.policy for version in versions}}
        stored = {
            (version.policy, version.number): stored_inventory(session, ids[version.policy], version.number)
            for version in versions
        }
    return {key: named for key, named in stored.items() if named is not None}


def unlisted_count(archive: Archive) -> int:
    """Return the number of policies with at least one version that has no inventory made by the current rules."""
    with archive.reading() as session:
        return _progress(session)[0]


def _listing(
    session: Session, kind: EntryKind[Entry], wanted: Sequence[ColumnElement[bool]], scope: Scope
) -> Listing[Entry]:
    row: type[Any] = kind.row
    unlisted, policies = _progress(session)
    conditions = [*wanted, *_in_force(row, scope.at), *_among(session, scope, row.policy_id)]
    if unlisted:
        conditions.append(row.policy_id.not_in(unlisted_policies()))
    wanted_rows = _first_of_latest if scope.at is None else _first_of_day
    rows = session.execute(wanted_rows(row, conditions, scope.limit)).all()
    entries = [Named(entry.policy, kind.read(entry), entry.since, version=entry.first) for entry in rows]
    count = len(entries)
    if scope.limit is not None and count == scope.limit:
        counting = select(func.count()).select_from(row).where(*conditions)
        count = rows[0].total if scope.at is not None else session.scalar(counting) or 0
    return Listing(tuple(entries), count, unlisted, policies=policies)


def _first_of_latest(row: type[Any], conditions: Sequence[ColumnElement[bool]], limit: int | None) -> Select[Any]:
    """Select the first entries of the latest texts, in the order of the policies' names."""
    query = select(PolicyRow.name.label("policy"), *row.__table__.c)
    query = query.join(PolicyRow, PolicyRow.id == row.policy_id).where(*conditions)
    if limit is not None:
        # Each of these policies has an entry, so they have enough entries. Without this condition, SQLite reads and
        # sorts the entries of all policies.
        has_entry = exists().where(row.policy_id == PolicyRow.id, *conditions)
        first = select(PolicyRow.id).where(has_entry).order_by(PolicyRow.name).limit(limit).cte("first_policies")
        query = query.where(row.policy_id.in_(select(first.c.id)))
    return query.order_by(PolicyRow.name, row.first, row.id).limit(limit)


def _first_of_day(row: type[Any], conditions: Sequence[ColumnElement[bool]], limit: int | None) -> Select[Any]:
    """Select the first entries of the texts of a day, and the number of all entries as `total`. For these texts, all
    rows must be read anyway, so they are counted at the same time.
    """
    order = (PolicyRow.name, row.first, row.id)
    ids = select(row.id, func.count().over().label("total")).join(PolicyRow, PolicyRow.id == row.policy_id)
    first = ids.where(*conditions).order_by(*order).limit(limit).subquery()
    query = select(PolicyRow.name.label("policy"), *row.__table__.c, first.c.total).join(first, first.c.id == row.id)
    return query.join(PolicyRow, PolicyRow.id == row.policy_id).order_by(*order)


def _in_force(row: type[Any], at: datetime | None) -> list[ColumnElement[bool]]:
    """Return the conditions that select the entries in the text of a given time. If no time is given, they select the
    entries in the latest text."""
    if at is None:
        return [row.last.is_(None)]
    return [row.appeared_at <= at, or_(row.gone_at.is_(None), row.gone_at > at)]


def _among(session: Session, scope: Scope, policy_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.policy is not None:
        conditions.append(policy_id == policy_row(session, scope.policy).id)
    if scope.tag is not None:
        conditions.append(policy_id.in_(tagged(session, scope.tag)))
    return conditions


def _progress(session: Session) -> tuple[int, int]:
    """Return two numbers: the number of policies with a version that has no inventory, and the number of policies with
    versions.
    """
    is_unlisted = case((or_(ListedRow.policy_id.is_(None), ~complete()), 1))
    query = select(func.count(is_unlisted), func.count()).select_from(PolicyRow)
    query = query.outerjoin(ListedRow, ListedRow.policy_id == PolicyRow.id)
    unlisted, policies = session.execute(query.where(exists().where(VersionRow.policy_id == PolicyRow.id))).one()
    return unlisted, policies
