"""Records facts about the time before a response: when each request was sent, and which redirects led to the
response.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive.model import REDIRECTED, REQUESTED

if TYPE_CHECKING:
    from scrapy.http import Request, Response


def note_sent(request: Request, now: datetime) -> None:
    """Note the time at which a request is sent. A request after a redirect or a retry also contains the time of the
    first request.
    """
    request.meta.setdefault("started_at", now)
    request.meta["requested_at"] = now


def started_at(request: Request | None, now: datetime) -> datetime:
    """Return the time of a visit's first request, or `now` if no request was sent."""
    noted = request.meta.get("started_at") if request is not None else None
    return noted if isinstance(noted, datetime) else now


def header_lines(response: Response, visit_began: datetime) -> tuple[tuple[str, str], ...]:
    """Return the lower-case name and the value of each header, in order. After them come this program's own headers
    about redirects and times.
    """
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
    # A response with a refresh has the status 200, and not the status of a redirect.
    redirects = tuple((REDIRECTED, f"{why if isinstance(why, int) else 200} {url}") for why, url in hops)
    requested = meta.get("requested_at", visit_began)
    if requested == visit_began:
        return redirects
    return (*redirects, (REQUESTED, requested.astimezone(UTC).isoformat(timespec="microseconds")))
