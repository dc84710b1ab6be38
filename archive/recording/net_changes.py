"""Records net changes. A net change is the judged difference between two versions of a policy that do not follow each
other. A message reports a net change if its readers know only a version before the previous version.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from archive.recording.policies import options_of
from archive.recording.recorder import add_change, snapshots
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import NetChangeRow, PolicyRow
from archive.storage.version_reader import Span, change_between, version_row
from differ.judgement.profiles import Profile, load_profile
from differ.visits.comparing import compare
from document import from_json
from document.model import Document
from document.reading import read_all


def record_net_change(archive: Archive, span: Span, profiles: Mapping[str, Profile], now: datetime) -> None:
    """Compare two versions of a policy, and record the judgement of their difference. Do nothing if they were compared
    before. A comparison may take seconds, so the transaction begins only after the comparison.
    """
    with archive.reading() as session:
        if change_between(session, span) is not None:
            return
        policy = session.get_one(PolicyRow, span.policy_id)
        before, after = _like_with_like(session, policy, span)
        profile = profiles.get(policy.profile) or load_profile()
    comparison = compare(before, after, profile)
    with archive.writing() as session:
        if change_between(session, span) is not None:
            return
        change = add_change(session, version_row(session, span.policy_id, span.later), comparison, now)
        earlier = version_row(session, span.policy_id, span.earlier)
        session.add(NetChangeRow(change_id=change.id, earlier_id=earlier.id))


def _like_with_like(session: Session, policy: PolicyRow, span: Span) -> tuple[Document, Document]:
    """Return the texts of both versions. If the two texts were extracted by different rules, they are extracted again
    by the present rules. This needs the pages of both versions.
    """
    rows = [version_row(session, span.policy_id, number) for number in (span.earlier, span.later)]
    before, after = (from_json(blobs.retrieve(session, row.document_sha256)) for row in rows)
    pages = [snapshots(session, row.fetch) for row in rows]
    if rows[0].identity == rows[1].identity or not all(pages):
        return before, after
    again = [read_all(some, options_of(policy)) for some in pages]
    return (again[0].document, again[1].document) if again[0].identity == again[1].identity else (before, after)
