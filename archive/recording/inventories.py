"""Makes for each version an inventory: a list of the rights and recipients that it names. This is done once, when the
version is recorded.

The inventories are a cache, not evidence. They can be deleted and made again from the texts at any time. If successive
versions name a right or recipient in the same words, they share one entry. Versions without an inventory, or with an
inventory that was made by other rules, get their inventory later, in batches. The oldest versions come first, because
an entry records its first and last version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from archive.errors import DamagedArchiveError
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.inventory_reader import (
    RECIPIENTS,
    RIGHTS,
    Entry,
    EntryKind,
    is_up_to_date,
    unlisted_policies,
)
from archive.storage.tables import ListedRow, NamedRecipientRow, NamedRightRow, PolicyRow, VersionRow
from differ.judgement.inventory import Inventory, inventory
from differ.judgement.inventory_identity import inventory_identity
from document import from_json

AT_ONCE = 20
"""Maximum number of versions listed in one transaction."""


@dataclass(frozen=True, slots=True)
class ListingReport:
    """The result of listing a batch of versions."""

    versions: int
    """Number of versions that were listed."""
    damaged: tuple[str, ...] = ()
    """One sentence for each policy that could not be listed, because its stored text is damaged."""


def list_version(session: Session, version: VersionRow, named: Inventory | None) -> None:
    """Record the entries of a new version. `named` is None if the entries are unknown. If the entries are unknown, or
    if the entries of an earlier version are not recorded yet, the policy waits for a batch.
    """
    listed = session.get(ListedRow, version.policy_id)
    if listed is None:
        if version.number > 1:  # an older program recorded the earlier versions
            return
        listed = ListedRow(policy_id=version.policy_id, number=0, identity=inventory_identity(), complete=True)
        session.add(listed)
    listed.complete = named is not None and listed.complete and is_up_to_date(listed)
    if listed.complete and named is not None:
        _note(session, version, named)
        listed.number = version.number


def list_missing(archive: Archive, most: int | None = None) -> ListingReport:
    """Make the inventories of at most `most` versions that have no inventory made by the current rules. Raises
    StorageError.
    """
    done, damaged = 0, dict[int, str]()
    while most is None or done < most:
        with archive.reading() as session:
            policy_id = session.scalar(unlisted_policies().where(PolicyRow.id.not_in(damaged)).limit(1))
        if policy_id is None:
            break
        try:
            done += _list_some(archive, policy_id, AT_ONCE if most is None else min(AT_ONCE, most - done))
        except DamagedArchiveError as error:
            damaged[policy_id] = str(error)
    return ListingReport(done, tuple(damaged.values()))


def _list_some(archive: Archive, policy_id: int, most: int) -> int:
    """List the next versions of a policy. Return the number of these versions. The texts are read before the archive is
    locked."""
    with archive.reading() as session:
        start = _number(session.get(ListedRow, policy_id))
        later = (VersionRow.policy_id == policy_id, VersionRow.number > start)
        versions = session.scalars(select(VersionRow).where(*later).order_by(VersionRow.number).limit(most)).all()
        named = {version.number: _inventory(session, version) for version in versions}
    with archive.writing() as session:
        listed = session.get(ListedRow, policy_id, with_for_update=True)
        if _number(listed) != start:  # another program is listing versions too
            return 0
        if listed is None or not is_up_to_date(listed):
            listed = _begin(session, policy_id, listed)
        for version in versions:
            _note(session, version, named[version.number])
            listed.number = version.number
        newest = select(VersionRow.number).where(VersionRow.policy_id == policy_id)
        listed.complete = session.scalar(newest.order_by(VersionRow.number.desc()).limit(1)) == listed.number
    return len(versions)


def _number(listed: ListedRow | None) -> int:
    """Return the number of the last version with an inventory made by the current rules."""
    return listed.number if listed is not None and is_up_to_date(listed) else 0


def _inventory(session: Session, version: VersionRow) -> Inventory:
    return inventory(from_json(blobs.retrieve(session, version.document_sha256)))


def _begin(session: Session, policy_id: int, listed: ListedRow | None) -> ListedRow:
    """Delete the entries of a policy that were made by other rules."""
    for row in (NamedRightRow, NamedRecipientRow):
        session.execute(delete(row).where(row.policy_id == policy_id))
    if listed is None:
        listed = ListedRow(policy_id=policy_id, number=0, identity="", complete=False)
        session.add(listed)
    listed.number, listed.identity, listed.complete = 0, inventory_identity(), False
    return listed


def _note(session: Session, version: VersionRow, named: Inventory) -> None:
    _note_entries(session, version, RIGHTS, named.rights)
    _note_entries(session, version, RECIPIENTS, named.recipients)


def _note_entries(session: Session, version: VersionRow, kind: EntryKind[Entry], named: Sequence[Entry]) -> None:
    """Compare the open entries with a version. End each entry that the version does not name in the same words. Add the
    entries that are new.
    """
    row = kind.row
    query = select(*row.__table__.c).where(row.policy_id == version.policy_id, row.last.is_(None))
    before = {_key(kind, entry): stored for stored in session.execute(query) for entry in [kind.read(stored)]}
    since = {kind.read(stored).identity: stored.since for stored in before.values()}
    present = {_key(kind, entry): entry for entry in named}
    gone = [stored.id for key, stored in before.items() if key not in present]
    if gone:
        ended = {"last": version.number - 1, "gone_at": version.seen_at}
        session.execute(
            update(row).where(row.id.in_(gone)).values(ended), execution_options={"synchronize_session": False}
        )
    place = {"policy_id": version.policy_id, "first": version.number, "last": None}
    times = {"appeared_at": version.seen_at, "gone_at": None}
    new = [
        kind.facts(entry) | place | times | {"since": since.get(entry.identity, version.seen_at)}
        for key, entry in present.items()
        if key not in before
    ]
    if new:
        session.execute(insert(row), new)


def _key(kind: EntryKind[Entry], entry: Entry) -> tuple[str, ...]:
    return tuple(kind.facts(entry).values())
