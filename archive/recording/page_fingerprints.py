"""Stores fingerprints of responses. A response with a stored fingerprint has the text of the latest version.
Fingerprints are a cache, not evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from archive.storage.tables import KnownPageRow
from differ.visits.assessment import PageFingerprint

MOST_FINGERPRINTS = 8
"""Maximum number of fingerprints for a version. The newest fingerprints are kept. A page may alternate between several
variants, and each variant has its own fingerprint.
"""

_KNOWN = KnownPageRow.__table__.c
_FINGERPRINTS = (
    select(_KNOWN.policy_id, _KNOWN.version, _KNOWN.exact, _KNOWN.fingerprint, _KNOWN.identity, _KNOWN.fallback)
    .where(_KNOWN.policy_id.in_(bindparam("policies", expanding=True)))
    .order_by(_KNOWN.id.desc())
)


def page_fingerprints_of(session: Session, versions: Mapping[int, int]) -> defaultdict[int, list[PageFingerprint]]:
    """Return the stored fingerprints of policies, newest first. `versions` maps the id of each policy to the number of
    its version.
    """
    kept: defaultdict[int, list[PageFingerprint]] = defaultdict(list)
    for policy, version, *stored, fallback in session.connection().execute(_FINGERPRINTS, {"policies": list(versions)}):
        if versions[policy] == version:
            kept[policy].append(PageFingerprint(*stored, fallback=fallback))
    return kept


def note_page_fingerprint(session: Session, policy_id: int, version: int, page: PageFingerprint) -> None:
    """Store a fingerprint of the latest version. Drop the fingerprints of earlier versions. Also drop the oldest
    fingerprints of this version if there are more than the maximum."""
    row = KnownPageRow(
        policy_id=policy_id,
        version=version,
        identity=page.identity,
        fallback=page.fallback,
        exact=page.exact,
        fingerprint=page.fingerprint,
    )
    session.add(row)
    session.flush()
    of_policy = KnownPageRow.policy_id == policy_id
    newest = select(KnownPageRow.id).where(of_policy, KnownPageRow.version == version)
    newest_ids = session.scalars(newest.order_by(KnownPageRow.id.desc()).limit(MOST_FINGERPRINTS)).all()
    session.execute(delete(KnownPageRow).where(of_policy, KnownPageRow.id.not_in(newest_ids)))
