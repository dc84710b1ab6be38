"""Stores fingerprints and digests of responses. Both are a cache, not evidence.

A response with a stored fingerprint or digest has the text of the latest version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from archive.storage.tables import Columns, KnownPageRow, PageDigestRow
from differ.visits.assessment import PageFingerprint
from document import PageDigest

MOST_FINGERPRINTS = 8
"""Maximum number of fingerprints for a version. The newest fingerprints are kept. A page may alternate between several
variants, and each variant has its own fingerprint.
"""

NO_DIGESTS: Mapping[str, PageDigest] = MappingProxyType({})
PolicyVersion = tuple[int, int]
"""The id of a policy and the number of its version."""
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


def digest_in(row: Columns) -> PageDigest | None:
    """Return the digest in a row with the columns `digest`, `digest_version`, `gaps` and `number`. Return None if the
    row has no digest of this version.
    """
    return PageDigest(row.digest, tuple(row.gaps)) if row.digest and row.digest_version == row.number else None


def note_page_digests(session: Session, digests: Mapping[PolicyVersion, PageDigest]) -> None:
    """Store digests. They replace the digests of the same policies."""
    if not digests:
        return
    session.execute(delete(PageDigestRow).where(PageDigestRow.policy_id.in_([policy for policy, _ in digests])))
    rows = [
        {"policy_id": policy, "version": version, "digest": digest.digest, "gaps": list(digest.gaps)}
        for (policy, version), digest in digests.items()
    ]
    session.execute(insert(PageDigestRow), rows)
