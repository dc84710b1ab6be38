"""Finds out when each sentence was added to a policy, and when sentences were dropped."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from itertools import pairwise

from archive.errors import NoVersionError
from archive.model import Version
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import VersionRow
from archive.storage.version_reader import policy_row, read_versions
from differ.language.statements import Statement, StatementKind, statements
from document import from_json
from document.model import Document, Section

SentenceKey = tuple[str, ...]
"""Key by which sentences are compared: the words in lower case, without punctuation marks and list numbers."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, heading, list item or table row of a version."""

    kind: StatementKind
    text: str
    marker: str
    _: KW_ONLY
    path: tuple[str, ...]
    """Headings above the sentence."""
    since: int
    """The version that added the sentence. Every later version has the sentence too, at any place in the policy."""
    since_at: datetime
    """Time when the version `since` was first seen."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A former sentence that was removed or rewritten."""

    text: str
    path: tuple[str, ...]
    first: int
    """The version that added the sentence."""
    _: KW_ONLY
    last: int
    """The last version before the sentence was dropped."""
    appeared_at: datetime
    gone_at: datetime
    """Time when the first version without the sentence was first seen."""


@dataclass(frozen=True, slots=True)
class Blame:
    """One version's text with the origin of each sentence."""

    version: Version
    sentences: tuple[Sentence, ...]
    dropped: tuple[Dropped, ...]
    """Sentences that were dropped in this version or in an earlier version, the latest first."""
    _: KW_ONLY
    read_anew: tuple[int, ...]
    """Versions that were extracted by other rules than the version before. Their differences may come from the
    extraction.
    """


@dataclass(frozen=True, slots=True)
class _Origin:
    version: Version
    statement: Statement


def blame(archive: Archive, policy: str, number: int | None = None) -> Blame:
    """Return the origin of each sentence in a version of a policy, the latest version by default.

    A sentence stays the same if its words stay the same. Case, punctuation and position do not matter. If a sentence
    was removed and later added again, its origin is the version that added it again. Raises UnknownPolicyError,
    NoVersionError, DamagedArchiveError.
    """
    with archive.reading() as session:
        conditions = [VersionRow.policy_id == policy_row(session, policy).id]
        if number is not None:
            conditions.append(VersionRow.number <= number)
        versions = read_versions(session, conditions, None)
        if not versions or (number is not None and versions[-1].number != number):
            there = f"the last one is {versions[-1].number}" if versions else "none is recorded yet"
            raise NoVersionError(policy, f"there is no version {number or ''}".rstrip() + f": {there}")
        documents = (from_json(blobs.retrieve(session, version.document_sha256)) for version in versions)
        tracing = _Tracing()
        for version, document in zip(versions, documents, strict=True):
            tracing.follow(version, document)
    return tracing.result(versions)


class _Tracing:
    """Goes through the versions of a policy in order."""

    def __init__(self) -> None:
        self.standing: dict[SentenceKey, _Origin] = {}
        self.dropped: list[Dropped] = []
        self.current: list[Statement] = []
        self._split: dict[Section, tuple[Statement, ...]] = {}

    def follow(self, version: Version, document: Document) -> None:
        """Process the next version."""
        self.current = [statement for section in document.sections for statement in self._statements(section)]
        present = {statement.words: statement for statement in self.current}
        gone = [origin for words, origin in self.standing.items() if words not in present]
        self.dropped += [_dropped(origin, version) for origin in gone]
        self.standing = {
            words: self.standing.get(words) or _Origin(version, statement) for words, statement in present.items()
        }

    def result(self, versions: tuple[Version, ...]) -> Blame:
        """Return the result after the last version."""
        reread = tuple(
            after.number for before, after in pairwise(versions) if before.identity != after.identity or after.boundary
        )
        sentences = tuple(_sentence(statement, self.standing[statement.words].version) for statement in self.current)
        latest_first = sorted(self.dropped, key=lambda sentence: -sentence.last)
        return Blame(versions[-1], sentences, tuple(latest_first), read_anew=reread)

    def _statements(self, section: Section) -> tuple[Statement, ...]:
        # Most sections stay unchanged from version to version, so each section is split only once.
        if section not in self._split:
            self._split[section] = statements(Document((section,)))
        return self._split[section]


def _sentence(statement: Statement, since: Version) -> Sentence:
    return Sentence(
        statement.kind,
        statement.text,
        statement.marker,
        path=statement.path,
        since=since.number,
        since_at=since.seen_at,
    )


def _dropped(origin: _Origin, without: Version) -> Dropped:
    return Dropped(
        text=origin.statement.text,
        path=origin.statement.path,
        first=origin.version.number,
        last=without.number - 1,
        appeared_at=origin.version.seen_at,
        gone_at=without.seen_at,
    )
