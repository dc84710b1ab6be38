"""Sends conditional requests. Accepts a 304 only as the response to such a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.model import Validators
from archive.recording.validators import NOT_MODIFIED

if TYPE_CHECKING:
    from scrapy.http import Request, Response

HEADERS = ("If-None-Match", "If-Modified-Since")


class ConditionalMiddleware:
    """Sends a policy's validators only to the address that issued them.

    The target of a redirect never gets the validators. The validators are in the request's meta under "validators".
    This middleware is the last middleware before the downloader.
    """

    def process_request(self, request: Request) -> None:
        for name in HEADERS:
            request.headers.pop(name, None)  # a redirected request may still have the header
        validators = asked_with(request)
        if validators is None:
            return
        for name, value in zip(HEADERS, (validators.etag, validators.last_modified), strict=True):
            if value:
                request.headers[name] = value.encode("latin-1", errors="ignore")


def asked_with(request: Request) -> Validators | None:
    """Return the validators that are sent with a request, or None."""
    validators = request.meta.get("validators")
    return validators if isinstance(validators, Validators) and validators.url == request.url else None


def not_modified(response: Response) -> Validators | None:
    """Return the validators that a 304 confirms, or None for any other response."""
    return None if response.status != NOT_MODIFIED or response.request is None else asked_with(response.request)
