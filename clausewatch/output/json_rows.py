"""What the archive answers, as rows of JSON. Their keys are a contract with programs that read them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime

from archive.model import Change, RecordedFinding, Review, Version
from archive.questions.status import PolicyStatus
from clausewatch.output.times import stamp
from differ.judgement.inventory import Inventory, InventoryChange, OneSided, Right, one_sided
from differ.judgement.recipients import Recipient
from differ.model import Suppression, Timing
from document.model import Document, Section, StatedDate

Row = dict[str, object]


def as_json(rows: object) -> str:
    """Return JSON to read: indented, its keys in our order, in any script."""
    return json.dumps(rows, ensure_ascii=False, indent=2)


def status_row(status: PolicyStatus) -> Row:
    """Return a policy's status."""
    check, changed, waiting = status.last_check, status.last_change, status.pending
    return {
        "policy": status.name,
        "url": status.url,
        "further_urls": list(status.further_urls),
        "tags": list(status.tags),
        "every_seconds": int(status.every.total_seconds()),
        "health": status.health,
        "retired_at": _stamped(status.retired_at),
        "last_check": None
        if check is None
        else {
            "at": stamp(check.started_at),
            "outcome": check.outcome,
            "reason": check.reason,
            "detail": check.detail,
            "status": check.status,
        },
        "last_seen_at": _stamped(status.last_seen_at),
        "trouble_since": _stamped(status.trouble_since),
        "trouble_visits": status.trouble_visits,
        "versions": status.versions,
        "last_change": None if changed is None else version_row(changed),
        "due": status.due,
        "next_due": _stamped(status.next_due),
        "overdue": status.overdue,
        "pending": None
        if waiting is None
        else {
            "since": stamp(waiting.since),
            "seen_at": stamp(waiting.seen_at),
            "tried_at": stamp(waiting.tried_at),
            "visits": waiting.visits,
            "reason": waiting.reason,
            "text_sha256": waiting.text,
        },
        "flapping": status.flapping,
    }


def version_row(version: Version) -> Row:
    """Return a version without its change."""
    change = version.change
    return {
        "policy": version.policy,
        "version": version.number,
        "seen_at": stamp(version.seen_at),
        "last_seen_at": stamp(version.last_seen_at),
        "stated": [_stated_row(date) for date in version.stated],
        "boundary": version.boundary,
        "confirmed": version.confirmed,
        "returns_to": version.returns_to,
        "back_to": _stamped(version.back_to),
        "flapping": version.flapping,
        "url": version.final_url,
        "body_sha256": version.body_sha256,
        "further": [{"url": page.final_url, "body_sha256": page.body_sha256} for page in version.further],
        "document_sha256": version.document_sha256,
        "identity": version.identity,
        "material": change is not None and change.material,
        "severity": None if change is None else change.severity,
        "topics": [] if change is None else list(change.topics),
    }


def history_row(version: Version, *, suppressed: bool) -> Row:
    """Return a version with what changed in it."""
    return version_row(version) | change_row(version.change, suppressed=suppressed)


def timing_row(timing: Timing) -> Row:
    """Return what the stated dates say of a change."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(timing).items()}


def inventory_row(found: Inventory) -> Row:
    """Return the rights and recipients of a version, and what one language alone names."""
    return {
        "rights": [_right_row(each) for each in found.rights],
        "recipients": [_recipient_row(each) for each in found.recipients],
        "one_language_only": [_one_sided_row(each) for each in one_sided(found)],
    }


def inventory_change_row(change: InventoryChange) -> Row:
    """Return the rights and recipients that came and went."""
    return {
        "rights_gone": [_right_row(each) for each in change.rights_gone],
        "rights_new": [_right_row(each) for each in change.rights_new],
        "recipients_gone": [_recipient_row(each) for each in change.recipients_gone],
        "recipients_new": [_recipient_row(each) for each in change.recipients_new],
    }


def _right_row(right: Right) -> Row:
    return {
        "right": right.right,
        "language": right.language,
        "section": right.section,
        "deadline": right.deadline,
        "fee": right.fee,
        "channel": right.channel,
    }


def _recipient_row(recipient: Recipient) -> Row:
    return {
        "class": recipient.kind,
        "name": recipient.name,
        "language": recipient.language,
        "section": recipient.section,
        "purpose": recipient.purpose,
        "country": recipient.country,
    }


def _one_sided_row(each: OneSided) -> Row:
    return {
        "what": each.what,
        "entry": each.entry,
        "named_in": list(each.named_in),
        "missing_in": list(each.missing_in),
    }


def change_row(change: Change | None, *, suppressed: bool) -> Row:
    """Return what was judged of a change; nothing was where there is none."""
    row: Row = {
        "judged_by": None if change is None else change.judged_by,
        "coarse": change is not None and change.coarse,
        "timing": None if change is None else timing_row(change.timing),
        "drift": [] if change is None else list(change.drift),
        "findings": [] if change is None else [finding_row(each) for each in change.findings],
    }
    if suppressed:
        row["suppressed"] = [] if change is None else [suppression_row(each) for each in change.suppressed]
    return row


def finding_row(recorded: RecordedFinding) -> Row:
    """Return a finding, with the keys of `compare --batch` and its number in the archive."""
    finding = recorded.finding
    return {
        "id": recorded.id,
        "topic": finding.topic,
        "section": finding.section,
        "material": finding.material,
        "severity": finding.severity,
        "rule": finding.rule,
        "source": finding.source,
        "clause": finding.clause,
        "before": finding.before,
        "after": finding.after,
        "reason": finding.reason,
        "translations": dict(finding.translations),
        "edits": [[edit.operation, edit.text] for edit in finding.edits],
        "reviews": [review_row(each) for each in recorded.reviews],
        "repeats_false_alarm": None if recorded.repeats is None else recorded.repeats.finding,
    }


def review_row(review: Review) -> Row:
    """Return what was said of a finding."""
    return {"kind": review.kind, "text": review.text, "by": review.by, "at": stamp(review.at)}


def suppression_row(each: Suppression) -> Row:
    """Return a piece of a change that alters no meaning."""
    return {"section": each.section, "reason": each.reason, "before": each.before, "after": each.after}


def document_row(document: Document, sections: tuple[Section, ...]) -> Row:
    """Return some sections of a document."""
    return {
        "title": document.title,
        "languages": list(document.languages),
        "sections": [_section_row(section) for section in sections],
    }


def _section_row(section: Section) -> Row:
    return {
        "heading": section.title,
        "path": list(section.path),
        "level": section.level,
        "language": section.language,
        "blocks": [{"kind": block.kind, "marker": block.marker, "text": block.text} for block in section.blocks],
    }


def _stated_row(date: StatedDate) -> Row:
    return {"kind": date.kind, "day": date.day.isoformat(), "text": date.text}


def _stamped(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
