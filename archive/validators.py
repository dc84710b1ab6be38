"""By what a server can tell that a policy's page is still the one that was seen: ETag and Last-Modified.

They are read from recorded visits, so none is ever used whose answer was not committed; and by policy, because two
policies may share an address while only one has a version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.database import Archive
from archive.model import Policy
from archive.schema import FetchRow, PolicyRow, VersionRow
from archive.stored import SEEN
from document.reading import identity_of

NOT_MODIFIED = 304
CERTAIN_AFTER = timedelta(seconds=60)
"""A Last-Modified that is this much older than its answer cannot hide a second change: RFC 9110 section 8.8.2.2."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What to send with a request, and what a 304 to it means."""

    url: str
    """The one address that gave them: they go to no other."""
    etag: str
    """As the server wrote it; "" for none."""
    last_modified: str
    """As the server wrote it; "" for none."""
    version: int
    """The number of the version whose text that answer showed."""
    identity: str
    """The extraction identity of that version."""


def validators(
    archive: Archive, policies: Iterable[Policy], now: datetime, full_fetch: timedelta
) -> dict[str, Validators]:
    """Return the validators of each policy that may be asked for conditionally, by its name.

    Left out is a policy without a version; one whose extraction is not that of its latest version, or that was read by
    the fallback; one whose last answer did not show its text; and one whose last full answer is older than
    `full_fetch`, because some servers say 304 whatever changed.
    """
    wanted = {policy.name: policy for policy in policies}
    with archive.reading() as session:
        versions = _latest_versions(session)
        fetches = _latest_answers(session)
        names = session.execute(select(PolicyRow.id, PolicyRow.name)).all()
    found: dict[str, Validators] = {}
    for number, name in names:
        version, fetch, policy = versions.get(number), fetches.get(number), wanted.get(name)
        if version is None or fetch is None or policy is None or not _is_current(version, fetch, policy):
            continue
        kept = _validators(version, fetch)
        if kept is not None and timedelta() <= now - fetch.started_at < full_fetch:
            found[name] = kept
    return found


def _latest_versions(session: Session) -> dict[int, VersionRow]:
    newest = select(func.max(VersionRow.id)).group_by(VersionRow.policy_id)
    return {row.policy_id: row for row in session.scalars(select(VersionRow).where(VersionRow.id.in_(newest)))}


def _latest_answers(session: Session) -> dict[int, FetchRow]:
    """Return the last complete answer of each policy that had a body."""
    newest = select(func.max(FetchRow.id)).where(FetchRow.body_sha256.is_not(None)).group_by(FetchRow.policy_id)
    return {row.policy_id: row for row in session.scalars(select(FetchRow).where(FetchRow.id.in_(newest)))}


def _is_current(version: VersionRow, fetch: FetchRow, policy: Policy) -> bool:
    """Whether an answer showed the text of a version, read as it would be read now."""
    shows = fetch.outcome in SEEN and fetch.status == 200 and not fetch.fallback and fetch.id >= version.fetch_id
    return shows and version.identity in (identity_of(policy.options, "select"), identity_of(policy.options, "generic"))


def _validators(version: VersionRow, fetch: FetchRow) -> Validators | None:
    headers = dict(reversed([(name, value) for name, value in fetch.headers]))
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    if not etag and not _is_certain(modified, headers.get("date", "")):
        return None
    return Validators(fetch.final_url, etag, modified, version.number, version.identity)


def _is_certain(modified: str, answered: str) -> bool:
    try:
        return parsedate_to_datetime(answered) - parsedate_to_datetime(modified) >= CERTAIN_AFTER
    except (ValueError, TypeError):  # none, unreadable, or one of them without a zone
        return False
