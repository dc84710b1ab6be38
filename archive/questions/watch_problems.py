"""Finds problems with the monitoring of policies. Operators are notified of these problems."""

from __future__ import annotations

import hashlib
from collections import defaultdict
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
from archive.storage.version_reader import READ
from differ.visits.left_out import WatchedSentence

PolicyTrouble = Literal["unread", "gone", "fallback", "flapping", "missed", "left-out"]
"""`unread`: several visits in a row did not find the policy. `gone`: at several visits in a row, the server said that
the page does not exist. `fallback`: the selector matched nothing. `flapping`: the text goes back and forth. `missed`:
no run tried the policy in time. `left-out`: sentences about sharing or rights appeared or disappeared in the page's
left-out prose."""

QUOTED = 2
"""Maximum number of quoted sentences."""

TOGETHER = 500
"""Maximum number of policies in one query."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem with the monitoring of one policy."""

    kind: PolicyTrouble
    policy: str
    policy_id: int
    _: KW_ONLY
    since: datetime
    episode: str = ""
    """Text that distinguishes this occurrence of a problem from other occurrences: the number of the first visit with
    the problem, or "".
    """
    visits: int = 0
    """Number of failed visits in a row; 0 if the problem is not about visits."""
    detail: str = ""
    """A sentence with the reason, or "" if the kind of problem needs no reason."""
    reason: str = ""
    """The reason as a code, for readers of other languages; see `status.Check.reason`. It is "" if there is no code."""
    came: tuple[str, ...] = ()
    """The first sentences that appeared in left-out prose."""
    gone: tuple[str, ...] = ()
    """The first sentences that disappeared from left-out prose."""
    topics: tuple[str, ...] = ()
    """Topics of the left-out sentences. People who subscribed to these topics are notified too."""


def troubles(
    archive: Archive, standing: Iterable[PolicyStatus], after: int, fallen: Collection[int] = ()
) -> tuple[Trouble, ...]:
    """Return the problems of each policy that is fetched, in the order of `standing`. The function `missed` finds
    problems of the kind `missed`. `after` is a number of visits, for example 3. A policy is unread or gone if 3 visits
    in a row did not find it. A fallback is a problem at the first visit. `fallen` has the numbers of the policies whose
    operator was already notified of a fallback. A fallback ends when the selector has matched at 3 visits in a row.
    """
    fetched = [status for status in standing if status.is_fetched and status.last_check is not None]
    with archive.reading() as session:
        left_out = _left_out_of(session, [status.id for status in fetched])
        return tuple(
            trouble
            for status in fetched
            for trouble in (*_of(session, status, after, fallen), *_left_out(status, left_out[status.id]))
        )


def missed(standing: Iterable[PolicyStatus]) -> tuple[Trouble, ...]:
    """Return the policies that no run has tried for much longer than their interval. Call this function before a run
    tries the policies."""
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
            reason=check.reason or check.outcome,
        )
    if status.health == "fallback" or (status.id in fallen and _fell_back(session, status.id, after)):
        yield Trouble("fallback", *named, since=check.started_at)
    if status.flapping and status.last_change is not None:
        yield Trouble("flapping", *named, since=status.last_change.seen_at)


def _left_out_of(session: Session, policies: Sequence[int]) -> defaultdict[int, list[tuple[LeftOutRow, datetime]]]:
    """Return the left-out prose with watched sentences that appeared or disappeared, and the time of each visit. The
    keys are the numbers of the policies. Many policies are asked about together, because a query for each policy takes
    most of the time of a page.
    """
    rows: defaultdict[int, list[tuple[LeftOutRow, datetime]]] = defaultdict(list)
    query = select(LeftOutRow, FetchRow.started_at).join(FetchRow, FetchRow.id == LeftOutRow.fetch_id)
    query = query.where(LeftOutRow.differences > 0).order_by(LeftOutRow.id)
    for first in range(0, len(policies), TOGETHER):
        some = LeftOutRow.policy_id.in_(policies[first : first + TOGETHER])
        for row, seen_at in session.execute(query.where(some)):
            rows[row.policy_id].append((row, seen_at))
    return rows


def _left_out(status: PolicyStatus, rows: Iterable[tuple[LeftOutRow, datetime]]) -> Iterator[Trouble]:
    """Yield the sentences that appeared or disappeared in left-out prose. Each sentence is yielded only once, because a
    page may alternate between two texts.
    """
    known: set[str] = set()
    for row, seen_at in rows:
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
                came=tuple(sentence.text for sentence in came[:QUOTED]),
                gone=tuple(sentence.text for sentence in gone[:QUOTED]),
                topics=tuple(sorted({topic for sentence in (*came, *gone) for topic in sentence.topics})),
            )


def _quoted(what: str, sentences: Sequence[WatchedSentence]) -> str:
    """Return a readable line that quotes the sentences that appeared or disappeared."""
    shown = ", ".join(f"“{sentence.text}” (left out as {sentence.why})" for sentence in sentences[:QUOTED])
    more = f", and {len(sentences) - QUOTED} more" if len(sentences) > QUOTED else ""
    return f"{what}: {shown}{more}." if sentences else ""


def _is_gone(session: Session, policy: int, visits: int) -> bool:
    """Whether each of the last visits got the status 404 or 410, which means that the page does not exist."""
    last = select(FetchRow.reason).where(FetchRow.policy_id == policy).order_by(FetchRow.id.desc()).limit(visits)
    return all(reason == "gone" for reason in session.scalars(last))


def _fell_back(session: Session, policy: int, visits: int) -> bool:
    """Whether the selector matched nothing at one or more of the last visits. Only visits that found the policy
    count."""
    last = select(FetchRow.fallback).where(FetchRow.policy_id == policy, FetchRow.outcome.in_(READ))
    return any(session.scalars(last.order_by(FetchRow.id.desc()).limit(visits)))
