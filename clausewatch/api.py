"""The functions for Python programs that `import clausewatch`: read a page, compare two pages, and query an archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.model import Query, Version
from archive.questions import history
from archive.questions.inventories import Named, Scope, listed_recipients, listed_rights, policies_without
from archive.search import query
from archive.storage.database import Archive
from archive.storage.read_only import read_only_archive
from clausewatch.inspection.offline_compare import file_page, judge_pages
from differ.judgement.inventory import Inventory, Right, inventory
from differ.judgement.profiles import load_profile
from differ.judgement.recipients import Recipient
from differ.model import Finding, Severity, Suppression
from document import read as read_page
from document import screen
from document.model import Document, ExtractionOptions, Page


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading a page."""

    document: Document
    """The page's text: sections with headings and blocks, links, languages, and the dates that the text states."""
    is_policy: bool
    """Whether the page looks like a policy, and not like an error, a login or an empty page."""
    reason: str
    """The reason why the page does not look like a policy, as a word from a fixed list; "" if the page looks like a
    policy.
    """
    detail: str
    """A sentence that explains the reason; "" if the page looks like a policy."""

    def inventory(self) -> Inventory:
        """Return the rights and recipients that the text names."""
        return inventory(self.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The changes between two pages, and whether they matter."""

    comparable: bool
    """Whether both pages look like a policy. Otherwise the pages are not compared."""
    reason: str
    """The reason why the pages are not comparable, as a word from a fixed list; "" if the pages are comparable."""
    detail: str
    changed: bool
    """Whether any word differs between the two texts."""
    material: bool
    """Whether a subscriber to the topics sharing and rights should be notified of the changes."""
    severity: Severity | None
    """The highest severity of the material findings."""
    topics: tuple[str, ...]
    """Topics of the material findings: "sharing", "rights", both or none."""
    findings: tuple[Finding, ...]
    """The edits that change the meaning, on any topic."""
    suppressed: tuple[Suppression, ...]
    """The edits that do not change the meaning, each with the reason."""


def read(
    page: bytes | Path,
    *,
    content_type: str = "",
    languages: Sequence[str] = (),
    select: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> Reading:
    """Read a page. Give the page as bytes, or as the path of a file. The file may be HTML, Markdown, PDF, DOCX, MHTML
    or plain text.

    If `content_type` is not given, the suffix of a file decides its type, and bytes are read as HTML. `select` and
    `remove` are CSS selectors or ranges. Raises `clausewatch.errors.ClausewatchError` for a file that cannot be read.
    Raises `document.SelectorError` for an invalid selector.
    """
    whole = _page(page, content_type)
    extracted = read_page(whole, ExtractionOptions(tuple(languages), tuple(select), tuple(remove)))
    screening = screen(whole, extracted.document)
    if screening is None:
        return Reading(extracted.document, is_policy=True, reason="", detail="")
    return Reading(extracted.document, is_policy=False, reason=screening.reason, detail=screening.detail)


def compare(
    before: bytes | Path,
    after: bytes | Path,
    *,
    content_type: str = "",
    languages: Sequence[str] = (),
    profile: str = "default",
) -> Judgement:
    """Return the changes between two pages.

    Give each page in the same way as to `read`. `profile` is the bundled profile that judges the changes: "default" or
    "kenalan".
    """
    pages = _page(before, content_type), _page(after, content_type)
    assessment = judge_pages(*pages, ExtractionOptions(tuple(languages)), load_profile(profile))
    comparable, comparison = assessment.outcome != "not comparable", assessment.comparison
    return Judgement(
        comparable=comparable,
        reason="" if comparable else assessment.reason or "",
        detail="" if comparable else assessment.detail,
        changed=comparison is not None and comparison.changed,
        material=comparison is not None and comparison.material,
        severity=None if comparison is None else comparison.severity,
        topics=() if comparison is None else comparison.topics,
        findings=() if comparison is None else comparison.findings,
        suppressed=() if comparison is None else comparison.suppressed,
    )


def _page(page: bytes | Path, content_type: str) -> Page:
    return Page(page, content_type or "text/html") if isinstance(page, bytes) else file_page(page, content_type or None)


class ArchiveReader:
    """Answers questions about an open archive. It writes nothing."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def policies(self) -> tuple[str, ...]:
        """Return the names of all policies, including policies that are no longer watched."""
        return history.policy_names(self._archive)

    def versions(self, policy: str, *, since: datetime | None = None) -> tuple[Version, ...]:
        """Return the versions of a policy with their changes and findings, oldest first."""
        return history.history(self._archive, Query(policy, since=since))

    def version(self, policy: str, at: datetime | None = None) -> Version:
        """Return the version of a policy that was current at a time. Without a time, return the latest version."""
        return history.latest_version(self._archive, policy) if at is None else history.as_of(self._archive, policy, at)

    def text(self, version: Version) -> Document:
        """Return the text of a version."""
        return history.document(self._archive, version)

    def search(
        self, words: str, *, policy: str | None = None, limit: int = query.LIMIT
    ) -> tuple[query.SectionMatch, ...]:
        """Return the sections of any version that contain all these words. Words in quotes must be adjacent."""
        return tuple(query.search(self._archive, query.Search(words, policy, limit=limit)).matches)

    def recipients(
        self, *, kind: str | None = None, country: str | None = None, at: datetime | None = None
    ) -> tuple[Named[Recipient], ...]:
        """Return who receives data according to the policies.

        `kind` limits the answer to a class of recipients, such as "advertising". `country` limits it to recipients that
        are named together with a country, such as "US".
        """
        return listed_recipients(self._archive, Scope(at), kind=kind, country=country).entries

    def rights(self, right: str | None = None, *, at: datetime | None = None) -> tuple[Named[Right], ...]:
        """Return the rights that the policies name. `right` limits the answer to one right, such as "erase"."""
        return listed_rights(self._archive, Scope(at), right=right).entries

    def policies_without(self, right: str, *, at: datetime | None = None) -> tuple[str, ...]:
        """Return the names of the policies that do not name a right, such as "portability"."""
        return policies_without(self._archive, Scope(at), right).policies


@contextmanager
def open_archive(url: str) -> Iterator[ArchiveReader]:
    """Open an archive for reading only. `url` is a database URL, such as "sqlite:////srv/watch/clausewatch.db".

    Raises subclasses of `archive.errors.StorageError`. Such an error is also raised if an older version of Clausewatch
    wrote the archive. `clausewatch status` upgrades such an archive.
    """
    with read_only_archive(url) as archive:
        yield ArchiveReader(archive)
