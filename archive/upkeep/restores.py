"""Records that an archive was restored from a backup, so that nobody is alerted twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from archive.access.people import SECRETS
from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow, PolicyRow, RestoreRow, VersionRow

WITHDRAWN = "Withdrawn when a backup was restored: it may have been sent after the backup was made."


def note_restored(archive: Archive, now: datetime) -> int:
    """Record that this archive was restored from a backup. Return the number of waiting messages that are given up. A
    message that waited when the backup was made may have been sent after the backup. So it is listed as given up, and
    is not sent. After the restoration, the first change of each policy may be a change that was reported before. So
    this change is recorded, but nobody is alerted. Everybody is signed out of the desk. All tokens and secret addresses
    of the desk are deleted too: an operator may have ended some of them after the backup was made.
    """
    with archive.writing() as session:
        newest = select(VersionRow.policy_id, func.max(VersionRow.number)).group_by(VersionRow.policy_id)
        numbers: dict[int, int] = dict(session.execute(newest).all())
        policies = session.scalars(select(PolicyRow.id)).all()
        session.add(RestoreRow(restored_at=now, versions={str(policy): numbers.get(policy, 0) for policy in policies}))
        waiting = session.scalars(select(DeliveryRow).where(DeliveryRow.state.in_(("due", "sending")))).all()
        for delivery in waiting:
            delivery.state, delivery.error = "dead", WITHDRAWN
        for table in SECRETS:
            session.execute(delete(table))
    return len(waiting)


def maybe_sent_before(session: Session) -> frozenset[tuple[str, int]]:
    """Return the versions about which alerts may have been sent before the archive was restored. Each version is given
    by its policy and its number.
    """
    restores = session.scalars(select(RestoreRow.versions)).all()
    if not restores:
        return frozenset()
    names = {str(number): name for number, name in session.execute(select(PolicyRow.id, PolicyRow.name))}
    return frozenset(
        (names[policy], number + 1) for versions in restores for policy, number in versions.items() if policy in names
    )
