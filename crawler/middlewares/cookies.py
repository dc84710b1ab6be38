"""Sends cookies back to the host that set them, within one visit only."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http.cookies import CookieJar

if TYPE_CHECKING:
    from http.cookiejar import Cookie

    from scrapy.http import Request, Response


class VisitCookies:
    """The cookies set during one visit. A host receives only its own cookies, whatever `Domain` they name.

    `max_headers` also limits their size, because it limits the headers that set them.
    """

    def __init__(self) -> None:
        self._jars: dict[str, CookieJar] = {}

    def __len__(self) -> int:
        return sum(map(len, self._jars.values()))

    def note(self, response: Response, request: Request) -> None:
        """Store the cookies that a response sets, and remove those that it expires."""
        host = _host(request)
        jar = self._jars.setdefault(host, CookieJar())
        for cookie in jar.make_cookies(response, request):
            if _belongs_to(cookie, host):
                jar.set_cookie(cookie)

    def add_to(self, request: Request) -> None:
        """Add to a request the cookies that its host has set."""
        jar = self._jars.get(_host(request))
        if jar is not None:
            jar.add_cookie_header(request)


class VisitCookiesMiddleware:
    """Sends and stores the cookies of the visit that a request belongs to.

    The cookies are in the request's meta under "cookies", which redirects and retries preserve. A request without that
    key, such as a request for robots.txt, sends no cookies, and cookies in its response are dropped. The middleware
    belongs between the redirects and the downloader.
    """

    def process_request(self, request: Request) -> None:
        request.headers.pop("Cookie", None)  # left from the request before a redirect
        cookies = cookies_of(request)
        if cookies is not None:
            cookies.add_to(request)

    def process_response(self, request: Request, response: Response) -> Response:
        cookies = cookies_of(request)
        if cookies is not None:
            cookies.note(response, request)
        return response


def cookies_of(request: Request) -> VisitCookies | None:
    """Return the cookies of the visit that a request belongs to, or None if it belongs to no visit."""
    cookies = request.meta.get("cookies")
    return cookies if isinstance(cookies, VisitCookies) else None


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or ""


def _belongs_to(cookie: Cookie, host: str) -> bool:
    """Whether a host may set a cookie. The cookie is then restricted to that host."""
    if cookie.domain_specified:
        domain = cookie.domain.removeprefix(".")
        if host != domain and not host.endswith(f".{domain}"):
            return False
        cookie.domain, cookie.domain_specified = host, False
    return True
