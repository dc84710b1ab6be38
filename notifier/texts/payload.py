"""Writes the part of the webhook's body that is specific to alerts. `docs/alerts.md` describes it.

The sender removes control characters, marks of direction and lone surrogates. The words of a page are still untrusted,
so a program that shows these words must escape them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from document.model import StatedDate
from notifier.contents.change_notice import Alert, Interims, Notice, Passage, Seen


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
