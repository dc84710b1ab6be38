"""Tests that, within one visit, the crawler sends cookies back to the host that set them."""

from __future__ import annotations

from pathlib import Path

from tests.crawler.crawl import crawl
from tests.server import Answer, Site, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")
HTML = ("Content-Type", "text/html; charset=utf-8")


def gate(site: Site, path: str, cookie: str, *, set_as: str = "", target: str = "") -> str:
    """Serve a page only to clients that send a cookie.

    Other clients get the cookie and a redirect, by default to the same path.
    """
    target = target or path
    headers = (("Set-Cookie", set_as or cookie), ("Location", target))
    site.pages[path] = Answer(status=302, headers=headers)
    if target != path and target.startswith("/"):
        site.pages[target] = Answer(b"<h1>Cookies needed</h1>", headers=(HTML,))
    site.with_cookie[target, cookie] = Answer(PAGE.encode(), headers=(HTML,))
    return site.url(path)


WANTED_BACK = {
    "/self": ("", ""),
    "/query": ("", "/query?allowed=1"),
    "/scoped": ("ticket=7; Path=/scoped; HttpOnly; SameSite=Lax; Max-Age=60", ""),
    "/named": ("ticket=7; Domain=127.0.0.1", ""),
}
"""Two values for each path: its Set-Cookie header, and the target of its redirect. An empty header stands for the plain
cookie. An empty target stands for the same path.
"""


def test_a_site_that_requires_its_cookie_is_read(tmp_path: Path) -> None:
    with serving() as site:
        policies = {
            path: gate(site, path, "ticket=7", set_as=set_as, target=target)
            for path, (set_as, target) in WANTED_BACK.items()
        }
        found = crawl(tmp_path / "a.db", policies)
    assert {(each.outcome, each.status) for each in found.values()} == {("changed", 200)}


def test_a_page_that_reloads_itself_to_set_a_cookie_is_read(tmp_path: Path) -> None:
    with serving() as site:
        site.pages["/p"] = Answer(
            b"<p>One moment.</p>", headers=(HTML, ("Set-Cookie", "seen=1"), ("Refresh", "0; url=/p"))
        )
        site.with_cookie["/p", "seen=1"] = Answer(PAGE.encode(), headers=(HTML,))
        assert crawl(tmp_path / "a.db", {"Cloakroom": site.url("/p")})["Cloakroom"].outcome == "changed"


def test_the_pages_of_one_policy_share_their_cookies(tmp_path: Path) -> None:
    with serving() as site:
        first = gate(site, "/first", "ticket=7")
        site.with_cookie["/second", "ticket=7"] = Answer(PAGE.encode(), headers=(HTML,))
        assert crawl(tmp_path / "a.db", {"Cloakroom": [first, site.url("/second")]})["Cloakroom"].outcome == "changed"
        assert site.cookies("/second") == ["ticket=7"]


def test_a_cookie_is_deleted_after_the_visit_and_never_sent_for_other_policies(tmp_path: Path) -> None:
    with serving() as site:
        policies = {name: gate(site, f"/{name}", f"{name}=1") for name in ("first", "second")}
        for _ in range(2):
            assert {each.status for each in crawl(tmp_path / "a.db", policies).values()} == {200}
        assert site.cookies("/first") == [None, "first=1"] * 2
        assert site.cookies("/second") == [None, "second=1"] * 2
        assert set(site.cookies("/robots.txt")) == {None}


def test_a_cookie_is_never_sent_to_another_host(tmp_path: Path) -> None:
    with serving() as site, serving("127.0.0.2") as other:
        policies = {}
        for number, set_as in enumerate(("ticket=7", "ticket=7; Domain=127.0.0.2", "ticket=7; Domain=0.0.2")):
            target = other.serve(f"/privacy-{number}", PAGE)
            policies[set_as] = gate(site, f"/{number}", "ticket=7", set_as=set_as, target=target)
        crawl(tmp_path / "a.db", policies, allow_private=("127.0.0.0/8",))
        assert [other.cookies(f"/privacy-{number}") for number in range(3)] == [[None]] * 3


def test_a_cookie_that_its_site_deletes_is_no_longer_sent(tmp_path: Path) -> None:
    with serving() as site:
        site.pages["/a"] = Answer(status=302, headers=(("Set-Cookie", "ticket=7"), ("Location", "/b")))
        site.pages["/b"] = Answer(status=302, headers=(("Set-Cookie", "ticket=; Max-Age=0"), ("Location", "/c")))
        site.serve("/c", PAGE)
        crawl(tmp_path / "a.db", {"Cloakroom": site.url("/a")})
        assert (site.cookies("/b"), site.cookies("/c")) == (["ticket=7"], [None])


def test_a_failure_says_if_the_site_may_require_a_cookie(tmp_path: Path) -> None:
    with serving() as site:
        site.redirect("/plain", "/plain")
        site.pages["/wants"] = Answer(status=302, headers=(("Location", "/wants"), ("Set-Cookie", "ticket=7")))
        found = crawl(tmp_path / "a.db", {name: site.url(f"/{name}") for name in ("plain", "wants")})
    assert {name for name, each in found.items() if "More than 5 redirects" in each.detail} == {"plain", "wants"}
    assert {name for name, each in found.items() if "sets cookies" in each.detail} == {"wants"}
