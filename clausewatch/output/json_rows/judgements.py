"""Rows for results that are not recorded: the comparison of two files, and the examination of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clausewatch.output.json_rows.row import Row
from clausewatch.output.json_rows.versions import judged_finding_row, rewrite_rows, suppression_row, timing_row
from clausewatch.output.times import stamp
from document.model import RENDERED, UNSETTLED

if TYPE_CHECKING:
    from archive.model import VisitResult
    from clausewatch.inspection.doctor import Diagnosis
    from clausewatch.inspection.page_examination import Examined
    from differ.visits.assessment import Assessment


def comparison_row(identifier: object, assessment: Assessment, report_language: str = "en") -> Row:
    """Return an assessment as a row of `compare`. All keys are always present."""
    comparison = assessment.comparison
    return {
        "id": identifier,
        "comparable": assessment.outcome != "not comparable",
        "reason": assessment.reason,
        "changed": comparison is not None and comparison.changed,
        "material": comparison is not None and comparison.material,
        "topics": list(comparison.topics) if comparison else [],
        "severity": comparison.severity if comparison else None,
        "judged_by": comparison.judged_by if comparison else None,
        "rewrite": rewrite_rows(comparison.findings) if comparison else [],
        "findings": [judged_finding_row(finding, finding.reason_in(report_language)) for finding in comparison.findings]
        if comparison
        else [],
        "suppressed": [suppression_row(piece) for piece in comparison.suppressed] if comparison else [],
    }


def comparison_report(identifier: object, assessment: Assessment, report_language: str) -> Row:
    """Return an assessment as a row of `compare`, with additional notes on stated dates and languages."""
    comparison = assessment.comparison
    return comparison_row(identifier, assessment, report_language) | {
        "timing": timing_row(comparison.timing) if comparison else None,
        "drift": list(comparison.drift) if comparison else [],
    }


def unreadable_row(identifier: object, error: str) -> Row:
    """Return the row of a pair that could not be judged."""
    return {"id": identifier, "error": error}


def diagnosis_row(diagnosis: Diagnosis) -> Row:
    """Return which pages of a policy were fetched, which parts of the text were kept, and which were left out."""
    policy, examined = diagnosis.policy, diagnosis.examined
    return {
        "policy": policy.name,
        "url": policy.url,
        "further_urls": list(policy.options.further),
        "well": diagnosis.well,
        "robots": [
            {"origin": robots.origin, "status": robots.status, "crawl_delay": robots.crawl_delay, "delay": robots.delay}
            for robots in diagnosis.robots
        ],
        "fetches": [_fetch_row(visit) for visit in diagnosis.visits],
        "limit": diagnosis.limit or None,
        "latest_version": diagnosis.latest,
        "page": None if examined is None else _page_row(examined),
    }


def browser_of(visit: VisitResult) -> str | None:
    """Return the browser that ran the scripts of a page; None if the page was not rendered."""
    return dict(visit.fetch.headers).get(RENDERED)


def unsettled_after(visit: VisitResult) -> str | None:
    """Return how long the browser waited for a page that never stopped changing; None if the page stopped."""
    return dict(visit.fetch.headers).get(UNSETTLED)


def _fetch_row(visit: VisitResult) -> Row:
    fetch = visit.fetch
    return {
        "at": stamp(fetch.started_at),
        "status": fetch.status,
        "final_url": fetch.final_url,
        "bytes": _size(fetch.body),
        "seconds": visit.seconds,
        "rendered_by": browser_of(visit),
        "unsettled_after": unsettled_after(visit),
        "further": [
            {"status": page.status, "final_url": page.final_url, "bytes": _size(page.body)} for page in fetch.further
        ],
        "error": fetch.error or None,
        "error_kind": fetch.error_kind or None,
    }


def _size(body: bytes | None) -> int | None:
    return None if body is None else len(body)


def _page_row(page: Examined) -> Row:
    return {
        "words": page.words,
        "languages": list(page.document.languages),
        "dates": [{"kind": date.kind, "day": date.day.isoformat(), "text": date.text} for date in page.document.dates],
        "fallback": page.fallback,
        "refused": None if page.refused is None else {"reason": page.refused[0], "detail": page.refused[1]},
        "outline": [
            {
                "level": section.level,
                "heading": section.title,
                "language": section.language,
                "words": section.words,
            }
            for section in page.outline
        ],
        "dropped": [{"what": what, "times": times} for what, times in page.dropped],
        "left_out": {
            "words": page.left_out.words,
            "share": round(page.left_out.share, 3),
            "much": page.left_out.is_much,
            "watched": [
                {"text": sentence.text, "topics": list(sentence.topics), "why": sentence.why}
                for sentence in page.left_out.watched
            ],
        },
        "elsewhere": [
            {"kind": part.kind, "address": part.address or None, "words": part.words or None}
            for part in page.held_elsewhere
        ],
        "canonical": [{"final_url": address, "canonical": canonical} for address, canonical in page.elsewhere],
        "steady": page.steady,
        "differences": [{"first": first, "second": second} for first, second in page.differences],
        "next_run": _run_row(page.assessment),
    }


def _run_row(assessment: Assessment) -> Row:
    comparison = assessment.comparison
    return {
        "outcome": assessment.outcome,
        "reason": assessment.reason,
        "detail": assessment.detail,
        "boundary": assessment.boundary,
        "material": comparison is not None and comparison.material,
        "severity": None if comparison is None else comparison.severity,
        "topics": [] if comparison is None else list(comparison.topics),
        "findings": 0 if comparison is None else len(comparison.findings),
    }
