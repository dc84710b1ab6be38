"""Chooses the ETag and Last-Modified for conditional requests.

The validators come from recorded visits. So the response that belongs to a validator was always committed. Validators
are chosen by policy, because two policies may have the same address while only one policy has a version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.model import Policy, Validators
from archive.storage.database import Archive
from archive.storage.tables import FetchPageRow, FetchRow, PolicyRow, VersionRow
from archive.storage.version_reader import SEEN
from document.reading import is_current, is_fallback

NOT_MODIFIED = 304
CERTAIN_AFTER = timedelta(seconds=60)
"""Minimum time between a Last-Modified and its response. If the time is shorter, a second change in the same second
could stay hidden (RFC 9110 section 8.8.2.2)."""


def validators(
    archive: Archive, policies: Iterable[Policy], now: datetime, full_fetch: timedelta
) -> dict[str, Validators]:
    """Return the validators of each policy that may be requested conditionally, by name.

    A policy is left out in these cases. The policy has no version. Its last response was not extracted in the present
    way, or was read by the fallback. Its last response did not have the text of the version. One of its pages gives no
    validators. Its last full response is older than `full_fetch`. The last rule is needed because some servers answer
    304 even after a change."""
    wanted = {policy.name: policy for policy in policies}
    with archive.reading() as session:
        versions = _latest_versions(session)
        fetches = _latest_answers(session)
        further = _further_answers(session)
        names = session.execute(select(PolicyRow.id, PolicyRow.name)).all()
    usable: dict[str, Validators] = {}
    for number, name in names:
        version, fetch, policy = versions.get(number), fetches.get(number), wanted.get(name)
        if version is None or fetch is None or policy is None or not _is_current(version, fetch, policy):
            continue
        kept = _validators(version, fetch, further.get(fetch.id, []), policy)
        if kept is not None and timedelta() <= now - fetch.started_at < full_fetch:
            usable[name] = kept
    return usable


def _latest_versions(session: Session) -> dict[int, VersionRow]:
    newest = select(func.max(VersionRow.id)).group_by(VersionRow.policy_id)
    return {row.policy_id: row for row in session.scalars(select(VersionRow).where(VersionRow.id.in_(newest)))}


def _latest_answers(session: Session) -> dict[int, FetchRow]:
    """Return the last complete response with a body for each policy."""
    newest = select(func.max(FetchRow.id)).where(FetchRow.body_sha256.is_not(None)).group_by(FetchRow.policy_id)
    return {row.policy_id: row for row in session.scalars(select(FetchRow).where(FetchRow.id.in_(newest)))}


def _further_answers(session: Session) -> dict[int, list[FetchPageRow]]:
    """Return the further pages of the last complete responses, by fetch."""
    pages: dict[int, list[FetchPageRow]] = defaultdict(list)
    newest = select(func.max(FetchRow.id)).where(FetchRow.body_sha256.is_not(None)).group_by(FetchRow.policy_id)
    query = select(FetchPageRow).where(FetchPageRow.fetch_id.in_(newest))
    query = query.order_by(FetchPageRow.fetch_id, FetchPageRow.position)
    for row in session.scalars(query):
        pages[row.fetch_id].append(row)
    return pages


def _is_current(version: VersionRow, fetch: FetchRow, policy: Policy) -> bool:
    """Whether a response had the text of a version and was extracted in the same way as now."""
    shows = fetch.outcome in SEEN and fetch.status == 200 and not fetch.fallback and fetch.id >= version.fetch_id
    # An old fetch has no identity. The identity of the version is used instead.
    identity = fetch.identity or version.identity
    return shows and not is_fallback(identity) and is_current(identity, policy.options)


def _validators(
    version: VersionRow, fetch: FetchRow, further: Sequence[FetchPageRow], policy: Policy
) -> Validators | None:
    """Return the validators for all pages of a policy, or None."""
    rows: tuple[FetchRow | FetchPageRow, ...] = (fetch, *further)
    if tuple(row.url for row in further) != policy.options.further or any(row.status != 200 for row in rows):
        return None
    pairs = [_etag_and_date(row) for row in rows]
    if any(pair is None for pair in pairs):
        return None
    first, *others = (
        Validators(row.final_url, *pair, version=version.number, identity=fetch.identity or version.identity)
        for row, pair in zip(rows, pairs, strict=True)
        if pair is not None
    )
    return replace(first, further=tuple(others))


def _etag_and_date(row: FetchRow | FetchPageRow) -> tuple[str, str] | None:
    """Return the ETag and Last-Modified of a response. Return None if neither header guarantees that a change is
    noticed."""
    headers = dict(reversed([(name, value) for name, value in row.headers]))
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    return (etag, modified) if etag or _is_certain(modified, headers.get("date", "")) else None


def _is_certain(modified: str, answered: str) -> bool:
    try:
        return parsedate_to_datetime(answered) - parsedate_to_datetime(modified) >= CERTAIN_AFTER
    except (ValueError, TypeError):  # a date is missing or unreadable, or has no time zone
        return False
