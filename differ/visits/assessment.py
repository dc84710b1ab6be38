"""Assesses a visit in one pure call: screening, extraction, comparison. The crawler's worker processes call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Literal

from differ.judgement.inventory import Inventory
from differ.judgement.profiles import Profile, load_profile
from differ.model import Comparison
from differ.visits.anomalies import newly_fallen_back, odd
from differ.visits.comparability import comparability
from differ.visits.comparing import compare
from differ.visits.completeness import ends_early, incomplete, pages_in_pairs
from differ.visits.left_out import LeftOutChange, LeftOutProse, left_out_change, left_out_prose
from differ.visits.linked_addresses import relink
from differ.visits.page_noise import lost_in_bulk, replaces_another_page, restored
from differ.visits.removed_end import with_removed_end
from differ.visits.selected_part import portion
from document import Screening, identity_words, joined, read, read_all, screen, text_identity
from document.model import UNSETTLED, Document, Extracted, ExtractionOptions, Page
from document.reading import is_built_alike
from document.screening import Reason

Outcome = Literal["unchanged", "changed", "pending", "not comparable"]

Patience = Literal["none", "left", "over"]
"""`left`: an odd text may still wait for a second look. `over`: `confirm_max` has passed, so an odd text is recorded as
unconfirmed. `none`: there are no second looks, and a text that may not be the whole policy is not comparable.
"""

WITHOUT_TERMS: Reason = "other-document"
"""Reason for refusing an intact page that has hardly any policy terms."""


@dataclass(frozen=True, slots=True)
class LatestVersion:
    """The latest version in the archive, with which a new response is compared."""

    document: Document
    identity: str
    """Extraction identity of the version."""
    page: Page | None
    """Snapshot of the version, or None if it was not kept. Without a snapshot, the version cannot be extracted again.
    So if the extraction identity has changed, the next version is a boundary.
    """
    _: KW_ONLY
    fallback: bool = False
    """Whether the version was read without the configured selector, because the selector matched nothing."""
    further: tuple[Page, ...] = ()
    """Snapshots of the pages after the first, if the version has several pages."""
    further_urls: tuple[str, ...] = ()
    """The requested addresses of these pages."""
    fitted: Document | None = None
    """The last document that was read with the selector, before the selector stopped matching. None if there is no such
    document."""
    left_out: LeftOutProse | None = None
    """The left-out prose of the version's page as last recorded, or None."""

    @property
    def pages(self) -> tuple[Page, ...]:
        """All snapshots of the version in order. It is empty if one of them was not kept."""
        return () if self.page is None else (self.page, *self.further)


