"""Rows for answers to questions about the archive and the monitoring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from clausewatch.output.json_rows.desk import check_row
from clausewatch.output.json_rows.row import Row, stamp_or_none
from clausewatch.output.json_rows.versions import change_row, judged_row, recipient_row, right_row, version_row
from clausewatch.output.times import stamp
from notifier.audience.timing import DAYS

if TYPE_CHECKING:
    from archive.evidence.chain import SavedHead
    from archive.evidence.flaws import Flaw
    from archive.evidence.verification import Tally
    from archive.model import Version
    from archive.questions.blame import Blame, Dropped, Sentence
    from archive.questions.inventories import Lacking, Listing, Named
    from archive.questions.known_days import DayKnowledge
    from archive.questions.status import PolicyStatus
    from archive.search.query import SearchResult, SectionMatch
    from archive.upkeep.stats import ArchiveStats
    from clausewatch.inspection.language_survey import LanguageReport
    from clausewatch.output.redline_page import Redline
    from differ.judgement.inventory import Right
    from differ.judgement.recipients import Recipient
    from differ.matching.redline import RedlineSection
    from notifier.audience.subscriptions import Subscriber
    from notifier.outbox import Made
    from notifier.outbox.listing import ListedDelivery


def language_row(report: LanguageReport) -> Row:
    """Return the existing and missing files of a language."""
    return {
        "code": report.code,
        "name": report.naming.name,
        "names": dict(report.naming.names),
        "judged_by": "lexicon" if "lexicon" in report.files else "structure",
        "short": report.short,
        "files": list(report.files),
        "missing": list(report.missing),
        "lacks": {file: list(keys) for file, keys in report.lacks.items()},
        "problems": list(report.problems),
    }


def status_row(status: PolicyStatus, to_review: int, changed: Version | None) -> Row:
    """Return the status of a policy, and the number of the policy's findings that nobody has reviewed. `changed` is the
    latest version of the policy, or None if the policy has only a first version.
    """
    check, waiting = status.last_check, status.pending
    return {
        "policy": status.name,
        "url": status.url,
        "further_urls": list(status.further_urls),
        "tags": list(status.tags),
        "owner": status.owner or None,
        "every_seconds": int(status.every.total_seconds()),
        "health": status.health,
        "paused_at": stamp_or_none(status.paused_at),
        "retired_at": stamp_or_none(status.retired_at),
        "last_check": None if check is None else check_row(check),
        "last_seen_at": stamp_or_none(status.last_seen_at),
        "trouble_since": stamp_or_none(status.trouble_since),
        "trouble_visits": status.trouble_visits,
        "versions": status.versions,
        "last_change": None if changed is None else version_row(changed),
        "due": status.due,
        "next_due": stamp_or_none(status.next_due),
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
        "to_review": to_review,
    }


def recipients_row(listing: Listing[Recipient]) -> Row:
    """Return who receives data according to the policies."""
    rows = [_named_row(named) | recipient_row(named.entry) for named in listing.entries]
    return {"recipients": rows, "count": listing.count, "unlisted_policies": listing.unlisted}


def rights_row(listing: Listing[Right]) -> Row:
    """Return the rights that policies name."""
    rows = [_named_row(named) | right_row(named.entry) for named in listing.entries]
    return {"rights": rows, "count": listing.count, "unlisted_policies": listing.unlisted}


def lacking_row(lacking: Lacking, right: str) -> Row:
    """Return the policies that do not name a right."""
    return {"missing": right, "policies": list(lacking.policies), "unlisted_policies": lacking.unlisted}


def _named_row(named: Named[Recipient] | Named[Right]) -> Row:
    return {"policy": named.policy, "since": stamp(named.since), "version": named.version}


def redline_row(redline: Redline) -> Row:
    """Return the text of two versions with marked changes."""
    return {
        "policy": redline.after.policy,
        "before": version_row(redline.before),
        "after": version_row(redline.after),
        "caution": redline.caution,
        "judged": [judged_row(version, suppressed=True) for version in redline.judged],
        "net": None if redline.net is None else change_row(redline.net, suppressed=True),
        "sections": [_redline_section_row(section) for section in redline.sections],
    }


def _redline_section_row(section: RedlineSection) -> Row:
    blocks = [[[edit.operation, edit.text] for edit in block] for block in section.blocks]
    return {"section": section.section, "status": section.status, "blocks": blocks}


def blame_row(blame: Blame) -> Row:
    """Return the sentences of a version, each with the version that added it, and the sentences that were dropped
    earlier.
    """
    return version_row(blame.version) | {
        "read_anew": list(blame.read_anew),
        "sentences": [_sentence_row(sentence) for sentence in blame.sentences],
        "dropped": [_dropped_row(sentence) for sentence in blame.dropped],
    }


def _sentence_row(sentence: Sentence) -> Row:
    return {
        "kind": sentence.kind,
        "marker": sentence.marker,
        "text": sentence.text,
        "section": " > ".join(sentence.path),
        "since": sentence.since,
        "since_at": stamp(sentence.since_at),
    }


def _dropped_row(sentence: Dropped) -> Row:
    return {
        "text": sentence.text,
        "section": " > ".join(sentence.path),
        "first": sentence.first,
        "last": sentence.last,
        "appeared_at": stamp(sentence.appeared_at),
        "gone_at": stamp(sentence.gone_at),
    }


def search_row(words: str, result: SearchResult) -> Row:
    """Return the sections that match a search."""
    return {"words": words, "found": [_match_row(match) for match in result.matches], "more": result.more}


def _match_row(match: SectionMatch) -> Row:
    return {
        "policy": match.policy,
        "section": match.section,
        "language": match.language,
        "first": match.first,
        "last": match.last,
        "appeared_at": stamp(match.appeared_at),
        "gone_at": stamp_or_none(match.gone_at),
        "snippet": [{"text": piece.text, "matches": piece.matches} for piece in match.snippet],
    }


def subscription_row(subscriber: Subscriber, made: Made | None, *, covers_no_policy: bool) -> Row:
    """Return a subscription. If it was made on the command line, the row also names who made it and when."""
    digest = subscriber.digest
    return {
        "name": subscriber.name,
        "via": [str(target) for target in subscriber.via],
        "topics": list(subscriber.topics),
        "clauses": list(subscriber.clauses),
        "severity": subscriber.severity,
        "policies": list(subscriber.policies),
        "language": subscriber.language,
        "alerts": subscriber.alerts,
        "digest": None
        if digest is None
        else {
            "rhythm": digest.rhythm,
            "day": DAYS[digest.day] if digest.rhythm == "weekly" else None,
            "at": f"{digest.at:%H:%M}",
        },
        "quiet": None if subscriber.quiet is None else str(subscriber.quiet),
        "timezone": subscriber.timezone,
        "operator": subscriber.operator,
        "covers_no_policy": covers_no_policy,
        "made": None if made is None else {"by": made.by, "at": stamp(made.at)},
    }


def stats_row(stats: ArchiveStats, removable: int | None) -> Row:
    """Return the numbers of records in the archive, and the disk space that they use."""
    return {**asdict(stats), "removable_bodies": removable}


def verification_row(
    tally: Tally, flaws: Sequence[Flaw], saved: Sequence[SavedHead], *, verified: int, unverified: int
) -> Row:
    """Return the counts and flaws of a verification. `verified` and `unverified` are numbers of timestamps."""
    contents, head = tally.contents, tally.head
    return {
        "sound": not flaws,
        "head": None if head is None else {"head": str(head), "sealed_at": stamp(head.at)},
        "saved_heads": [str(kept) for kept in saved],
        "since": tally.since or None,
        "entries": tally.entries,
        "rows": tally.rows,
        "contents": contents.blobs,
        "texts": contents.texts,
        "extracted_again": contents.extracted_again,
        "other_extraction": contents.other_extraction,
        "without_page": contents.without_page,
        "removed_bodies": tally.removed_bodies,
        "stamps": {"verified": verified, "unverified": unverified},
        "set_back": list(tally.set_back),
        "flaws": [{"what": flaw.what, "where": flaw.where, "problem": flaw.problem} for flaw in flaws],
    }


def delivery_row(delivery: ListedDelivery, redacted: Callable[[str], str]) -> Row:
    """Return a message to one target. Secrets in its error are masked."""
    return {
        "id": delivery.id,
        "state": delivery.state,
        "kind": delivery.kind,
        "policy": delivery.policy or None,
        "version": delivery.version,
        "urgent": delivery.urgent,
        "subscriber": delivery.subscriber,
        "channel": delivery.target.channel,
        "recipient": delivery.target.recipient or None,
        "planned_at": stamp_or_none(delivery.planned_at),
        "next_attempt": stamp_or_none(delivery.next_attempt),
        "attempts": delivery.attempts,
        "accepted_at": stamp_or_none(delivery.accepted_at),
        "error": redacted(delivery.error) or None,
    }


def with_days(row: Row, days: Iterable[DayKnowledge]) -> Row:
    """Return a row with what is known about the days that the reader asked for."""
    return row | {"known": [_day_row(day) for day in days]}


def _day_row(known: DayKnowledge) -> Row:
    """Return the facts about a time as JSON."""
    return {
        "at": stamp(known.at),
        "version": known.version,
        "last_seen": stamp(known.last_seen),
        "next_seen": None if known.next_seen is None else stamp(known.next_seen),
        "next_version": known.next_version,
        "missed_visits": known.missed,
    }
