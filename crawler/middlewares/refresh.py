"""Follows the `Refresh` header as browsers do. The limits are the same as for a refresh in the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import Request
from w3lib.url import safe_url_string

if TYPE_CHECKING:
    from scrapy.http import Response

_REFRESH = re.compile(
    r"\s*(?P<delay>\d+|(?=\.))(?:\.[\d.]*)?(?:\s*[;,]\s*|\s+)(?:url\s*=\s*|(?!url\s*=))(?P<url>\S.*)", re.IGNORECASE
)
"""Matches a refresh as the HTML Standard defines it ("shared declarative refresh steps"). Examples are "0;
url=/privacy", "3,/privacy" and ".5; url=/privacy".
"""


class RefreshMiddleware(MetaRefreshMiddleware):
    """Follows a refresh with a short delay, by header or in the page, as if it were a redirect.

    If a page reloads itself, the refresh is followed only if the page sets a cookie, because the next response may be
    different with this cookie. Otherwise the page is used as it is.
    """

    def process_response(  # type: ignore[override]  # Scrapy will drop the third argument of its method
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return a request for the address of the refresh. If the page has no refresh, return the page."""
        followed = self._by_header(request, response) or super().process_response(request, response)
        reloads = isinstance(followed, Request) and urldefrag(followed.url).url == urldefrag(request.url).url
        return response if reloads and "Set-Cookie" not in response.headers else followed

    def _by_header(self, request: Request, response: Response) -> Request | None:
        stated = _REFRESH.match((response.headers.get("Refresh") or b"").decode("utf-8", "replace"))
        if stated is None or int(stated["delay"] or 0) >= self._maxdelay:
            return None
        written = stated["url"]
        address = written[1:].partition(written[0])[0] if written[0] in "\"'" else written
        target = urljoin(response.url, safe_url_string(address.strip()))
        if urlsplit(target).scheme not in ("http", "https"):
            return None
        return self._redirect(self._redirect_request_using_get(request, response, target), request, "refresh")
