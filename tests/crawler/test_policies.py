"""Tests that the spider records the result of every visit. A failed visit does not stop the other visits."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.crawl import Crawled, crawl
from tests.server import HTML, Answer, Site, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")


def refreshing(page: str, content: str) -> str:
    """Return the page with a meta refresh."""
    return page.replace("<head>", f'<head><meta http-equiv="refresh" content="{content}">')


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Crawled]:
    """Return the results of a crawl over a site on which most things go wrong."""
    with serving() as site:
        site.serve("/good", PAGE)
        site.serve("/gone", "<h1>Not found</h1><p>There is nothing here.</p>", status=404)
        site.serve("/broken", "<h1>Internal server error</h1>", status=500)
        site.redirect("/moved", "/good", status=301)
        site.serve("/stub", refreshing(PAGE, "0; url=/good"))
        site.serve("/reloading", refreshing(PAGE, "60; url=/reloading"))
        site.redirect("/loop", "/loop")
        site.redirect("/file", "file:///etc/hostname")
        site.pages["/slow"] = Answer(b"late", pause=30)
        site.pages["/mute"] = Answer(b"late", late=30)
        site.pages["/dropped"] = Answer(b"half" * 100, breaks="half")
        site.pages["/endless"] = Answer(b"x" * 10_000, endless=True)
        site.pages["/large"] = Answer(b"x" * 300_000)
        bomb = gzip.compress(b"x" * 5_000_000)
        site.pages["/bomb"] = Answer(bomb, headers=(("Content-Type", HTML), ("Content-Encoding", "gzip")))
        site.pages["/packed"] = Answer(
            gzip.compress(PAGE.encode()), headers=(("Content-Type", HTML), ("Content-Encoding", "gzip"))
        )
        policies = {path[1:]: site.url(path) for path in site.pages}
        policies |= {"nowhere": "http://nowhere.invalid/", "deaf": "http://127.0.0.1:1/"}
        policies |= {"long": site.serve("/" + "x" * 3000, PAGE)}
        folder = tmp_path_factory.mktemp("archive")
        return crawl(folder / "archive.db", policies, max_body=200_000, timeout=8, header_timeout=4)


@pytest.mark.parametrize(
    ("policy", "kind", "sentence"),
    [
        ("slow", "timeout", "did not answer completely within 8 seconds"),
        ("mute", "timeout", "did not send all headers of its response within header_timeout, 4 seconds"),
        ("dropped", "connection", "broke off before the response was complete"),
        ("endless", "too-large", "max_body, 0.2 MB"),
        ("large", "too-large", "max_body, 0.2 MB"),
        ("bomb", "too-large", "decompressed response is larger than max_body"),
        ("loop", "other", "More than 5 redirects"),
        ("file", "refused", "redirects to file:///etc/hostname, which is neither http nor https"),
        ("nowhere", "dns", "nowhere.invalid cannot be resolved"),
        ("deaf", "connection", "refuses the connection"),
    ],
)
def test_a_visit_without_a_complete_response_is_recorded_with_its_reason(
    results: dict[str, Crawled], policy: str, kind: str, sentence: str
) -> None:
    result = results[policy]
    assert (result.outcome, result.error_kind, result.status) == ("failed", kind, None)
    assert sentence in result.detail


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ("gone", 404),
        ("broken", 500),
    ],
)
def test_a_response_that_is_not_a_policy_is_not_comparable(
    results: dict[str, Crawled], policy: str, status: int
) -> None:
    result = results[policy]
    assert (result.outcome, result.status) == ("not comparable", status)
    assert result.reason
    assert result.detail


@pytest.mark.parametrize("policy", ["good", "moved", "stub", "reloading", "packed", "long"])
def test_a_policy_gets_its_first_version_although_other_policies_fail(results: dict[str, Crawled], policy: str) -> None:
    assert (results[policy].outcome, results[policy].status) == ("changed", 200)


def test_the_address_after_redirects_is_recorded(results: dict[str, Crawled]) -> None:
    assert results["moved"].final_url == results["stub"].final_url == results["good"].final_url


def test_a_hostile_page_does_not_prevent_the_checks_of_other_pages(tmp_path: Path) -> None:
    """If a worker needs too long for a page, the result names the limit. The other pages are still checked."""
    with serving() as site:
        deep = "<div>" * 40_000 + "deep" + "</div>" * 40_000
        site.serve("/nested", PAGE + deep * 12)  # reading this page would take more than half a minute
        policies = {f"good {n}": site.serve(f"/{n}", PAGE) for n in range(4)}
        limits: dict[str, Any] = {
            "worker_time": 4,
            "worker_memory": 1_000_000_000,
            "timeout": 30,
            "max_body": 8_000_000,
        }
        results = crawl(tmp_path / "a.db", {"nested": site.url("/nested")} | policies, **limits)
    assert {name: results[name].outcome for name in policies} == dict.fromkeys(policies, "changed")
    assert (results["nested"].outcome, results["nested"].reason) == ("not comparable", "refused-limit")
    assert "limit of 4 seconds of CPU time" in results["nested"].detail or "of elapsed time" in results["nested"].detail


def test_a_page_with_deeper_nesting_than_configured_is_refused_and_the_limit_is_named(tmp_path: Path) -> None:
    with serving() as site:
        depths = {"above": 700, "below": 500}
        pages = {name: PAGE + "<div>" * depth + "deep" + "</div>" * depth for name, depth in depths.items()}
        policies = {name: site.serve(f"/{name}", page) for name, page in pages.items()}
        results = crawl(tmp_path / "a.db", policies, max_nesting=600)
    assert (results["above"].outcome, results["above"].reason) == ("not comparable", "refused-limit")
    assert "more than 600 deep, which is the limit (max_nesting)" in results["above"].detail
    assert results["below"].outcome == "changed"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site after a crawl with retries. The environment of the crawl names a proxy, which must not be used."""
    with serving() as site, serving() as proxy, pytest.MonkeyPatch.context() as environment:
        environment.setenv("http_proxy", proxy.base)
        site.serve("/busy", "<h1>Busy</h1>", status=503)
        policies = {"busy": site.url("/busy"), "gone": site.url("/gone")}
        policies |= {"English": site.serve("/privacy", PAGE), "Indonesian": site.serve("/privacy", PAGE)}
        crawl(tmp_path_factory.mktemp("archive") / "a.db", policies, retries=2, contact="desk@example.org")
        assert proxy.asked == [], "a proxy of the environment goes round the address guard"
        yield site


def test_two_policies_with_one_address_are_both_checked(asked: Site) -> None:
    assert asked.visits()["/privacy"] == 2


def test_a_page_with_a_temporary_failure_is_requested_again(asked: Site) -> None:
    assert asked.visits()["/busy"] == 3


def test_a_missing_page_is_not_requested_again(asked: Site) -> None:
    assert asked.visits()["/gone"] == 1


def test_languages_and_contact_are_sent_to_the_server(asked: Site) -> None:
    headers = dict(asked.asked)["/privacy"]
    assert "desk@example.org" in headers["User-Agent"]
    assert headers["Accept-Language"] == "en"


def test_requests_to_one_host_have_pauses_between_them(tmp_path: Path) -> None:
    with serving() as site:
        crawl(tmp_path / "a.db", {n: site.serve(f"/{n}", PAGE) for n in "ab"}, delay=1)
        robots, first, second = sorted(site.moments.values())
    assert first - robots >= 0.5
    assert second - first >= 0.5
