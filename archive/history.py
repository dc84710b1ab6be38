"""Answers from the archive: versions of a policy, what changed in each, and what stood on a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from archive import blobs
from archive.database import Archive
from archive.errors import NoVersionError
from archive.model import Query, Version
from archive.schema import ChangeRow, PolicyRow, VersionRow
from archive.stored import policy_row, read_versions
from document import from_json
from document.model import Document


def history(archive: Archive, query: Query) -> tuple[Version, ...]:
    """Return the versions that a query asks for, by policy and number, with those findings that it asks for.

    Where it selects findings, versions without such a finding are left out; one with such a suppression stays where
    only a section is asked for.
    Raises UnknownPolicyError.
    """
    with archive.reading() as session:
        conditions = []
        if query.policy is not None:
            conditions.append(VersionRow.policy_id == policy_row(session, query.policy).id)
        if query.since is not None:
            conditions.append(VersionRow.seen_at >= query.since)
        found = read_versions(session, conditions, query)
    if not query.selects_findings:
        return found
    return tuple(each for each in found if each.change is not None and (each.change.findings or each.change.suppressed))


def versions(archive: Archive, policy: str) -> tuple[Version, ...]:
    """Return all versions of a policy, oldest first. Raises UnknownPolicyError."""
    return history(archive, Query(policy=policy))


def version(archive: Archive, policy: str, number: int) -> Version:
    """Return one version. Raises UnknownPolicyError, NoVersionError."""
    found = versions(archive, policy)
    for each in found:
        if each.number == number:
            return each
    raise NoVersionError(policy, f"there is no version {number}: {_numbers(found)}")


def newest(archive: Archive, policy: str) -> Version:
    """Return the latest version. Raises UnknownPolicyError, NoVersionError."""
    found = versions(archive, policy)
    if not found:
        raise NoVersionError(policy, _numbers(found))
    return found[-1]


def as_of(archive: Archive, policy: str, at: datetime) -> Version:
    """Return the version that we knew at a time: the last one first seen then or before.

    Raises UnknownPolicyError, and NoVersionError for a time before the first version.
    """
    found = versions(archive, policy)
    known = [each for each in found if each.seen_at <= at]
    if known:
        return known[-1]
    if not found:
        raise NoVersionError(policy, _numbers(found))
    first = f"the first version was seen on {found[0].seen_at:%Y-%m-%d %H:%M} UTC"
    raise NoVersionError(policy, f"nothing is known of {at:%Y-%m-%d %H:%M} UTC: {first}")


def latest_versions(archive: Archive) -> dict[str, Version]:
    """Return the latest version of each policy that has one, by the policy's name."""
    later = aliased(VersionRow)
    newer = exists().where(later.policy_id == VersionRow.policy_id, later.number > VersionRow.number)
    with archive.reading() as session:
        return {each.policy: each for each in read_versions(session, [~newer], Query())}


def document(archive: Archive, of: Version) -> Document:
    """Return the text of a version. Raises DamagedArchiveError where it is not what was written."""
    with archive.reading() as session:
        return from_json(blobs.load(session, of.document_sha256))


def change(archive: Archive, change_id: int) -> Version:
    """Return the version that a change led to. Raises NoVersionError."""
    with archive.reading() as session:
        condition = VersionRow.id.in_(select(ChangeRow.version_id).where(ChangeRow.id == change_id))
        found = read_versions(session, [condition], Query())
    if not found:
        raise NoVersionError("archive", f"there is no change {change_id}")
    return found[0]


def policy_names(archive: Archive) -> tuple[str, ...]:
    """Return the names of all policies, retired ones too, in the order they were added."""
    with archive.reading() as session:
        return tuple(session.scalars(select(PolicyRow.name).order_by(PolicyRow.id)))


def _numbers(found: tuple[Version, ...]) -> str:
    if not found:
        return "no version is recorded yet"
    return "the only one is 1" if len(found) == 1 else f"there are 1 to {found[-1].number}"
