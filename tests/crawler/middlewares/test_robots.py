"""Tests robots.txt.

The crawler does not fetch a page that robots.txt forbids. If robots.txt is unavailable, the crawler fetches no page of
the site.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest

from tests.crawler.crawl import Crawled, crawl
from tests.server import Answer, Site, serving

TEXT = (("Content-Type", "text/plain"),)
PAGE = "<h1>Privacy policy</h1><p>We share nothing with anyone.</p>"

FORBIDDING = {
    "the page": b"User-agent: *\nDisallow: /privacy",
    "this crawler": b"User-agent: clausewatch\nDisallow: /",
    "everything": b"User-agent: *\nDisallow: /",
}
ALLOWING = {
    "missing": Answer(b"", 404),
    "forbidden itself": Answer(b"", 403),
    "another folder": Answer(b"User-agent: *\nDisallow: /admin", headers=TEXT),
    "another crawler": Answer(b"User-agent: someone-else\nDisallow: /", headers=TEXT),
    "a web page": Answer(b"<html><p>Disallow: /</p></html>"),
}
MISSING = {
    "500": Answer(b"", 500),
    "503": Answer(b"", 503),
    "429": Answer(b"", 429),
    "too slow": Answer(b"User-agent: *", pause=30),
    "redirect loop": Answer(status=302, headers=(("Location", "/robots.txt"),)),
    "endless": Answer(b"#" * 100_000, endless=True),
}


@dataclass(frozen=True, slots=True)
class Visits:
    """The results of a crawl over many sites. Each site has a different robots.txt."""

    sites: dict[str, Site]
    results: dict[str, Crawled]


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    answers = {name: Answer(rules, headers=TEXT) for name, rules in FORBIDDING.items()} | ALLOWING | MISSING
    with contextlib.ExitStack() as stack:
        sites = {name: stack.enter_context(serving()) for name in answers}
        for name, site in sites.items():
            site.pages["/robots.txt"] = answers[name]
        policies = {name: site.serve("/privacy", PAGE) for name, site in sites.items()}
        policies["moved"] = sites["missing"].redirect("/moved", sites["everything"].url("/privacy"))
        archive = tmp_path_factory.mktemp("archive") / "archive.db"
        return Visits(sites, crawl(archive, policies, timeout=8))


@pytest.mark.parametrize("case", FORBIDDING)
def test_a_forbidden_page_is_not_fetched(visits: Visits, case: str) -> None:
    assert visits.sites[case].visits() == {"/robots.txt": 1}
    result = visits.results[case]
    assert (result.outcome, result.error_kind) == ("failed", "robots")
    assert "does not allow Clausewatch" in result.detail


@pytest.mark.parametrize("case", ALLOWING)
def test_a_page_that_is_not_forbidden_is_fetched(visits: Visits, case: str) -> None:
    assert visits.sites[case].visits()["/privacy"] == 1
    assert visits.results[case].status == 200


@pytest.mark.parametrize("case", MISSING)
def test_nothing_is_fetched_if_robots_txt_is_unavailable(visits: Visits, case: str) -> None:
    """Here Scrapy's own middleware would fetch the page."""
    assert visits.sites[case].visits()["/privacy"] == 0
    result = visits.results[case]
    assert (result.outcome, result.error_kind) == ("failed", "robots")
    assert "nothing may be fetched" in result.detail


def test_the_robots_txt_of_the_target_of_a_redirect_counts(visits: Visits) -> None:
    assert visits.sites["missing"].visits()["/moved"] == 1
    assert visits.sites["everything"].visits() == {"/robots.txt": 1}
    assert visits.results["moved"].error_kind == "robots"


def test_robots_txt_is_requested_once_for_each_host(visits: Visits) -> None:
    assert visits.sites["missing"].visits()["/robots.txt"] == 1
