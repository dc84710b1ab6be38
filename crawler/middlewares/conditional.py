"""Asks a server only for what is new, and takes a 304 only as the answer to that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.model import Validators
from archive.recording.validators import NOT_MODIFIED

if TYPE_CHECKING:
    from scrapy.http import Request, Response

HEADERS = ("If-None-Match", "If-Modified-Since")


class ConditionalMiddleware:
    """Sends a policy's validators to the one address that gave them, and to no other that a redirect leads to.

    They stand in the request's meta under "validators". It is the last one before the downloader.
    """

    def process_request(self, request: Request) -> None:
        for name in HEADERS:
            request.headers.pop(name, None)  # of the request before a redirect
        known = asked_with(request)
        if known is None:
            return
        for name, value in zip(HEADERS, (known.etag, known.last_modified), strict=True):
            if value:
                request.headers[name] = value.encode("latin-1", errors="ignore")


def asked_with(request: Request) -> Validators | None:
    """Return the validators that go with this very request, or None."""
    known = request.meta.get("validators")
    return known if isinstance(known, Validators) and known.url == request.url else None


def not_modified(response: Response) -> Validators | None:
    """Return the validators that a server says still hold, or None where it gave any other answer."""
    return None if response.status != NOT_MODIFIED or response.request is None else asked_with(response.request)
