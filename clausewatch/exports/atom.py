"""Writes changes as an Atom feed (RFC 4287). The feed contains the findings of which a subscriber would be notified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from archive.evidence.chain import beginning
from archive.flapping import verdicts
from archive.model import Query, RecordedFinding, Version, is_imported
from archive.questions.history import history, versions_of
from archive.questions.status import statuses
from archive.storage.database import Archive
from clausewatch.exports.feed_text import FeedText, feed_text
from clausewatch.output.times import stamp
from differ.model import WATCHED, Edit
from notifier.audience.subscriptions import Subscriber, asks_for
from notifier.texts.alert import link
from notifier.texts.sanitize import clipped, inert

ATOM, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"

AUTHORITY = "clausewatch.invalid,2026-11-23"
"""Prefix of the IDs of feeds and entries (RFC 4151). Nobody can own a host under `.invalid` (RFC 6761)."""

MOST_ENTRIES = 100
"""Default maximum number of changes in a feed. If more are selected, the feed has the newest."""

TITLE, SUMMARY = 200, 400
"""Maximum lengths of a title and a summary, in code points."""

MARKS = {"delete": "del", "insert": "ins"}

NOT_XML = {ord(character): "\N{REPLACEMENT CHARACTER}" for character in "\ufffe\uffff"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Selects the changes in a feed. A field that is None does not limit the selection."""

    policy: str | None = None
    tag: str | None = None
    topic: str | None = None
    """The topic of the findings. `sharing` and `rights` select the material findings on this topic. A narrower topic,
    for example "retention", selects all findings on this topic. None means `sharing` and `rights`.
    """
    since: datetime | None = None
    most: int = MOST_ENTRIES
    address: str | None = None
    """The address at which the feed will be published, or None. Feed readers fetch the feed from this address. IDs do
    not depend on it.
    """
    desk: str = ""
    """The address of the desk, to which entries lead. If it is "", entries lead to the policy's page."""

    @property
    def name(self) -> str:
        """The name of the feed, which is a part of its ID. It depends on the policy, the tag and the topic, and on
        nothing else.
        """
        parts = {"policy": self.policy, "tag": self.tag, "topic": self.topic}
        given = [f"{key}/{quote(value, safe='')}" for key, value in parts.items() if value is not None]
        return "/".join(["feed", *given])


@dataclass(frozen=True, slots=True)
class Feed:
    """A complete feed."""

    content: bytes
    entries: int
    left_out: int
    """Number of older changes that are not in the feed."""


def feed(archive: Archive, scope: Scope, now: datetime, text: FeedText | None = None) -> Feed:
    """Write the feed with the changes that a scope selects. The same archive always gives the same bytes. `text` writes
    for a reader; without it, the feed is in English.

    The feed leaves out changes of which nobody is notified: changes between versions that were extracted by different
    rules; false alarms, and later findings with the same words; and changes of a flapping text, until one text stays.
    Raises UnknownPolicyError, UnknownTagError, DamagedArchiveError.
    """
    found = history(archive, Query(policy=scope.policy, tag=scope.tag, since=scope.since))
    held = _held(archive, found, now)
    reader = Subscriber("feed", (), topics=WATCHED if scope.topic is None else (scope.topic,))
    changes = [
        (version, findings)
        for version in found
        if (version.policy, version.number) not in held and (findings := _told(version, reader))
    ]
    changes.sort(key=lambda pair: _recorded(pair[0]), reverse=True)
    began = beginning(archive)
    root = f"tag:{AUTHORITY}:{began.hash[:32]}"
    kept = changes[: scope.most]
    updated = _recorded(kept[0][0])[0] if kept else began.at
    written = text or feed_text()
    element = _head(root, scope, updated, len(changes), text=written)
    for version, findings in kept:
        element.append(_entry(root, version, findings, desk=scope.desk, text=written))
    content: bytes = tostring(element, encoding="UTF-8", xml_declaration=True)
    return Feed(content + b"\n", len(kept), len(changes) - len(kept))


def _held(archive: Archive, found: Iterable[Version], now: datetime) -> set[tuple[str, int]]:
    """Return the versions with alerts that wait until a flapping text stays the same. Each version is given as its
    policy and number.
    """
    flapping = {version.policy for version in found if version.flapping}
    quiet = {each.name: each.flap_quiet for each in statuses(archive, now)} if flapping else {}
    return {
        (policy, number)
        for policy in flapping
        for number, verdict in verdicts(versions_of(archive, policy), quiet[policy]).items()
        if verdict != "tell"
    }


