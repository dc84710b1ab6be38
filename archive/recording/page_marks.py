"""Fingerprints that recognise unchanged responses. A cache for the latest version, not evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from archive.storage.tables import KnownPageRow
from differ.visits.assessment import Mark

MOST_MARKS = 8
"""Marks kept of one version, the newest: a page may come in several variants by turns."""

_KNOWN = KnownPageRow.__table__.c
_MARKS = (
    select(_KNOWN.policy_id, _KNOWN.version, _KNOWN.exact, _KNOWN.fingerprint, _KNOWN.identity, _KNOWN.fallback)
    .where(_KNOWN.policy_id.in_(bindparam("policies", expanding=True)))
    .order_by(_KNOWN.id.desc())
)


def page_fingerprints_of(session: Session, versions: Mapping[int, int]) -> defaultdict[int, list[Mark]]:
    """Return the marks of versions, given as policy and number, by the policy; the newest first."""
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    for policy, version, *stored, fallback in session.connection().execute(_MARKS, {"policies": list(versions)}):
        if versions[policy] == version:
            marks[policy].append(Mark(*stored, fallback=fallback))
    return marks


def note_page_fingerprint(session: Session, policy_id: int, version: int, mark: Mark) -> None:
    """Keep a mark of the latest version, and forget those that are too many or of versions before."""
    row = KnownPageRow(
        policy_id=policy_id,
        version=version,
        identity=mark.identity,
        fallback=mark.fallback,
        exact=mark.exact,
        fingerprint=mark.fingerprint,
    )
    session.add(row)
    session.flush()
    of_policy = KnownPageRow.policy_id == policy_id
    newest = select(KnownPageRow.id).where(of_policy, KnownPageRow.version == version)
    kept = session.scalars(newest.order_by(KnownPageRow.id.desc()).limit(MOST_MARKS)).all()
    session.execute(delete(KnownPageRow).where(of_policy, KnownPageRow.id.not_in(kept)))
