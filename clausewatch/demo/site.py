"""The fictional site: its pages in each edition, and a server on loopback."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jinja2 import Environment

from clausewatch.demo.editions import edition_count, site_policies
from clausewatch.demo.loopback import Loopback
from document.model import Page

INDEX = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Fictional policies</title>
<h1>Fictional policies, edition {{ edition }}</h1>
<ul>{% for policy in policies %}<li><a href="{{ policy.path }}">{{ policy.name }}</a></li>{% endfor %}</ul></html>
"""

ROBOTS = "User-agent: *\nDisallow: /basket\nDisallow: /signin\n"


def pages(edition: int, request: str = "") -> dict[str, Page]:
    """Return every page of an edition under its path, as a server would send it for one request.

    Nonces, counters and encoded e-mail addresses depend on `request`. Equal arguments give equal bytes. Raises
    ValueError if the edition does not exist.
    """
    if not 1 <= edition <= edition_count():
        raise ValueError(f"there is no edition {edition}: there are 1 to {edition_count()}")
    pages = {
        policy.path: _page(policy.render(edition, request), policy.content_type, policy.path)
        for policy in site_policies()
    }
    pages["/"] = _page(_index(edition), "text/html; charset=utf-8", "/")
    pages["/robots.txt"] = _page(ROBOTS.encode(), "text/plain; charset=utf-8", "/robots.txt")
    return pages


class DemoSite(Loopback):
    """A web server that runs on a free loopback port during a `with` block.

    You can change its `edition` at any time.
    """

    def __init__(self, edition: int = 1) -> None:
        self.edition = edition
        super().__init__(_Server(self))

    @property
    def address(self) -> str:
        """The site's address without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site: DemoSite) -> None:
        self.site = site
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    """Serves the current edition, with new nonces for each request."""

    server: _Server

    def do_GET(self) -> None:
        page = pages(self.server.site.edition, request=secrets.token_hex(8)).get(self.path.partition("?")[0])
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(page.status)
        for name, value in page.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(page.body)))
        self.end_headers()
        self.wfile.write(page.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Print no log, so that the terminal shows only the demo's output."""


def _page(body: bytes, content_type: str, path: str) -> Page:
    headers = (("content-type", content_type), ("cache-control", "no-store"))
    return Page(body=body, content_type=content_type, final_url=f"http://127.0.0.1{path}", headers=headers)


def _index(edition: int) -> bytes:
    template = Environment(autoescape=True).from_string(INDEX)
    return template.render(edition=edition, policies=site_policies()).encode()