@dataclass(frozen=True, slots=True)
class PageFingerprint:
    """Recognises a response that was fully read and had the text of the latest version."""

    exact: str
    """Hash of the bytes, and of the other facts that affect how the response is read."""
    fingerprint: str | None
    """`document.fingerprint_all`, or None if the pages have no fingerprint."""
    identity: str
    """Extraction identity with which the response was read."""
    _: KW_ONLY
    fallback: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """The input of one assessment."""

    page: Page
    options: ExtractionOptions
    profile: Profile = field(default_factory=load_profile)
    _: KW_ONLY
    latest: LatestVersion | None = None
    """The latest version; None at the first fetch."""
    pending: str | None = None
    """The `document.text_identity` of the odd text that is waiting for a second look, or None."""
    patience: Patience = "none"
    """Whether an odd change waits for a second look. If an odd change waits, the caller must remember since when."""
    further: tuple[Page, ...] = ()
    """The pages after the first, if the policy has several."""
    page_fingerprints: tuple[PageFingerprint, ...] = ()
    """Fingerprints of the latest version."""

    @property
    def pages(self) -> tuple[Page, ...]:
        """All pages of the visit, in their order."""
        return (self.page, *self.further)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The result of a visit."""

    outcome: Outcome
    """Outcome of the visit. For a first version, it is `changed`. It is `pending` if the change is odd and waits for a
    second look."""
    reason: str | None = None
    """Reason from a fixed list, if the response is not comparable."""
    detail: str = ""
    """A readable sentence that says which fact led to this assessment."""
    _: KW_ONLY
    document: Document | None = None
    """None if the response is not comparable."""
    identity: str = ""
    fallback: bool = False
    comparison: Comparison | None = None
    """None if nothing changed, or if the version is a first version or a boundary."""
    boundary: bool = False
    """True if our extraction changed and the earlier snapshot could not be extracted again, so that there is no
    alert.
    """
    confirmed: bool = True
    """False if an odd change is recorded although no second look confirmed it."""
    page_fingerprint: PageFingerprint | None = None
    """Fingerprint with which the same response is recognised later. None if a fingerprint recognised this response, or
    if the response does not have the text of a version.
    """
    left_out: LeftOutProse | None = None
    """The left-out prose of the page; None if it need not be recorded. It is recorded if the visit makes a version, or
    if the left-out prose has changed."""
    left_out_change: LeftOutChange | None = None
    """The watched sentences that appeared or disappeared in the left-out prose."""
    inventory: Inventory | None = None
    """The rights and recipients in the text. None if they are not listed yet."""


def assess(visit: Visit) -> Assessment:
    """Screen a response, extract it, and compare it with the previous version.

    If the extraction identity has changed, the snapshot of the previous version is extracted again in the new way. So
    the comparison shows only the policy's own changes."""
    extractions = [read(page, visit.options) for page in visit.pages]
    extracted = joined(extractions)
    screening = screen_all(visit.pages, extractions, visit.options)
    if screening is not None:
        return Assessment("not comparable", screening.reason, screening.detail, identity=extracted.identity)
    result = Assessment(
        "changed",
        detail=unsettled(visit.pages),
        document=extracted.document,
        identity=extracted.identity,
        fallback=extracted.fallback,
        left_out=left_out_prose(extracted.left_out_prose, extracted.document, extracted.identity),
    )
    if visit.latest is None:
        return result
    compared_result = compared(result, extracted.document, visit, visit.latest)
    return with_left_out(compared_result, extracted.document, visit.latest)


def unsettled(pages: Sequence[Page]) -> str:
    """Return a sentence if a page was still changing when the browser's time was over. Return "" if the page had
    stopped changing.
    """
    after = next((value for page in pages for name, value in page.headers if name == UNSETTLED), None)
    if after is None:
        return ""
    return f"The text of the page still changed after {after}, half of render_time, and was read as it was then."


def with_left_out(result: Assessment, document: Document, latest: LatestVersion) -> Assessment:
    """Add to an assessment the changes in the prose outside the policy. If this prose must be recorded, add the prose
    itself too.
    """
    before, after = latest.left_out, result.left_out
    if after is None or result.outcome not in ("changed", "unchanged"):
        return replace(result, left_out=None)
    change = None if before is None else left_out_change(before, after, latest.document, document)
    same = before is not None and before.identity == after.identity and change is None
    return replace(result, left_out_change=change, left_out=None if same and result.outcome == "unchanged" else after)


def screen_all(pages: Sequence[Page], extractions: Sequence[Extracted], options: ExtractionOptions) -> Screening | None:
    """Return the reason why one of several pages does not belong to the policy, with the address of that page. For a
    single page, return the result of `screen`. A single one of several pages may have no policy terms, because only all
    pages together are the policy. An example is a list of companies.
    """
    screenings = [screen(page, extracted.document, options) for page, extracted in zip(pages, extractions, strict=True)]
    names = [page.final_url or f"Page {number}" for number, page in enumerate(pages, start=1)]
    refused = [(name, screening) for name, screening in zip(names, screenings, strict=True) if screening is not None]
    decisive = (
        refused
        if len(refused) == len(pages)
        else [refusal for refusal in refused if refusal[1].reason != WITHOUT_TERMS]
    )
    if not decisive:
        return None
    name, screening = decisive[0]
    return screening if len(pages) == 1 else replace(screening, detail=f"{name}: {screening.detail}")