def _told(version: Version, reader: Subscriber) -> list[RecordedFinding]:
    if version.change is None or is_imported(version.identity):  # nobody is notified of imported changes
        return []
    findings = version.change.findings
    return [each for each in findings if not each.is_false_alarm and asks_for(reader, version.policy, (), each.finding)]


def _recorded(version: Version) -> tuple[datetime, int]:
    if version.change is None:
        raise ValueError(f"version {version.number} of {version.policy} has no change")
    return version.change.recorded_at, version.change.id


def _head(root: str, scope: Scope, updated: datetime, changes: int, *, text: FeedText) -> Element:
    element = Element("feed", {"xmlns": ATOM, "xml:lang": text.phrases.language})
    _text(element, "id", f"{root}/{scope.name}")
    _text(element, "title", clipped(inert(text.feed_title(scope.policy, scope.tag, scope.topic)), TITLE))
    _text(element, "subtitle", text.subtitle(scope.most, changes))
    _text(element, "updated", stamp(updated))
    _text(SubElement(element, "author"), "name", "Clausewatch")
    if scope.address is not None:
        SubElement(element, "link", rel="self", href=scope.address)
    return element


def _entry(root: str, version: Version, findings: Sequence[RecordedFinding], *, desk: str, text: FeedText) -> Element:
    element = Element("entry")
    at, number = _recorded(version)
    # The ID contains the text's hash, because after a restore of the archive, another change may get the same number.
    _text(element, "id", f"{root}/change/{number}/{version.document_sha256[:16]}")
    _text(element, "title", clipped(inert(text.entry_title(version, findings)), TITLE))
    _text(element, "updated", stamp(at))
    _text(element, "published", stamp(version.seen_at))
    address = link(version.final_url)
    if desk:
        SubElement(element, "link", rel="alternate", href=f"{desk}/changes/{number}")
    if address:
        SubElement(element, "link", rel="related" if desk else "alternate", href=address)
    for topic in sorted({each.finding.topic for each in findings}):
        SubElement(element, "category", term=_plain(topic))
    reasons = dict.fromkeys(inert(each.finding.reason_in(text.phrases.language)) for each in findings)
    _text(element, "summary", clipped(" ".join(reasons), SUMMARY))
    content = SubElement(element, "content", type="xhtml")
    content.append(_content(version, findings, text))
    return element


def _content(version: Version, findings: Sequence[RecordedFinding], text: FeedText) -> Element:
    """Write the changed words into elements that have only the attribute `lang`. So the words cannot make a feed reader
    run or load anything.
    """
    division = Element("div", xmlns=XHTML)
    for note in text.notes(version):
        _block(division, "p", note)
    for each in findings:
        finding = each.finding
        _block(division, "p", text.finding_title(finding), "strong")
        quote = SubElement(division, "blockquote", {"xml:lang": _plain(finding.language)})
        _marked(quote, finding.edits or _whole(finding.before, finding.after))
        _block(division, "p", finding.reason_in(text.phrases.language))
        _block(division, "p", text.rule(each))
    return division


def _whole(before: str, after: str) -> tuple[Edit, ...]:
    return tuple(edit for edit in (Edit("delete", before), Edit("insert", after)) if edit.text)


def _marked(parent: Element, edits: Iterable[Edit]) -> None:
    """Write the words of a finding, with marks for deleted and inserted words. Spaces between pieces are kept."""
    paragraph = SubElement(parent, "p")
    for edit in edits:
        piece = SubElement(paragraph, MARKS.get(edit.operation, "span"))
        # Some feed readers do not show marks. A space keeps inserted and deleted words apart there.
        blank = " " if edit.text[-1:].isspace() or edit.operation == "delete" else ""
        piece.text, piece.tail = (" " if edit.text[:1].isspace() else "") + _plain(edit.text), blank


def _block(parent: Element, tag: str, text: str, inner: str | None = None) -> None:
    element = SubElement(parent, tag)
    target = element if inner is None else SubElement(element, inner)
    target.text = _plain(text)


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _plain(text)


def _plain(text: str) -> str:
    """Return a text on one line, without characters that XML does not allow."""
    return inert(text).translate(NOT_XML)
