"""Tests pages that need JavaScript with a real Chromium browser. Also tests what the scripts of a page cannot do."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from archive.questions.history import versions_of
from archive.storage.database import open_archive
from crawler.network.browser import NAMES
from tests.conftest import require
from tests.crawler.browsing import SCRIPT, forbidden, serve_built, serve_hostile, shell
from tests.crawler.crawl import Crawled, crawl
from tests.crawler.looking import BASE
from tests.desk import Desk
from tests.processes import family, lives, name
from tests.server import Answer, Site, serving

LIMITS: dict[str, Any] = {"render_time": 25.0, "render_requests": 40, "render_size": 300_000, "max_body": 200_000}
EVER = "for (;;) {}"


@pytest.fixture(scope="module", autouse=True)
def chromium() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    require(found is not None, "Chromium")
    return str(found)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The results of a crawl over pages of many kinds."""

    found: Mapping[str, Crawled]
    site: Site
    reached: tuple[str, ...]
    """Connections to the address that no page may reach."""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rendered]:
    with serving() as site, forbidden() as there:
        pages = {
            "built": serve_built(site),
            "redirected": site.redirect("/start", "/privacy"),
            "moves on": moving_on(site),
            "hostile": serve_hostile(site, there),
            "leads nowhere": site.serve(
                "/nowhere", shell(f'<script>location.href = "http://{there.address}/"</script>')
            ),
            "endless": site.serve("/endless", shell(f"<script>{EVER}</script>")),
            "many files": site.serve("/many", shell(f"<script>{asking(60)}</script>")),
            "large files": large_files(site),
            "large": site.serve("/large", shell(f"<script>{growing(250_000)}</script>")),
            "shut out": shut_out(site),
            "an error": site.serve("/error", shell('<script src="/never.js"></script>'), status=403),
            "no page": site.serve(
                "/plain", "Privacy policy\n\n" + "We keep letters.\n" * 90, content_type="text/plain"
            ),
        }
        found = crawl(tmp_path_factory.mktemp("crawl") / "a.db", pages, rendered=True, **LIMITS)
        yield Rendered(found, site, tuple(there.reached))


def moving_on(site: Site) -> str:
    """Serve a page whose script opens an address that redirects to the policy."""
    return site.serve("/moves", shell('<script>location.href = "/start"</script>'))


def asking(times: int) -> str:
    return f"for (let n = 0; n < {times}; n++) fetch('/text.json?' + n).catch(() => 0);"


def growing(letters: int) -> str:
    return f"document.body.append('policy '.repeat({letters} / 7));"


def large_files(site: Site) -> str:
    for number in range(3):
        site.serve(f"/large-{number}.js", f"/* {'x' * 150_000} */", content_type=SCRIPT)
    return site.serve("/loads", shell("".join(f'<script src="/large-{n}.js"></script>' for n in range(3))))


def shut_out(site: Site) -> str:
    """Serve a page whose script may not be fetched, because the site's robots.txt forbids that."""
    site.serve("/robots.txt", "User-agent: *\nDisallow: /not-for-us/\n", content_type="text/plain")
    site.serve("/not-for-us/build.js", "document.body.append('words')", content_type=SCRIPT)
    return site.serve("/shut", shell('<script src="/not-for-us/build.js"></script>'))


def test_a_page_that_needs_javascript_is_read(rendered: Rendered) -> None:
    assert rendered.found["built"].outcome == "changed"


@pytest.mark.parametrize("name", ["redirected", "moves on"])
def test_the_recorded_address_is_that_of_the_rendered_page(rendered: Rendered, name: str) -> None:
    found = rendered.found[name]
    assert (found.outcome, found.final_url) == ("changed", rendered.site.url("/privacy"))


def test_a_page_reaches_no_address_that_is_forbidden_to_the_crawler(rendered: Rendered) -> None:
    """The text of the hostile page is still read."""
    assert rendered.reached == ()
    assert rendered.found["hostile"].outcome == "changed", rendered.found["hostile"]
    assert rendered.site.visits()["/leads-astray.json"] > 0


