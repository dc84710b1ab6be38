"""Records left-out prose: sentences of a page that are not part of the policy's text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.storage.tables import FetchRow, KnownPageRow, LeftOutRow
from differ.visits.left_out import LeftOutProse, WatchedSentence

if TYPE_CHECKING:
    from differ.visits.assessment import Assessment


def left_out_of(session: Session, policy_id: int) -> LeftOutProse | None:
    """Return the last recorded left-out prose of a policy's page. Return None if none was recorded."""
    query = select(LeftOutRow, FetchRow.identity).join(FetchRow, FetchRow.id == LeftOutRow.fetch_id)
    row = session.execute(
        query.where(LeftOutRow.policy_id == policy_id).order_by(LeftOutRow.id.desc()).limit(1)
    ).first()
    if row is None:
        return None
    stored, identity = row
    return LeftOutProse(
        tuple(stored.hashes), stored.words, stored.page_words, identity=identity, watched=watched_of(stored.watched)
    )


def watched_of(stored: Iterable[Any]) -> tuple[WatchedSentence, ...]:
    """Convert stored sentences into objects."""
    return tuple(WatchedSentence(text, tuple(topics), why) for text, topics, why in stored)


def note_left_out(session: Session, fetch: FetchRow, assessment: Assessment) -> None:
    """Record the left-out prose of a page, if the assessment asks for that. If watched sentences changed, delete the
    fingerprints of the page. Otherwise a page with the former sentences would be recognised as unchanged.
    """
    prose, change = assessment.left_out, assessment.left_out_change
    if prose is None:
        return
    row = LeftOutRow(
        policy_id=fetch.policy_id,
        fetch_id=fetch.id,
        hashes=list(prose.hashes),
        words=prose.words,
        page_words=prose.page_words,
        watched=_stored(prose.watched),
        came=_stored(change.came if change else ()),
        gone=_stored(change.gone if change else ()),
        differences=len(change.came + change.gone) if change else 0,
    )
    session.add(row)
    if change is not None:
        session.execute(delete(KnownPageRow).where(KnownPageRow.policy_id == fetch.policy_id))
    session.flush()


def _stored(sentences: Iterable[WatchedSentence]) -> list[list[Any]]:
    return [[sentence.text, list(sentence.topics), sentence.why] for sentence in sentences]
