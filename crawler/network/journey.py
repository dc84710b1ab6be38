"""Facts that precede a response: when each request was sent, and which redirects led to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive.model import REDIRECTED, REQUESTED

if TYPE_CHECKING:
    from scrapy.http import Request, Response


def note_sent(request: Request, now: datetime) -> None:
    """Note when a request is sent; redirects and retries also keep the time of the first one."""
    request.meta.setdefault("started_at", now)
    request.meta["requested_at"] = now


def started_at(request: Request | None, now: datetime) -> datetime:
    """Return when the first request of a visit was sent, or `now` if none was."""
    noted = request.meta.get("started_at") if request is not None else None
    return noted if isinstance(noted, datetime) else now


def header_lines(response: Response, visit_began: datetime) -> tuple[tuple[str, str], ...]:
    """Return lower-case name and value of each header, in order, and then what came before the response, in our own."""
    sent = (
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    ours = (REDIRECTED, REQUESTED)
    return (*(line for line in sent if line[0] not in ours), *_journey(response.request, visit_began))


def _journey(request: Request | None, visit_began: datetime) -> tuple[tuple[str, str], ...]:
    if request is None:
        return ()
    meta = request.meta
    hops = zip(meta.get("redirect_reasons", ()), meta.get("redirect_urls", ()), strict=True)
    # A refresh, by a header or by the page, comes with an answer of status 200.
    redirects = tuple((REDIRECTED, f"{why if isinstance(why, int) else 200} {url}") for why, url in hops)
    requested = meta.get("requested_at", visit_began)
    if requested == visit_began:
        return redirects
    return (*redirects, (REQUESTED, requested.astimezone(UTC).isoformat(timespec="microseconds")))
