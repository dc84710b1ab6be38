"""Finds the texts that a policy showed between two of its versions, and the odd texts that did not become versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from archive.model import Query, Version
from archive.storage.tables import FetchRow, VersionRow
from archive.storage.version_reader import SEEN, read_versions

MOST_TEXTS = 50
"""Maximum number of different texts between two versions that are read, the newest first. The others are counted."""


@dataclass(frozen=True, slots=True)
class InterimText:
    """A text that a policy had between two of its versions."""

    version: Version
    """The first version between the two that has this text, with its findings."""
    times: int
    """Number of versions between the two that have this text."""
    _: KW_ONLY
    is_later: bool
    """Whether it is the text of the later version, which was gone for a time."""


@dataclass(frozen=True, slots=True)
class OddText:
    """An odd text that waited for a second look."""

    seen_at: datetime
    """Time of the first visit that saw an odd text."""
    decided_at: datetime | None
    """Time of the visit that decided. None if the text still waits."""
    version: int
    """Number of the version that the text became; 0 if it did not become a version."""

    @property
    def vanished(self) -> bool:
        """Whether the deciding visit did not show the odd text."""
        return self.decided_at is not None and not self.version


def interim_texts(session: Session, policy: int, earlier: int, later: int) -> tuple[Sequence[InterimText], int]:
    """Return the texts of the versions between two versions, oldest first, and the number of further texts. A text of
    the earlier version is left out.
    """
    number, text = VersionRow.number, VersionRow.text_sha256
    query = select(number, text).where(VersionRow.policy_id == policy, number >= earlier, number <= later)
    texts: dict[int, str] = dict(session.execute(query.order_by(number)).all())
    between = {number: text for number, text in texts.items() if earlier < number < later and text != texts[earlier]}
    times = Counter(between.values())
    firsts = sorted({text: number for number, text in reversed(between.items())}.values())
    chosen = firsts[-MOST_TEXTS:]
    of_policy = [VersionRow.policy_id == policy, number.in_(chosen)]
    versions = read_versions(session, of_policy, Query()) if chosen else ()
    found = [
        InterimText(version, times[texts[version.number]], is_later=texts[version.number] == texts[later])
        for version in versions
    ]
    return found, len(firsts) - len(chosen)


def odd_texts(session: Session, policy: int, after: int, until: int | None = None) -> Iterator[OddText]:
    """Yield the odd texts of a policy, oldest first. They were seen or decided after the fetch `after`, and seen until
    the fetch `until`. Odd texts without a deciding visit between them are one odd text.
    """
    fetches = select(FetchRow.id, FetchRow.started_at).where(FetchRow.policy_id == policy)
    decided = fetches.where(FetchRow.outcome.in_(SEEN))
    before = session.execute(decided.where(FetchRow.id <= after).order_by(FetchRow.id.desc()).limit(1)).first()
    last = 0 if before is None else before.id
    odd = fetches.where(FetchRow.outcome == "pending", FetchRow.id > last).order_by(FetchRow.id)
    for row in session.execute(odd if until is None else odd.where(FetchRow.id <= until)).all():
        if row.id < last:
            continue  # it belongs to the odd text before
        deciding = session.execute(decided.where(FetchRow.id > row.id).order_by(FetchRow.id).limit(1)).first()
        yield OddText(row.started_at, None if deciding is None else deciding.started_at, _confirmed(session, deciding))
        if deciding is None:
            return
        last = deciding.id


def _confirmed(session: Session, deciding: Row[int, datetime] | None) -> int:
    """Return the version that a deciding visit confirmed, or 0. A confirmed version has the time of the first look."""
    if deciding is None:
        return 0
    made = VersionRow.fetch_id == deciding.id, VersionRow.seen_at != deciding.started_at
    return session.scalar(select(VersionRow.number).where(*made)) or 0
