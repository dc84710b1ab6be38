"""The page of findings that wait for a review, grouped by change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from archive.questions.lists.inbox import InboxFilter, inbox
from clausewatch.desk.decisions import decided
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import page
from differ.model import SEVERITIES, TOPICS, Severity
from languages import languages

router = APIRouter(include_in_schema=False)

CHANGES = 20
"""Maximum number of changes on one page of the inbox. A change may have many findings."""

Word = Annotated[str, Query(max_length=200)]


@router.get("/")
def show(
    request: Request,
    visitor: Reader,
    topic: Word = "",
    severity: Word = "",
    tag: Word = "",
    policy: Word = "",
    language: Word = "",
    owner: Word = "",
    since: date | None = None,
    overdue: bool = False,
    after: Word = "",
) -> Response:
    """Show the findings that wait, the worst change first. All filters are parameters of the address."""
    wanted = InboxFilter(
        topic=topic or None,
        severity=_severity(severity),
        tag=tag or None,
        policy=policy or None,
        language=language or None,
        owner=owner or None,
        since=None if since is None else datetime.combine(since, time.min, UTC),
        overdue=overdue,
    )
    desk, now = desk_of(request), datetime.now(UTC)
    times = desk.configuration.review_times
    changes = inbox(desk.archive.reader, wanted, now, times, after=after or None, limit=CHANGES)
    chosen = {"topic": topic, "severity": severity, "tag": tag, "policy": policy, "language": language, "owner": owner}
    return page(
        request,
        visitor,
        "inbox.html",
        changes=changes,
        chosen=chosen | {"since": since.isoformat() if since else "", "overdue": overdue},
        severities=SEVERITIES,
        topics=TOPICS,
        languages=languages(),
        decided=decided(request, visitor),
    )


def _severity(text: str) -> Severity | None:
    return next((severity for severity in SEVERITIES if severity == text), None)
