"""Sends cookies back to the host that set them, within one visit only."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http.cookies import CookieJar

if TYPE_CHECKING:
    from http.cookiejar import Cookie

    from scrapy.http import Request, Response


class VisitCookies:
    """The cookies that were set during one visit.

    A host gets only the cookies that it set itself, even if a cookie's `Domain` includes other hosts. The size of all
    cookies is limited by `max_headers`, because cookies are set by headers.
    """

    def __init__(self) -> None:
        self._jars: dict[str, CookieJar] = {}

    def __len__(self) -> int:
        return sum(map(len, self._jars.values()))

    def note(self, response: Response, request: Request) -> None:
        """Store the cookies that a response sets, and delete the cookies that it declares as expired."""
        host = _host(request)
        jar = self._jars.setdefault(host, CookieJar())
        for cookie in jar.make_cookies(response, request):
            if _belongs_to(cookie, host):
                jar.set_cookie(cookie)

    def add_to(self, request: Request) -> None:
        """Add to a request the cookies that its host set earlier in the visit."""
        jar = self._jars.get(_host(request))
        if jar is not None:
            jar.add_cookie_header(request)


class VisitCookiesMiddleware:
    """Sends and stores the cookies of the visit to which a request belongs.

    The cookies are in the request's meta under "cookies". Redirects and retries keep the meta. A request for robots.txt
    has no such key. So a request for robots.txt sends no cookies, and the cookies in its response are dropped. The
    middleware must be between the redirects and the downloader.
    """

    def process_request(self, request: Request) -> None:
        request.headers.pop("Cookie", None)  # a redirected request may still have the header
        cookies = cookies_of(request)
        if cookies is not None:
            cookies.add_to(request)

    def process_response(self, request: Request, response: Response) -> Response:
        cookies = cookies_of(request)
        if cookies is not None:
            cookies.note(response, request)
        return response


def cookies_of(request: Request) -> VisitCookies | None:
    """Return the cookies of the visit to which a request belongs, or None if the request belongs to no visit."""
    cookies = request.meta.get("cookies")
    return cookies if isinstance(cookies, VisitCookies) else None


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or ""


def _belongs_to(cookie: Cookie, host: str) -> bool:
    """Whether a host may set a cookie. The cookie is later sent only to this host."""
    if cookie.domain_specified:
        domain = cookie.domain.removeprefix(".")
        if host != domain and not host.endswith(f".{domain}"):
            return False
        cookie.domain, cookie.domain_specified = host, False
    return True
