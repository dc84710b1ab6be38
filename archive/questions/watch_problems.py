"""Finds what is wrong with the monitoring of policies, for its operator."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.questions.status import PolicyStatus
from archive.recording.left_out import watched_of
from archive.storage.database import Archive
from archive.storage.tables import FetchRow, LeftOutRow
from archive.storage.version_reader import SEEN
from differ.visits.left_out import WatchedSentence

PolicyTrouble = Literal["unread", "gone", "fallback", "flapping", "missed", "left-out"]
"""`unread`: visits in a row did not show the policy. `gone`: the server said so at each of the last ones. `fallback`:
the selector matched nothing. `flapping`: the text goes back and forth. `missed`: no run tried it in time.
`left-out`: sentences on sharing or rights came or went in prose that is left out of the page."""

QUOTED = 2
"""Sentences that came or went which are quoted."""

SHOWN = (*SEEN, "pending")
"""Outcomes of visits that showed the policy."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with the watch of one policy."""

    kind: PolicyTrouble
    policy: str
    policy_id: int
    _: KW_ONLY
    since: datetime
    episode: str = ""
    """Distinguishes one time of trouble from the next: the number of its first visit, or ""."""
    visits: int = 0
    """Number of failed visits in a row; 0 if the problem is not about visits."""
    detail: str = ""
    """Why, a sentence; "" if the kind says it."""
    topics: tuple[str, ...] = ()
    """Topics of the left-out sentences: subscribers to these topics are notified too."""


def troubles(
    archive: Archive, standing: Iterable[PolicyStatus], after: int, fallen: Collection[int] = ()
) -> tuple[Trouble, ...]:
    """Return what is wrong with each policy that is watched, in the order of `standing`; of `missed` see there.

    A policy is unread, or gone, once `after` visits in a row found it so. One whose selector matches nothing is in
    trouble at once; those that are known to be, by their numbers in `fallen`, until it matched at `after` visits.
    """
    with archive.reading() as session:
        return tuple(
            trouble
            for status in standing
            if status.retired_at is None
            for trouble in _of(session, status, after, fallen)
        )


def missed(standing: Iterable[PolicyStatus]) -> tuple[Trouble, ...]:
    """Return the policies that no run tried for much longer than they ask for. Ask before a run tries them."""
    return tuple(
        Trouble("missed", status.name, status.id, since=status.tried_at, episode=status.tried_at.isoformat())
        for status in standing
        if status.overdue and status.tried_at is not None
    )


def _of(session: Session, status: PolicyStatus, after: int, fallen: Collection[int]) -> Iterator[Trouble]:
    check = status.last_check
    if check is None:
        return
    named = (status.name, status.id)
    if status.trouble_visits >= after and status.trouble_since is not None:
        kind: PolicyTrouble = "gone" if check.reason == "gone" and _is_gone(session, status.id, after) else "unread"
        detail = check.detail or check.reason or check.outcome
        yield Trouble(
            kind,
            *named,
            since=status.trouble_since,
            episode=str(status.trouble_fetch),
            visits=status.trouble_visits,
            detail=detail,
        )
    if status.health == "fallback" or (status.id in fallen and _fell_back(session, status.id, after)):
        yield Trouble("fallback", *named, since=check.started_at)
    if status.flapping and status.last_change is not None:
        yield Trouble("flapping", *named, since=status.last_change.seen_at)
    yield from _left_out(session, status)


def _left_out(session: Session, status: PolicyStatus) -> Iterator[Trouble]:
    """Yield what came and went in prose that is left out, the same sentences once: a page may show them by turns."""
    query = select(LeftOutRow, FetchRow.started_at).join(FetchRow, FetchRow.id == LeftOutRow.fetch_id)
    query = query.where(LeftOutRow.policy_id == status.id, LeftOutRow.differences > 0).order_by(LeftOutRow.id)
    known: set[str] = set()
    for row, seen_at in session.execute(query):
        came, gone = watched_of(row.came), watched_of(row.gone)
        texts = sorted(" ".join(sentence.words) for sentence in (*came, *gone))
        episode = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
        if episode not in known:
            known.add(episode)
            yield Trouble(
                "left-out",
                status.name,
                status.id,
                since=seen_at,
                episode=episode,
                detail=" ".join(filter(None, (_quoted("New", came), _quoted("Gone", gone)))),
                topics=tuple(sorted({topic for sentence in (*came, *gone) for topic in sentence.topics})),
            )


def _quoted(what: str, sentences: Sequence[WatchedSentence]) -> str:
    """Return sentences that came or went, a line for a person."""
    shown = ", ".join(f"“{sentence.text}” (left out as {sentence.why})" for sentence in sentences[:QUOTED])
    more = f", and {len(sentences) - QUOTED} more" if len(sentences) > QUOTED else ""
    return f"{what}: {shown}{more}." if sentences else ""


def _is_gone(session: Session, policy: int, visits: int) -> bool:
    """Whether the server said at each of the last visits that there is no such page (HTTP status 404 or 410)."""
    last = select(FetchRow.reason).where(FetchRow.policy_id == policy).order_by(FetchRow.id.desc()).limit(visits)
    return all(reason == "gone" for reason in session.scalars(last))


def _fell_back(session: Session, policy: int, visits: int) -> bool:
    """Whether the selector matched nothing at any of the last visits that showed the policy."""
    last = select(FetchRow.fallback).where(FetchRow.policy_id == policy, FetchRow.outcome.in_(SHOWN))
    return any(session.scalars(last.order_by(FetchRow.id.desc()).limit(visits)))
