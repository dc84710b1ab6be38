"""Verifies that the search index has the same sections as the sealed document of each version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from sqlalchemy import Row, bindparam, or_, select
from sqlalchemy.orm import Session

from archive.evidence.flaws import Flaw
from archive.search.index import BATCH, WAITING, SectionPart
from archive.storage.tables import IndexedRow, SectionRow, StandingRow

_TABLE = SectionRow.__table__
_NAMES = ("sha256", "path", "heading", "language", "text")
_COLUMNS = [_TABLE.c[name] for name in _NAMES]
_words = itemgetter(*_NAMES)
_SECTIONS = select(*_COLUMNS).where(_TABLE.c.sha256.in_(bindparam("addresses", expanding=True)))
"""Query for sections. It is built once, because it runs for each version."""


@dataclass(slots=True)
class PolicySections:
    """The sections of one policy in the search index. The policy's versions must be compared in order."""

    session: Session
    policy_id: int
    waits: bool
    """Whether the policy's versions are not indexed yet. Then there is nothing to compare."""
    _begin: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    _end: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    _present: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    """Addresses of sections whose words were already compared, or are in `_waiting`."""
    _waiting: dict[str, tuple[int, SectionPart]] = field(default_factory=dict)
    """Sections whose words must still be compared. Each has the number of the first version with the section. These
    words are read together.
    """
    _wrong: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Addresses of wrong sections that were not yielded yet, by version."""

    @classmethod
    def of(cls, session: Session, policy_id: int, first_number: int) -> PolicySections:
        """Read the indexed sections of a policy from version `first_number` on."""
        indexed = session.scalar(select(IndexedRow.number).where(IndexedRow.policy_id == policy_id))
        sections = cls(session, policy_id, waits=indexed == WAITING)
        query = select(SectionRow.sha256, StandingRow.first, StandingRow.last)
        joined = query.join(SectionRow, SectionRow.id == StandingRow.section_id)
        later = or_(StandingRow.last.is_(None), StandingRow.last >= first_number)
        for address, first, last in session.execute(joined.where(StandingRow.policy_id == policy_id, later)):
            sections._begin[max(first, first_number)].add(address)
            sections._end[0 if last is None else last].add(address)
        return sections

    def compare(self, number: int, parts: Mapping[str, SectionPart] | None) -> Iterator[Flaw]:
        """Compare the indexed sections of a version with the sections of its document. `parts` is None if the document
        cannot be read."""
        self._present |= self._begin.pop(number, set())
        if parts is not None and not self.waits:
            new = (parts.keys() - self._seen) & self._present
            self._seen |= new
            self._waiting |= {address: (number, parts[address]) for address in new}
            if self._present != parts.keys():
                self._wrong[number] |= self._present ^ parts.keys()
            if len(self._waiting) >= BATCH:
                yield from self._compare_waiting()
        self._present -= self._end[number]

    def _compare_waiting(self) -> Iterator[Flaw]:
        for address, stored in self._stored(list(self._waiting)):
            number, part = self._waiting[address]
            if _words(part) != stored:
                self._wrong[number].add(address)
        for number, addresses in sorted(self._wrong.items()):
            where = f"version {number} of policy {self.policy_id}"
            count = f"{len(addresses)} {'section' if len(addresses) == 1 else 'sections'}"
            yield Flaw("search", where, f"the search index differs from the document in {count}")
        self._waiting.clear()
        self._wrong.clear()

    def _stored(self, addresses: list[str]) -> Iterator[tuple[str, Row[*tuple[str, ...]]]]:
        connection = self.session.connection()
        for start in range(0, len(addresses), BATCH):
            for row in connection.execute(_SECTIONS, {"addresses": addresses[start : start + BATCH]}):
                yield row.sha256, row

    def leftover(self) -> Iterator[Flaw]:
        """Yield the remaining flaws. Also yield a flaw if the search index has sections of versions that do not
        exist.
        """
        yield from self._compare_waiting()
        if self._begin and not self.waits:
            numbers = ", ".join(map(str, sorted(self._begin)[:10]))
            problem = f"the search index has versions that do not exist: {numbers}"
            yield Flaw("search", f"policy {self.policy_id}", problem)
