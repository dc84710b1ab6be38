"""Fetches the start page of a site. A domain without a scheme is requested with https, and with http if https is not
available.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.discovery.fetching import Fetcher
from crawler.discovery.model import SearchRequest
from crawler.network.failures import Failure
from document.model import Page

UNAVAILABLE = ("tls", "connection", "timeout")
"""Kinds of failures that show that a scheme is not available. If the reason is an invalid certificate, http is not
tried, because it would only hide the problem.
"""


async def fetch_start_page(request: SearchRequest, fetcher: Fetcher) -> Page | str:
    """Return the start page, or sentences that say which schemes were tried, why they failed, and what to do."""
    failures: dict[str, Failure] = {}
    for url in request.addresses:
        is_last = url == request.addresses[-1]
        page = await fetcher.fetch(url, rendered=request.render, patient=is_last)
        if not isinstance(page, Failure):
            return page
        failures[urlsplit(url).scheme] = page
        if page.kind not in UNAVAILABLE or page.bad_certificate:
            break
    return _explanation(request, failures)


def _explanation(request: SearchRequest, failures: dict[str, Failure]) -> str:
    *_, last = failures.values()
    if last.kind == "dns":
        return f"{last.sentence} Check the spelling of the domain."
    if len(failures) > 1:
        tried = " ".join(f"With {scheme}: {failure.sentence}" for scheme, failure in failures.items())
        return f"{tried} Check the domain, or give the complete address of a page of the site."
    if last.bad_certificate and len(request.addresses) > 1:
        advice = f"To search the site without encryption, write {request.addresses[-1]}"
        return f"{last.sentence} Only https was tried, because http would not be safer. {advice}"
    return last.sentence