def test_the_hostile_page_reaches_the_address_in_a_browser_without_our_limits(chromium: str) -> None:
    """A control: in the same browser without our limits, the hostile page reaches the address in most ways."""
    from playwright.sync_api import sync_playwright

    expected = {"/script", "/image", "/fetch", "/leads-astray", "/frame", "/socket", "/worker", "/import.css"}
    with serving() as site, forbidden() as there, sync_playwright() as playwright:
        serve_built(site)
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page()
        page.goto(serve_hostile(site, there))
        for _ in range(300):
            if expected <= set(there.reached) and len(set(there.reached)) >= 20:
                break
            page.wait_for_timeout(200)
        browser.close()
    reached = set(there.reached)
    print(f"{len(reached)} ways led there: {sorted(reached)}")
    assert expected <= reached
    assert len(reached) >= 20


@pytest.mark.parametrize(
    ("name", "kind", "limit"),
    [
        ("endless", "timeout", "render_time, 25 seconds"),
        ("many files", "too-large", "render_requests, 40"),
        ("large files", "too-large", "render_size, 0.3 MB"),
        ("large", "too-large", "max_body, 0.2 MB"),
    ],
)
def test_the_exceeded_limit_is_named(rendered: Rendered, name: str, kind: str, limit: str) -> None:
    found = rendered.found[name]
    assert (found.outcome, found.error_kind) == ("failed", kind)
    assert limit in found.detail


def test_an_error_page_of_the_browser_is_a_failure_and_not_a_text_of_the_site(rendered: Rendered) -> None:
    found = rendered.found["leads nowhere"]
    assert (found.outcome, found.error_kind) == ("failed", "connection")
    assert "its own error page" in found.detail


def test_a_file_that_robots_txt_forbids_is_not_loaded_for_a_page(rendered: Rendered) -> None:
    found = rendered.found["shut out"]
    assert (found.outcome, found.reason) == ("not comparable", "empty-shell")
    assert rendered.site.visits()["/not-for-us/build.js"] == 0


def test_error_pages_and_plain_text_are_not_opened_in_the_browser(rendered: Rendered) -> None:
    assert rendered.found["an error"].outcome == "not comparable"
    assert rendered.site.visits()["/never.js"] == 0
    assert rendered.found["no page"].final_url == rendered.site.url("/plain")


def test_files_are_requested_with_our_user_agent_and_pictures_are_not_requested(rendered: Rendered) -> None:
    asked = dict(rendered.site.asked)
    assert asked["/text.json"]["User-Agent"] == asked["/privacy"]["User-Agent"]
    assert asked["/text.json"]["User-Agent"].startswith("Clausewatch/")
    assert rendered.site.visits()["/picture.png"] == 0
    assert rendered.site.cookies("/text.json")[0] is None


def test_the_files_of_a_page_are_requested_with_the_cookies_of_its_visit(tmp_path: Path) -> None:
    with serving() as site:
        address = serve_built(site)
        page = site.pages["/privacy"]
        site.pages["/privacy"] = replace(page, headers=(*page.headers, ("Set-Cookie", "seen=1")))
        crawl(tmp_path / "a.db", {"Ropewalk": address}, rendered=True)
        assert (site.cookies("/privacy"), site.cookies("/text.json")) == ([None], ["seen=1"])


ACTING = """
const act = (where) => fetch(where, {method: "POST", mode: "no-cors", body: "delete=all"}).catch(() => 0);
async function all() {
  await act("/act");
  await act("http://localhost:PORT/act");
  await fetch("http://localhost:PORT/seen", {mode: "no-cors"});
  await act("http://localhost:PORT/act");
  await build("/text.json");
}
all();
"""


def test_the_scripts_of_a_page_send_nothing_to_hosts_named_in_allow_private(tmp_path: Path) -> None:
    """One host is the host of the page.

    To the second host the script sends data, then a request without data, then data again over the same connection.
    """
    with serving() as site:
        serve_built(site)
        acting = ACTING.replace("PORT", site.base.rpartition(":")[2])
        page = site.serve("/acting", shell(f'<script src="/build.js"></script><script>{acting}</script>'))
        found = crawl(tmp_path / "a.db", {"Ropewalk": page}, rendered=True)
        assert found["Ropewalk"].outcome == "changed"
        assert (site.sent, site.visits()["/seen"], site.visits()["/text.json"]) == ([], 1, 1)


