"""Verifies stored contents. The address of each content must be its hash. Each text must match its sealed hash, its
page, and its sections in the search index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from typing import NamedTuple

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from archive.evidence.damaged_rows import UNREADABLE, readable
from archive.evidence.flaws import Flaw
from archive.evidence.section_facts import DocumentFacts, SectionReader
from archive.evidence.section_verification import PolicySections
from archive.model import IMPORTED, TECHNICAL_IMPORT
from archive.recording.policies import options_of
from archive.storage import blobs
from archive.storage.evidence_rows import BATCH
from archive.storage.tables import BlobRow, ChainEntryRow, FetchPageRow, FetchRow, PolicyRow, VersionRow
from document import text_identity

AT_ONCE = 50
"""Number of contents that are read at once. A content may be large after decompression, so a few hundred contents could
need too much memory.
"""

LEFT_OUT = (*UNREADABLE, MemoryError)
"""Errors that may occur when damaged content is read."""


@dataclass(slots=True)
class Contents:
    """The contents checked so far."""

    blobs: int = 0
    """Number of bodies and documents that match their address."""
    texts: int = 0
    """Number of versions whose document has the sealed text."""
    extracted_again: int = 0
    """Number of versions whose text was extracted again from the page and was the same."""
    other_extraction: int = 0
    """Number of versions that were extracted by other rules or selectors than the current ones. Their texts were not
    extracted again.
    """
    without_page: int = 0
    """Number of versions whose page was not kept."""
    not_indexed: int = 0
    """Number of policies with versions that are not yet indexed for search."""


class _Text(NamedTuple):
    id: int
    policy_id: int
    number: int
    fetch_id: int
    identity: str
    document_sha256: str
    text_sha256: str


def verify_contents(session: Session, tally: Contents, *, extract: bool, after: int = 0) -> Iterator[Flaw]:
    """Return the flaws in contents and texts. Count the checked contents and texts in `tally`. Only rows whose chain
    entry is after the entry `after` are checked.
    """
    yield from _unknown_contents(session)
    verification = _Verification(session, tally, blobs.Retrieval(session), extract=extract, after=after)
    yield from verification.bodies()
    yield from verification.texts()


def ascii_text(stored: object) -> str:
    """Return a stored value as printable text. The value may be of any type."""
    return str(stored).encode("ascii", "backslashreplace").decode("ascii")


def _unknown_contents(session: Session) -> Iterator[Flaw]:
    """Return a flaw for each reference to a content that is not stored."""
    for what, key, column in (
        ("version", VersionRow.id, VersionRow.document_sha256),
        ("fetch", FetchRow.id, FetchRow.snapshot_sha256),
        ("a further page of fetch", FetchPageRow.fetch_id, FetchPageRow.snapshot_sha256),
    ):
        stored = exists().where(BlobRow.sha256 == column)
        for row_id in session.scalars(select(key).where(column.is_not(None), ~stored).order_by(key)):
            yield Flaw("missing", f"{what} {row_id}", "its stored content is gone")


@dataclass(slots=True)
class _Verification:
    """Checks all contents in one pass. Contents with the same keyframe are checked together, so that the keyframe is
    unpacked only once."""

    session: Session
    tally: Contents
    retrieval: blobs.Retrieval
    _: KW_ONLY
    extract: bool
    after: int
    _documents: set[str] = field(default_factory=set)
    """Addresses of documents that were already counted as contents."""
    _sections: PolicySections | None = None
    _reader: SectionReader = field(default_factory=SectionReader)

    def bodies(self) -> Iterator[Flaw]:
        """Verify all contents that are not documents of versions."""
        keyframe = func.coalesce(BlobRow.base_sha256, BlobRow.sha256)
        query = select(BlobRow.sha256).where(BlobRow.sha256.not_in(select(VersionRow.document_sha256)))
        if self.after:
            fetches = self._sealed("fetch")
            own = select(FetchRow.snapshot_sha256).where(FetchRow.id.in_(fetches))
            further = select(FetchPageRow.snapshot_sha256).where(FetchPageRow.fetch_id.in_(fetches))
            query = query.where(or_(BlobRow.sha256.in_(own), BlobRow.sha256.in_(further)))
        ordered = query.order_by(keyframe, BlobRow.base_sha256.is_not(None)).execution_options(yield_per=BATCH)
        for addresses in self.session.scalars(ordered).partitions(AT_ONCE):
            self._read_ahead(addresses)
            for address in addresses:
                content = self._load(address)
                if isinstance(content, Flaw):
                    yield content
                else:
                    self.tally.blobs += 1

    def texts(self) -> Iterator[Flaw]:
        """Verify the document, the text and the sections of each version. If `extract` was requested, also extract the
        text again from the version's page.
        """
        order = (VersionRow.policy_id, VersionRow.number)
        query = select(VersionRow.id).order_by(*order)
        ids = list(
            self.session.scalars(query.where(VersionRow.id.in_(self._sealed("version"))) if self.after else query)
        )
        for start in range(0, len(ids), AT_ONCE):
            for texts in readable(self._read, ids[start : start + AT_ONCE]):
                if isinstance(texts, int):
                    continue  # the check of the chain reports unreadable rows
                self._read_ahead([text.document_sha256 for text in texts])
                for text in texts:
                    yield from self._text(text)
        if self._sections is not None:
            yield from self._sections.leftover()

    def _sealed(self, kind: str) -> Select[int]:
        """Select the rows of a kind that are sealed by the entries to check."""
        return select(ChainEntryRow.row_id).where(ChainEntryRow.kind == kind, ChainEntryRow.sequence > self.after)

    def _read(self, ids: Sequence[int]) -> list[_Text]:
        table = VersionRow.__table__
        query = select(*(table.c[name] for name in _Text._fields)).where(table.c.id.in_(ids))
        texts = [_Text(*row) for row in self.session.execute(query.order_by(table.c.policy_id, table.c.number))]
        if not all(isinstance(text.policy_id, int) and isinstance(text.number, int) for text in texts):
            raise TypeError("a version names no policy or has no number")
        return texts

    def _read_ahead(self, addresses: Sequence[str]) -> None:
        with suppress(*UNREADABLE):  # after an error, each content is read by itself, so that the damaged one is found
            self.retrieval.read_ahead(addresses)

    def _load(self, address: str) -> bytes | Flaw:
        try:
            return self.retrieval.retrieve(address)
        except LEFT_OUT:
            problem = "it cannot be read, or is not what was stored"
            return Flaw("content", f"content {ascii_text(address)}", problem)

    def _text(self, text: _Text) -> Iterator[Flaw]:
        content = self._load(text.document_sha256)
        if text.document_sha256 not in self._documents:
            self._documents.add(text.document_sha256)
            if isinstance(content, Flaw):
                yield content
            else:
                self.tally.blobs += 1
        document = None if isinstance(content, Flaw) else self._document(content, text.text_sha256)
        yield from self._searched(text, document)
        if document is not None:
            self.tally.texts += 1
            yield from self._extracted(text) if self.extract else ()
        elif not isinstance(content, Flaw):
            yield Flaw("text", f"version {text.id}", "its document does not have the text that its hash names")

    def _document(self, content: bytes, text: str) -> DocumentFacts | None:
        """Return the facts of a document, or None if its text does not have this hash."""
        try:
            document = self._reader.read(content)
        except UNREADABLE:
            return None
        return document if document.text_sha256 == text else None

    def _searched(self, text: _Text, document: DocumentFacts | None) -> Iterator[Flaw]:
        """Compare the indexed sections of a version with its document."""
        if self._sections is None or self._sections.policy_id != text.policy_id:
            if self._sections is not None:
                yield from self._sections.leftover()
            self._sections = PolicySections.of(self.session, text.policy_id, text.number if self.after else 0)
            self.tally.not_indexed += self._sections.waits
        yield from self._sections.compare(text.number, None if document is None else document.parts)

    def _extracted(self, text: _Text) -> Iterator[Flaw]:
        """Extract a version's text again from its page, and compare it with the stored text. This is done only if the
        version was extracted by the current rules and selectors.
        """
        # These modules take long to import, and a check without extraction does not need them.
        from archive.recording.recorder import snapshots
        from document.reading import EXTRACTOR, read_all

        identity = text.identity.removeprefix(IMPORTED).removeprefix(TECHNICAL_IMPORT)
        if f"e{EXTRACTOR}+" not in identity:
            self.tally.other_extraction += 1
            return
        try:
            pages = snapshots(self.session, self.session.get_one(FetchRow, text.fetch_id))
            again = read_all(pages, options_of(self.session.get_one(PolicyRow, text.policy_id))) if pages else None
        except UNREADABLE:
            return  # the row or content was already found damaged
        finally:
            self.session.expunge_all()
        if again is None:
            self.tally.without_page += 1
        elif again.identity != identity:
            self.tally.other_extraction += 1
        elif text_identity(again.document) == text.text_sha256:
            self.tally.extracted_again += 1
        else:
            yield Flaw("text", f"version {text.id}", "its page, extracted again, gives another text")
