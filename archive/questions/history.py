"""Answers questions about history: the versions of a policy, the changes between them, and the version that was in
force on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from archive.errors import NoVersionError
from archive.model import Change, Query, Version
from archive.questions.conditions import latest_ids, matching_count, newest_first, version_conditions
from archive.row_numbers import LARGEST_ID
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.review_lookup import ReviewLookup
from archive.storage.tables import IS_STEP, ChangeRow, NetChangeRow, PolicyRow, VersionRow
from archive.storage.version_reader import Span, change_between, policy_row, read_change, read_versions
from document import from_json
from document.model import Document


def history(archive: Archive, query: Query) -> tuple[Version, ...]:
    """Return the versions that a query selects, ordered by policy and number. Each version has the findings that the
    query selects. If the query selects findings, versions without such a finding are left out. There is one exception.
    If the query limits the findings only by section, a version with a suppression in this section is kept too. The
    query's limit applies; `count_versions` counts without the limit. Raises UnknownPolicyError, UnknownTagError.
    """
    with archive.reading() as session:
        conditions = version_conditions(session, query)
        if query.limit is not None:
            conditions = [VersionRow.id.in_(newest_first(session, conditions, query))]
        return read_versions(session, conditions, query)


def count_versions(archive: Archive, query: Query) -> int:
    """Return the number of versions that a query selects, regardless of its limit. Raises UnknownPolicyError,
    UnknownTagError."""
    with archive.reading() as session:
        return matching_count(session, query)


def versions_of(archive: Archive, policy: str) -> tuple[Version, ...]:
    """Return all versions of a policy, oldest first. Raises UnknownPolicyError."""
    return history(archive, Query(policy=policy))


def span(archive: Archive, policy: str, first: int, last: int) -> tuple[Version, ...]:
    """Return the versions of a policy from number `first` to number `last`, oldest first. Raises UnknownPolicyError."""
    with archive.reading() as session:
        conditions = [VersionRow.policy_id == policy_row(session, policy).id, VersionRow.number.between(first, last)]
        return read_versions(session, conditions, Query())


def net_change(archive: Archive, policy: str, earlier: int, later: int) -> Change | None:
    """Return the recorded net change from one version of a policy to another, or None. Raises UnknownPolicyError."""
    with archive.reading() as session:
        span = Span(policy_row(session, policy).id, earlier, later)
        row = change_between(session, span) if earlier < later - 1 else None
        return None if row is None else read_change(session, row)


@dataclass(frozen=True, slots=True)
class NetChange:
    """The recorded difference between two versions of a policy that are not consecutive."""

    earlier: int
    later: int
    change: Change


def net_changes(archive: Archive, versions: Iterable[Version]) -> Mapping[tuple[str, int], Sequence[NetChange]]:
    """Return the net changes that end at these versions. The keys are the policy and the number of the later
    version.
    """
    wanted = {(version.policy, version.number) for version in versions}
    nets: defaultdict[tuple[str, int], list[NetChange]] = defaultdict(list)
    earlier = aliased(VersionRow)
    query = (
        select(ChangeRow, PolicyRow.name, VersionRow.number, earlier.number)
        .join(NetChangeRow, NetChangeRow.change_id == ChangeRow.id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .join(earlier, earlier.id == NetChangeRow.earlier_id)
        .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
        .where(PolicyRow.name.in_({policy for policy, _ in wanted}))
        .order_by(ChangeRow.id)
    )
    with archive.reading() as session:
        rows = [row for row in session.execute(query) if (row[1], row[2]) in wanted]
        reviews = ReviewLookup(session, {change.version.policy_id for change, *_ in rows})
        for change, policy, number, first in rows:
            nets[policy, number].append(NetChange(first, number, read_change(session, change, reviews)))
    return nets


def numbered(archive: Archive, wanted: Iterable[tuple[str, int]]) -> tuple[Version, ...]:
    """Return the versions with these policies and numbers, without their findings. Versions that do not exist are left
    out.

    Raises UnknownPolicyError.
    """
    numbers: dict[str, list[int]] = defaultdict(list)
    for policy, number in wanted:
        numbers[policy].append(number)
    with archive.reading() as session:
        by_policy = (
            read_versions(
                session, [VersionRow.policy_id == policy_row(session, policy).id, VersionRow.number.in_(those)], None
            )
            for policy, those in numbers.items()
        )
        return tuple(version for one_policy in by_policy for version in one_policy)


def version(archive: Archive, policy: str, number: int) -> Version:
    """Return one version. Raises UnknownPolicyError, NoVersionError."""
    with archive.reading() as session:
        row = policy_row(session, policy)
        matches = read_versions(session, [VersionRow.policy_id == row.id, VersionRow.number == number], Query())
        if matches:
            return matches[0]
        raise NoVersionError(policy, f"there is no version {number}: {_numbers(session, row)}")


def latest_version(archive: Archive, policy: str) -> Version:
    """Return the latest version. Raises UnknownPolicyError, NoVersionError."""
    with archive.reading() as session:
        row = policy_row(session, policy)
        last = _last(session, row, None)
        if last is None:
            raise NoVersionError(policy, _numbers(session, row))
        return last


def as_of(archive: Archive, policy: str, at: datetime) -> Version:
    """Return the version that was known at a time: the latest version that had been seen by then.

    Raises UnknownPolicyError, and NoVersionError for a time before the first version.
    """
    with archive.reading() as session:
        row = policy_row(session, policy)
        last = _last(session, row, at)
        if last is not None:
            return last
        began = session.scalar(select(func.min(VersionRow.seen_at)).where(VersionRow.policy_id == row.id))
        if began is None:
            raise NoVersionError(policy, _numbers(session, row))
        first = f"the first version was seen on {began:%Y-%m-%d %H:%M} UTC"
        raise NoVersionError(policy, f"nothing is known of {at:%Y-%m-%d %H:%M} UTC: {first}")


def _last(session: Session, policy: PolicyRow, at: datetime | None) -> Version | None:
    """Return the last version of a policy. If `at` is given, versions that were first seen after `at` are ignored."""
    query = select(VersionRow.id).where(VersionRow.policy_id == policy.id).order_by(VersionRow.number.desc()).limit(1)
    wanted = session.scalar(query if at is None else query.where(VersionRow.seen_at <= at))
    return None if wanted is None else read_versions(session, [VersionRow.id == wanted], Query())[0]


def latest_versions(archive: Archive) -> dict[str, Version]:
    """Return the latest version of each policy, by the policy's name. Policies without a version are left out."""
    with archive.reading() as session:
        return {
            version.policy: version for version in read_versions(session, [VersionRow.id.in_(latest_ids())], Query())
        }


