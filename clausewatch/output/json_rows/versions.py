"""Rows for versions, changes and findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from clausewatch.output.json_rows.row import Row, stamp_or_none
from clausewatch.output.times import stamp
from differ.explanation import ENGLISH, report_languages
from differ.rewrite import rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.model import Change, RecordedFinding, RecordedSuppression, Review, Version
    from archive.questions.history import NetChange
    from archive.questions.lists.inbox import WaitingChange, WaitingFinding
    from archive.recording.reviews import Reviewable, RuleTally
    from archive.reviewing.quiet_edits import LocatedSuppression, SuppressionTally
    from differ.judgement.inventory import Inventory, InventoryChange, OneSided, Right
    from differ.judgement.recipients import Recipient
    from differ.model import Finding, Suppression, Timing
    from document.model import Document, Section, StatedDate


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
        "back_to": stamp_or_none(version.back_to),
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


def judged_row(version: Version, *, suppressed: bool) -> Row:
    """Return a version with its change."""
    return version_row(version) | change_row(version.change, suppressed=suppressed)


def history_row(version: Version, inventory: InventoryChange | None, *, suppressed: bool) -> Row:
    """Return a version with its change, and the rights and recipients that it added and removed."""
    changed = None if inventory is None else inventory_change_row(inventory)
    return judged_row(version, suppressed=suppressed) | {"inventory": changed}


def show_row(version: Version, nets: Sequence[NetChange], document: Document, sections: tuple[Section, ...]) -> Row:
    """Return a version with the net changes that lead to it, and with some sections of its text."""
    return version_row(version) | {
        "net_changes": [net_row(net) for net in nets],
        "document": document_row(document, sections),
    }


def net_row(net: NetChange) -> Row:
    """Return a net change with its earlier version."""
    change = net.change
    judged: Row = {"material": change.material, "severity": change.severity, "topics": list(change.topics)}
    return {"from": net.earlier} | judged | change_row(change, suppressed=True)


def inventory_page_row(version: Version, inventory: Inventory) -> Row:
    """Return a version with the rights and recipients that it names."""
    return version_row(version) | {"inventory": inventory_row(inventory)}


def timing_row(timing: Timing) -> Row:
    """Return the dates that a policy states about a change, and whether the stated date changed together with the
    text.
    """
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(timing).items()}


def inventory_row(inventory: Inventory) -> Row:
    """Return the rights and recipients in a version, and the rights and recipients that only one language names."""
    from differ.judgement.inventory import one_sided  # few answers list rights, and the judges take long to import

    return {
        "rights": [right_row(right) for right in inventory.rights],
        "recipients": [recipient_row(recipient) for recipient in inventory.recipients],
        "one_language_only": [_one_sided_row(entry) for entry in one_sided(inventory)],
    }


def inventory_change_row(change: InventoryChange) -> Row:
    """Return the rights and recipients that a change added and removed."""
    return {
        "rights_gone": [right_row(right) for right in change.rights_gone],
        "rights_new": [right_row(right) for right in change.rights_new],
        "recipients_gone": [recipient_row(recipient) for recipient in change.recipients_gone],
        "recipients_new": [recipient_row(recipient) for recipient in change.recipients_new],
    }


def right_row(right: Right) -> Row:
    """Return a right with the sentence of the version that names it."""
    return {
        "right": right.right,
        "language": right.language,
        "section": right.section,
        "deadline": right.deadline,
        "fee": right.fee,
        "channel": right.channel,
        "sentence": right.sentence,
    }


def recipient_row(recipient: Recipient) -> Row:
    """Return a recipient with the sentence of the version that names it."""
    return {
        "class": recipient.kind,
        "name": recipient.name,
        "language": recipient.language,
        "section": recipient.section,
        "purpose": recipient.purpose,
        "country": recipient.country,
        "country_codes": list(recipient.codes),
        "sentence": recipient.sentence,
    }


def _one_sided_row(entry: OneSided) -> Row:
    return {
        "what": entry.what,
        "entry": entry.entry,
        "named_in": list(entry.named_in),
        "missing_in": list(entry.missing_in),
    }


def change_row(change: Change | None, *, suppressed: bool) -> Row:
    """Return a change with its findings; an empty row if there is no change."""
    row: Row = {
        "judged_by": None if change is None else change.judged_by,
        "coarse": change is not None and change.coarse,
        "timing": None if change is None else timing_row(change.timing),
        "drift": [] if change is None else list(change.drift),
        "rewrite": [] if change is None else rewrite_rows(recorded.finding for recorded in change.findings),
        "findings": [] if change is None else [finding_row(finding) for finding in change.findings],
    }
    if suppressed:
        row["suppressed"] = (
            [] if change is None else [recorded_suppression_row(recorded) for recorded in change.suppressed]
        )
    return row


def rewrite_rows(findings: Iterable[Finding]) -> list[Row]:
    """Return the summary of a rewrite, a row for each watched topic; an empty list if a change is not a rewrite."""
    return [
        {
            "topic": summary.topic,
            "clauses": summary.clauses,
            "newly_named": list(summary.came),
            "no_longer_named": list(summary.went),
        }
        for summary in rewrite(findings)
    ]


def finding_row(recorded: RecordedFinding) -> Row:
    """Return a recorded finding. It has the keys of `compare --batch`, and its number in the archive."""
    finding = recorded.finding
    return {
        "id": recorded.id,
        **judged_finding_row(finding, finding.reason),
        "translations": {tongue: finding.reason_in(tongue) for tongue in report_languages() if tongue != ENGLISH},
        "edits": [[edit.operation, edit.text] for edit in finding.edits],
        "reviews": [review_row(review) for review in recorded.reviews],
        "settled_by": None if recorded.settled_by is None else recorded.settled_by.finding,
        "repeats_false_alarm": None if recorded.repeats is None else recorded.repeats.finding,
    }


def judged_finding_row(finding: Finding, reason: str) -> Row:
    """Return a finding with the keys of `compare`.

    The finding need not be in an archive. `reason` is in the reader's language.
    """
    return {
        "topic": finding.topic,
        "section": finding.section,
        "material": finding.material,
        "severity": finding.severity,
        "rule": finding.rule,
        "source": finding.source,
        "clause": finding.clause,
        "before": finding.before,
        "after": finding.after,
        "reason": reason,
    }


def review_row(review: Review) -> Row:
    """Return a review of a finding."""
    return {"kind": review.kind, "text": review.text, "by": review.by, "at": stamp(review.at)}


def suppression_row(suppression: Suppression) -> Row:
    """Return an edit that does not change the meaning."""
    return {
        "section": suppression.section,
        "reason": suppression.reason,
        "before": suppression.before,
        "after": suppression.after,
    }


def recorded_suppression_row(recorded: RecordedSuppression) -> Row:
    """Return a recorded edit that was not reported, with its number in the archive."""
    reviews = [{"kind": made.kind, "text": made.text, "by": made.by, "at": stamp(made.at)} for made in recorded.reviews]
    return {"id": recorded.id, **suppression_row(recorded.suppression), "reviews": reviews}


def reviewable_row(reviewable: Reviewable) -> Row:
    """Return a finding with its policy and version."""
    version: Row = {
        "policy": reviewable.policy,
        "version": reviewable.version,
        "net_from": reviewable.earlier,
        "seen_at": stamp(reviewable.seen_at),
    }
    return version | finding_row(reviewable.recorded)


def waiting_row(change: WaitingChange, waiting: WaitingFinding) -> Row:
    """Return a finding that waits for a review."""
    return {
        "policy": change.policy,
        "version": change.version,
        "net_from": None,
        "seen_at": stamp(change.seen_at),
        "change": change.change,
        "owner": change.owner or None,
        "assigned": change.assigned or None,
        "due_at": stamp(waiting.due_at),
        "overdue": waiting.overdue,
        **finding_row(waiting.recorded),
    }


def located_suppression_row(located: LocatedSuppression) -> Row:
    """Return an edit that was not reported, with its policy and version."""
    version: Row = {"policy": located.policy, "version": located.version, "seen_at": stamp(located.seen_at)}
    return version | recorded_suppression_row(located.recorded)


def quiet_tally_row(tally: SuppressionTally) -> Row:
    """Return the number of edits that a rule kept quiet. The row has the same keys as in `tally_row`."""
    verdicts: Row = {"findings": 0, "acknowledged": 0, "false_alarms": 0, "precision": None}
    return {"rule": tally.reason, **verdicts, "quiet_edits": tally.suppressions, "missed": tally.missed}


def tally_row(tally: RuleTally) -> Row:
    """Return the numbers of the reviewers' verdicts on the findings of a rule."""
    return {
        "rule": tally.rule,
        "findings": tally.findings,
        "acknowledged": tally.acknowledged,
        "false_alarms": tally.false_alarms,
        "precision": tally.precision,
        "quiet_edits": 0,
        "missed": 0,
    }


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
