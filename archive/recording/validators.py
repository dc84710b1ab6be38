"""Chooses the ETag and Last-Modified for conditional requests.

These validators come from recorded visits, so their responses are always in the archive. They are chosen for each
policy and not for each address, because of two policies with the same address, perhaps only one has a version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from archive.model import Policy, Validators
from archive.storage.database import Archive
from archive.storage.evidence_rows import BATCH
from archive.storage.tables import Columns, FetchPageRow, FetchRow, PolicyRow, VersionRow
from archive.storage.version_reader import SEEN
from document.reading import is_current, is_fallback

NOT_MODIFIED = 304
CERTAIN_AFTER = timedelta(seconds=60)
"""Minimum time from a Last-Modified to its response. If the time is shorter, a second change within the same second
could stay unnoticed (RFC 9110 section 8.8.2.2).
"""

_OTHER = aliased(VersionRow)
_VISIT = aliased(FetchRow)
_LATEST = (
    select(PolicyRow.name, VersionRow.number, VersionRow.fetch_id.label("since"))
    .add_columns(VersionRow.identity.label("version_identity"), FetchRow.id.label("fetch_id"), FetchRow.started_at)
    .add_columns(FetchRow.outcome, FetchRow.status, FetchRow.fallback, FetchRow.identity)
    .add_columns(FetchRow.final_url, FetchRow.headers)
    .join_from(PolicyRow, VersionRow, VersionRow.policy_id == PolicyRow.id)
    .join(
        FetchRow,
        FetchRow.id
        == select(_VISIT.id)
        .where(_VISIT.policy_id == PolicyRow.id, _VISIT.body_sha256.is_not(None))
        .order_by(_VISIT.id.desc())
        .limit(1)
        .scalar_subquery(),
    )
    .where(PolicyRow.name.in_(bindparam("names", expanding=True)))
    .where(
        VersionRow.number == select(func.max(_OTHER.number)).where(_OTHER.policy_id == PolicyRow.id).scalar_subquery()
    )
)
"""Query for the latest version of policies, and for their last complete response with a body. It uses only indexes, so
a run does not read the visits of other policies.
"""


def validators(
    archive: Archive, policies: Iterable[Policy], now: datetime, full_fetch: timedelta
) -> dict[str, Validators]:
    """Return the validators of each policy that may be requested conditionally, by the policy's name.

    A policy is left out if it has no version, if one of its pages gives no validators, or if its last full response is
    older than `full_fetch`. The last of these conditions is needed because some servers answer 304 even after a change.
    A policy is also left out if its last response was extracted by other rules than now, was read by the fallback, or
    did not have the text of the version.
    """
    wanted = {policy.name: policy for policy in policies}
    usable: dict[str, Validators] = {}
    with archive.reading() as session:
        for names in _batched(wanted):
            answers = session.execute(_LATEST, {"names": names}).all()
            further = _further_pages(session, [answer.fetch_id for answer in answers])
            for answer in answers:
                policy = wanted[answer.name]
                kept = _validators(answer, further.get(answer.fetch_id, []), policy)
                if kept is not None and timedelta() <= now - answer.started_at < full_fetch:
                    usable[answer.name] = kept
    return usable


def _batched(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Divide names into parts that fit into a statement."""
    remaining = iter(names)
    while part := tuple(islice(remaining, BATCH)):
        yield part


def _further_pages(session: Session, fetches: Sequence[int]) -> dict[int, list[FetchPageRow]]:
    """Return the further pages of responses, by fetch."""
    pages: dict[int, list[FetchPageRow]] = defaultdict(list)
    query = select(FetchPageRow).where(FetchPageRow.fetch_id.in_(fetches))
    for row in session.scalars(query.order_by(FetchPageRow.fetch_id, FetchPageRow.position)):
        pages[row.fetch_id].append(row)
    return pages


def _is_current(answer: Columns, policy: Policy) -> bool:
    """Whether a response had the text of the latest version and was extracted in the same way as now."""
    shows = answer.outcome in SEEN and answer.status == 200 and not answer.fallback
    return (
        shows
        and answer.fetch_id >= answer.since
        and not is_fallback(_identity(answer))
        and (is_current(_identity(answer), policy.options))
    )


def _identity(answer: Columns) -> str:
    """Return the extraction identity of a fetch. An old fetch has no identity, so the identity of its version is
    used.
    """
    return str(answer.identity or answer.version_identity)


def _validators(answer: Columns, further: Sequence[FetchPageRow], policy: Policy) -> Validators | None:
    """Return the validators for all pages of a policy, or None."""
    if not _is_current(answer, policy):
        return None
    rows: tuple[Columns | FetchPageRow, ...] = (answer, *further)
    if tuple(row.url for row in further) != policy.options.further or any(row.status != 200 for row in rows):
        return None
    pairs = [_etag_and_date(row) for row in rows]
    if any(pair is None for pair in pairs):
        return None
    first, *others = (
        Validators(row.final_url, *pair, version=answer.number, identity=_identity(answer))
        for row, pair in zip(rows, pairs, strict=True)
        if pair is not None
    )
    return replace(first, further=tuple(others))


def _etag_and_date(row: Columns | FetchPageRow) -> tuple[str, str] | None:
    """Return the ETag and Last-Modified of a response. Return None if a change could stay unnoticed with both
    of them.
    """
    headers = dict(reversed([(name, value) for name, value in row.headers]))
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    return (etag, modified) if etag or _is_certain(modified, headers.get("date", "")) else None


def _is_certain(modified: str, answered: str) -> bool:
    try:
        return parsedate_to_datetime(answered) - parsedate_to_datetime(modified) >= CERTAIN_AFTER
    except (ValueError, TypeError):  # a date is missing or unreadable, or has no time zone
        return False
