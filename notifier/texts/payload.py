"""Writes the part of the webhook's body that is specific to alerts and digests. `docs/alerts.md` describes it.

The sender removes control characters, marks of direction and lone surrogates. The words of a page are still untrusted,
so a program that shows these words must escape them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from archive.questions.interim_texts import OddText
from document.model import StatedDate
from notifier.contents.change_notice import Alert, Interims, Notice, Passage, Seen, passages
from notifier.contents.digest import Digest, Gap, Recap
from notifier.contents.policy_news import PolicyNews
from notifier.texts.sanitize import inert


def facts(notice: Notice, gathered: Iterable[Passage]) -> dict[str, Any]:
    """Return a notice as JSON, the most severe clause first."""
    alerts = [alert for passage in gathered for alert in passage.alerts]
    timing = notice.timing
    return {
        "subscriber": notice.subscriber,
        "policy": {"name": notice.policy, "url": notice.url},
        "severity": alerts[0].finding.severity,
        "material": any(alert.finding.material for alert in alerts),
        "earlier": _seen(notice.earlier),
        "later": _seen(notice.later),
        "returned_to": None if notice.former is None else _seen(notice.former),
        "same_as": notice.same_as or None,
        **interims(notice.interims),
        "vanished": [_moment(moment) for moment in notice.interims.vanished],
        "period": {
            "days": timing.window_days,
            "due": _day(timing.due),
            "words": timing.window_text,
            "effective": _day(timing.effective),
        },
        "silent": timing.silent,
        "unchanged_languages": list(notice.drift),
        "judged_by": notice.judged_by,
        "coarse": notice.coarse,
        "confirmed": notice.confirmed,
        "flapping": notice.flapping,
        "settled": notice.settled,
        "other_changes": {
            "topics": dict(notice.other_topics),
            "unsorted": [
                {"section": finding.section, "before": finding.before, "after": finding.after}
                for finding in notice.unsorted
            ],
        },
        "chain_head": notice.head,
        "alerts": [_alert(alert) for alert in alerts],
    }


def interims(interims: Interims) -> dict[str, Any]:
    """Return the texts in between as JSON. The reason belongs to the most severe finding against
    the version before."""
    return {
        "in_between": [
            _seen(interim.seen)
            | {
                "is_later_text": interim.is_later,
                "severity": None if interim.worst is None else interim.worst.severity,
                "reason": None if interim.worst is None else interim.worst.reason,
                "further_findings": len(interim.others),
            }
            for interim in interims.texts
        ],
        "in_between_left_out": interims.left_out,
    }


def _alert(alert: Alert) -> dict[str, Any]:
    finding = alert.finding
    return {
        "id": alert.id,
        "section": finding.section,
        "topic": finding.topic,
        "severity": finding.severity,
        "material": finding.material,
        "language": finding.language,
        "rule": finding.rule,
        "source": finding.source,
        "clause": finding.clause,
        "reason": finding.reason,
        "before": finding.before,
        "after": finding.after,
    }


def _seen(seen: Seen) -> dict[str, Any]:
    return {
        "version": seen.number,
        "first_seen": _moment(seen.seen_at),
        "last_seen": _moment(seen.last_seen_at),
        "stated": [_stated(stated) for stated in seen.dates],
    }


def _stated(stated: StatedDate) -> dict[str, str]:
    return {"kind": stated.kind, "day": stated.day.isoformat()}


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def digest_facts(digest: Digest) -> dict[str, Any]:
    """Return the keys of the webhook's body that only a digest has."""
    account = digest.account
    return {
        "subscriber": inert(digest.subscriber),
        "since": account.since.isoformat(timespec="seconds"),
        "until": account.until.isoformat(timespec="seconds"),
        "checks": account.checks,
        "policies": [
            {
                "name": inert(watch.policy),
                "checks": watch.checks,
                "outcomes": dict(watch.outcomes),
                "health": watch.health,
                "trouble": inert(watch.trouble),
                "version": watch.version,
                "odd_texts": [_odd_row(odd) for odd in watch.odd],
                "gaps": [_gap_row(gap) for gap in watch.gaps],
            }
            for watch in account.watches
        ],
        "changes": [_recap_row(recap) for recap in digest.recaps],
        "changes_left_out": account.changes_left_out,
        "news": [_news_row(news) for news in account.news],
        "overdue_reviews": [
            {
                "policy": inert(review.policy),
                "version": review.version,
                "severity": review.severity,
                "findings": review.findings,
                "due_at": review.due_at.isoformat(timespec="seconds"),
                "assigned": inert(review.assigned) or None,
            }
            for review in account.overdue
        ],
        "alerts": [alert.id for notice in digest.notices for alert in notice.alerts],
        "reports": [facts(notice, passages(notice.alerts)) for notice in digest.notices],
        "head": account.head,
    }


def _gap_row(gap: Gap) -> dict[str, Any]:
    """Return a gap in the watch for programs."""
    since, until = (moment.isoformat(timespec="seconds") for moment in (gap.since, gap.until))
    return {"since": since, "until": until, "days": gap.days, "ended": gap.ended}


def _odd_row(odd: OddText) -> dict[str, Any]:
    """Return an odd text for programs."""
    decided = None if odd.decided_at is None else odd.decided_at.isoformat(timespec="seconds")
    seen = odd.seen_at.isoformat(timespec="seconds")
    return {"seen": seen, "decided": decided, "version": odd.version or None}


def _recap_row(recap: Recap) -> dict[str, Any]:
    """Return the change of a policy for programs."""
    return {
        "policy": inert(recap.policy),
        "url": inert(recap.url),
        "version": recap.later.number,
        "since_version": recap.earlier.number,
        "seen": recap.later.seen_at.isoformat(timespec="seconds"),
        "changed_back": recap.undone,
        "findings": [
            {name: inert(getattr(finding, name)) for name in ("section", "topic", "severity", "reason")}
            for finding in recap.findings
        ],
        "told": recap.told,
        "waiting": recap.waiting,
        "severity": recap.severity,
        "not_told": dict(recap.topics),
        "dismissed": recap.dismissed,
        "suppressed": recap.suppressed,
        "held": recap.held,
        **interims(recap.interims),
    }


def _news_row(news: PolicyNews) -> dict[str, Any]:
    """Return a change to the list of policies for programs."""
    return {
        "policy": inert(news.policy),
        "event": news.event,
        "former": inert(news.former),
        "at": news.at.isoformat(timespec="seconds"),
    }