def document(archive: Archive, of: Version) -> Document:
    """Return the text of a version. Raises DamagedArchiveError if the stored text was altered."""
    with archive.reading() as session:
        return from_json(blobs.retrieve(session, of.document_sha256))


def change(archive: Archive, change_id: int) -> Version:
    """Return the version to which a change led. Raises NoVersionError."""
    with archive.reading() as session:
        condition = VersionRow.id.in_(select(ChangeRow.version_id).where(ChangeRow.id == change_id))
        matches = read_versions(session, [condition], Query())
    if not matches:
        raise NoVersionError("archive", f"there is no change {change_id}")
    return matches[0]


@dataclass(frozen=True, slots=True)
class ChangeEnds:
    """A change, and its earlier and later version."""

    change: Change
    before: Version
    after: Version
    is_net: bool
    """Whether the change combines the changes of several versions."""


def change_ends(archive: Archive, change_id: int) -> ChangeEnds:
    """Return a change with its two versions. The change may be a net change. Raises NoVersionError."""
    with archive.reading() as session:
        row = session.get(ChangeRow, change_id) if 0 < change_id < LARGEST_ID else None
        if row is None:
            raise NoVersionError("archive", f"there is no change {change_id}")
        earlier = session.scalar(select(NetChangeRow.earlier_id).where(NetChangeRow.change_id == change_id))
        of = VersionRow.policy_id == row.version.policy_id
        previous = VersionRow.number == row.version.number - 1 if earlier is None else VersionRow.id == earlier
        before, after = read_versions(session, [of, or_(previous, VersionRow.id == row.version_id)], Query())
        return ChangeEnds(read_change(session, row), before, after, is_net=earlier is not None)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The numbers of the previous and the next change of a policy. A field is None if there is no such change."""

    previous: int | None
    next: int | None


def neighbours(archive: Archive, of: Version) -> Neighbours:
    """Return the changes before and after the change that led to a version. Raises UnknownPolicyError."""
    with archive.reading() as session:
        steps = select(ChangeRow.id).join(VersionRow, VersionRow.id == ChangeRow.version_id)
        steps = steps.where(IS_STEP, VersionRow.policy_id == policy_row(session, of.policy).id).limit(1)
        previous = steps.where(VersionRow.number < of.number).order_by(VersionRow.number.desc())
        following = steps.where(VersionRow.number > of.number).order_by(VersionRow.number)
        return Neighbours(session.scalar(previous), session.scalar(following))


def policy_names(archive: Archive) -> tuple[str, ...]:
    """Return the names of all policies in the order in which they were added. Retired policies are included."""
    with archive.reading() as session:
        return tuple(session.scalars(select(PolicyRow.name).order_by(PolicyRow.id)))


def _numbers(session: Session, policy: PolicyRow) -> str:
    last = session.scalar(select(func.max(VersionRow.number)).where(VersionRow.policy_id == policy.id))
    if last is None:
        return "no version is recorded yet"
    return "the only one is 1" if last == 1 else f"there are 1 to {last}"