def test_a_rendered_page_is_always_requested_without_validators(tmp_path: Path) -> None:
    """Even if the bytes of the page are the same, its scripts may load a different text."""
    with serving() as site:
        pages = {"Ropewalk": serve_built(site)}
        site.pages["/privacy"] = tagged(site.pages["/privacy"])
        first = crawl(tmp_path / "a.db", pages, rendered=True)["Ropewalk"]
        second = crawl(tmp_path / "a.db", pages, rendered=True)["Ropewalk"]
        assert (first.outcome, second.outcome) == ("changed", "unchanged")
        assert site.said("/privacy") == [None, None]


def tagged(answer: Answer) -> Answer:
    return Answer(answer.body, answer.status, (*answer.headers, ("ETag", '"1"')))


def test_nobody_is_alerted_when_a_page_is_rendered_for_the_first_time(tmp_path: Path) -> None:
    """The page itself did not change, and its scripts may have inserted the same text before."""
    with serving() as site:
        adding = "<script>document.querySelector('main').append('We sell your data to rope dealers.')</script></body>"
        pages = {"Ropewalk": site.serve("/privacy", BASE.replace("</body>", adding))}
        crawl(tmp_path / "a.db", pages)
        crawl(tmp_path / "a.db", pages, rendered=True)
        crawl(tmp_path / "a.db", pages)
    with open_archive(f"sqlite:///{tmp_path / 'a.db'}") as archive:
        found = versions_of(archive, "Ropewalk")
    assert [(each.boundary, each.change) for each in found] == [(False, None), (True, None), (True, None)]


def test_doctor_names_the_browser(tmp_path: Path) -> None:
    with serving() as site:
        desk = Desk(tmp_path)
        desk.configure({"Ropewalk": serve_built(site)}, policy_lines={"Ropewalk": ["render = true"]})
        said = desk.clausewatch("doctor", "Ropewalk", "--format", "json")
    found = json.loads(said.out)
    assert said.code == 0
    assert (found["page"]["steady"], found["page"]["refused"]) == (True, None)
    assert all(fetch["rendered_by"].startswith("Chromium ") for fetch in found["fetches"])


def test_the_result_for_an_empty_page_suggests_rendering(tmp_path: Path) -> None:
    with serving() as site:
        found = crawl(tmp_path / "a.db", {"Ropewalk": serve_built(site)})["Ropewalk"]
    assert (found.outcome, found.reason) == ("not comparable", "empty-shell")
    assert "render = true" in found.detail


def test_no_browser_process_is_left_after_a_crawl_is_killed(tmp_path: Path) -> None:
    with serving() as site:
        desk = Desk(tmp_path)
        address = site.serve("/endless", shell(f'<script>fetch("/begun");</script><script>{"1;" * 9}{EVER}</script>'))
        desk.configure({"Endless": address}, policy_lines={"Endless": ["render = true"]})
        running = subprocess.Popen(desk.command("run"), cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with running:
            wait_until(lambda: sum("chrom" in name(each) for each in family(running.pid)) > 3)
            below = family(running.pid)[1:]
            running.send_signal(signal.SIGKILL)
        wait_until(lambda: not any(map(lives, below)), "processes stay")


def test_commands_report_a_missing_browser(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.configure(
        {"Ropewalk": "https://ropewalk.example/privacy"},
        crawl={"chromium": '"/no/such/browser"'},
        policy_lines={"Ropewalk": ["render = true"]},
    )
    for command in (("config", "check"), ("run",), ("doctor", "Ropewalk")):
        said = desk.clausewatch(*command)
        assert said.code == 2
        assert 'there is no program "/no/such/browser"; correct chromium under [crawl]' in said.err


def wait_until(true: Callable[[], bool], why: str = "it does not come", seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, why
        time.sleep(0.2)
