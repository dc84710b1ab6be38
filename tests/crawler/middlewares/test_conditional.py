"""Tests ETag and Last-Modified against real servers.

The response 304 counts as `unchanged`, but only if the crawler has seen the page before.
"""

from __future__ import annotations

from pathlib import Path

from tests.crawler.crawl import crawl
from tests.server import HTML, Answer, Site, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_bytes()


def tagged(site: Site, path: str, tag: str, body: bytes = PAGE) -> str:
    """Serve a page with an ETag, and return its address."""
    site.pages[path] = Answer(body, headers=(("Content-Type", HTML), ("ETag", tag)))
    return site.url(path)


def test_a_304_is_recorded_as_unchanged_and_a_new_page_as_changed(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving() as site:
        policies = {"a": tagged(site, "/privacy", '"1"')}
        rounds = [crawl(database, policies)["a"] for _ in range(3)]
        tagged(site, "/privacy", '"2"', PAGE.replace(b"</main>", b"<p>We sell your data to brokers.</p></main>"))
        rounds.append(crawl(database, policies)["a"])
        assert site.said("/privacy") == [None, '"1"', '"1"', '"1"']
    assert [each.status for each in rounds] == [200, 304, 304, 200]
    assert [each.outcome for each in rounds] == ["changed", "unchanged", "unchanged", "changed"]


def test_the_whole_page_is_fetched_at_every_visit_if_that_is_configured(tmp_path: Path) -> None:
    with serving() as site:
        policies = {"a": tagged(site, "/privacy", '"1"')}
        rounds = [crawl(tmp_path / "a.db", policies, full_fetch=0)["a"] for _ in range(2)]
    assert [(each.status, each.outcome) for each in rounds] == [(200, "changed"), (200, "unchanged")]


def test_a_new_policy_that_redirects_to_a_known_page_gets_the_whole_page(tmp_path: Path) -> None:
    """Validators are kept by policy.

    If they were kept by address, the new policy would get a 304 and would never have a version.
    """
    with serving() as site:
        known = {"known": tagged(site, "/privacy", '"1"')}
        crawl(tmp_path / "a.db", known)
        found = crawl(tmp_path / "a.db", known | {"new": site.redirect("/moved", "/privacy")})
    assert (found["known"].status, found["known"].outcome) == (304, "unchanged")
    assert (found["new"].status, found["new"].outcome) == (200, "changed")


def test_validators_are_not_sent_to_a_different_page_after_a_redirect(tmp_path: Path) -> None:
    """On some sites an ETag is a plain word. So the other page may have the same ETag."""
    database = tmp_path / "a.db"
    with serving() as site:
        tagged(site, "/old", '"1"')
        policies = {"a": site.redirect("/privacy", "/old")}
        first = crawl(database, policies)["a"]
        second = crawl(database, policies)["a"]
        tagged(site, "/new", '"1"', PAGE.replace(b"</main>", b"<p>We sell your data to brokers.</p></main>"))
        site.redirect("/privacy", "/new")
        third = crawl(database, policies)["a"]
        assert site.said("/privacy") == [None, None, None]
        assert site.said("/old") == [None, '"1"']
        assert site.said("/new") == [None]
    assert [each.status for each in (first, second, third)] == [200, 304, 200]
    assert third.outcome == "changed"


def test_a_304_without_validators_in_the_request_does_not_count_as_unchanged(tmp_path: Path) -> None:
    with serving() as site:
        site.pages["/privacy"] = Answer(status=304)
        found = crawl(tmp_path / "a.db", {"a": site.url("/privacy")})
    assert found["a"].outcome == "not comparable"