def compared(result: Assessment, document: Document, visit: Visit, latest: LatestVersion) -> Assessment:
    """Complete an assessment by comparison with the previous version."""
    alike = like_with_like(latest, visit, Extracted(document, result.identity, result.fallback))
    if alike is None:
        unchanged = same_words(latest.document, document)
        return replace(result, outcome="unchanged", document=None) if unchanged else replace(result, boundary=True)
    before, after = alike
    screening = comparability(before, after)
    if screening is not None and not replaces_another_page(before, after):
        return refused(result, screening)
    if same_words(relink(before, after).before, after):
        return replace(result, outcome="unchanged")
    comparison = compare(before, after, visit.profile)
    result = replace(result, comparison=comparison)
    if back := restored(before, after):
        return replace(result, detail=back)
    ending = ends_early(before, after, list(pages_in_pairs(latest.pages, visit.pages)))
    if partial := incomplete(before, after, comparison, ending):
        return doubted(result, partial, visit)
    lost = lost_in_bulk(before, after) if comparison.material and ending is None else None
    if visit.patience == "none" and lost is not None:
        return refused(result, lost)
    result = replace(result, comparison=with_removed_end(comparison, after, ending, visit.profile))
    why = ending.sentence if ending else odd(before, after, comparison) or (lost.detail if lost else None)
    return looked_at(result, why or newly_fallen_back(result.fallback, latest.fallback), visit)


def refused(result: Assessment, screening: Screening) -> Assessment:
    """Return the assessment of a response that is not comparable."""
    return Assessment("not comparable", screening.reason, screening.detail, identity=result.identity)


def doubted(result: Assessment, screening: Screening, visit: Visit) -> Assessment:
    """Make a text wait for a second look because it may not be the whole policy. Such a text is not confirmed even if
    the second look finds the same text. After `confirm_max` the text is recorded as unconfirmed.
    """
    if visit.patience == "over":
        return replace(result, detail=screening.detail, confirmed=False)
    if visit.patience == "left" and not agrees(result, visit):
        return replace(result, outcome="pending", detail=screening.detail, comparison=None)
    return refused(result, screening)


def looked_at(result: Assessment, why: str | None, visit: Visit) -> Assessment:
    """Make a suspicious change wait until a second visit confirms it."""
    if why is None or agrees(result, visit):
        return result
    if visit.patience == "left":
        return replace(result, outcome="pending", detail=why, comparison=None)
    return replace(result, detail=why, confirmed=False)


def agrees(result: Assessment, visit: Visit) -> bool:
    """Whether a text is equal to the text that is waiting for a second look."""
    return visit.pending is not None and result.document is not None and text_identity(result.document) == visit.pending


def like_with_like(latest: LatestVersion, visit: Visit, extracted: Extracted) -> tuple[Document, Document] | None:
    """Return the texts of both versions, extracted in the same way. Return None if this is not possible.

    If the selectors match only one of the two pages, both pages are read without selectors. So an outdated selector
    does not hide a change of the policy. Other texts of the page that the selectors left out earlier are left out here
    too.
    """
    fitted = latest.fitted if extracted.fallback else None
    if latest.identity == extracted.identity:
        return _portions(latest.document, extracted.document, latest.document, fitted)
    pages, alike = latest.pages, is_built_alike(latest.identity, visit.options)
    if not pages or latest.further_urls != visit.options.further or not alike:
        return None
    again = read_all(pages, visit.options)
    if again.identity == extracted.identity:
        return _portions(again.document, extracted.document, again.document, fitted)
    everything = replace(visit.options, select=())
    before, after = read_all(pages, everything).document, read_all(visit.pages, everything).document
    if again.fallback and not extracted.fallback:
        return _portions(before, after, after, extracted.document)
    return _portions(before, after, before, fitted if again.fallback else again.document)


def _portions(before: Document, after: Document, whole: Document, part: Document | None) -> tuple[Document, Document]:
    """Return the sections of two documents that belong to a part of the document `whole`. If these sections cannot be
    found, return both documents unchanged."""
    selected = None if part is None else portion(whole, part)
    one, other = (None, None) if selected is None else (selected.of(before), selected.of(after))
    return (before, after) if one is None or other is None else (one, other)


def same_words(before: Document, after: Document) -> bool:
    """Whether two documents are the same version. They have the same words in the same order, and the same links about
    rights."""
    return identity_words(before) == identity_words(after)
