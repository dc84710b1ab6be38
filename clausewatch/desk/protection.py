"""Checks each request before it reaches a route, and adds security headers to each answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clausewatch.desk.failures import API, problem

CONTENT_SECURITY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""The content security policy of the desk's own pages."""

STORED_PAGE = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
"""The content security policy of stored pages, which come from other sites."""

ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": CONTENT_SECURITY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "cache-control": "private, no-cache",
    }
)
"""Headers that each answer gets, unless the route sets them. With `no-cache`, a browser may keep a page, but must ask
the server before it shows the page again.
"""

MOST_QUERY = 4096
"""Maximum length of the query in an address, in bytes."""

MOST_HEADERS = 32_768
"""Maximum size of the headers of a request in bytes."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Middleware that refuses requests for other hosts and requests with large bodies. It adds the headers `ALWAYS` to
    answers.
    """

    app: ASGIApp
    hosts: frozenset[str]
    """The accepted values of the header Host, in small letters."""
    max_body: int
    secure: bool
    """Whether browsers reach the desk by https only."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _answer_to(scope, *refusal)(scope, receive, self._adding_headers(send))
            return
        await self.app(scope, _Limited(receive, self.max_body), self._adding_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and text with which a request is refused, or None."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return 421, "This server has no such host. Check the address."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.max_body:
            return 413, f"The body of a request may have {self.max_body} bytes (`max_body` under [desk])."
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADERS:
            return 431, f"The headers of a request may have {MOST_HEADERS} bytes."
        if b"%00" in scope["query_string"] or "\0" in scope["path"]:
            return 400, "An address may not have a NUL character."
        if len(scope["query_string"]) > MOST_QUERY:
            return 414, f"The query of an address may have {MOST_QUERY} bytes."
        return None

    def _adding_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                if self.secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        return sending


def _answer_to(scope: Scope, status: int, text: str) -> Response:
    """Return the answer to a refused request: problem details for programs, and plain text for browsers."""
    if scope["path"].startswith(API):
        return problem(status, "request", text)
    return PlainTextResponse(text, status)


class TooLargeError(HTTPException):
    """The body of a request is larger than it may be."""

    def __init__(self) -> None:
        super().__init__(413)


class _Limited:
    """Receives the body of a request without a declared length. Refuses the body if it becomes too large."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left = receive, most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLargeError
        return message
