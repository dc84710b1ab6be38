"""Tests the pages in Chromium: the officer's work by keyboard, accessibility, and hostile texts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import select

from archive.access.people import person_named, set_preferences
from archive.model import Review
from archive.recording.recorder import record
from archive.recording.reviews import decide, unreviewed
from archive.storage.database import open_archive
from archive.storage.tables import ReviewRow
from differ.explanation import Explanation
from differ.model import Comparison, Edit, Suppression
from tests.archive.visits import HOUR, SHARING, START, seen, watch, written
from tests.clausewatch.desk.browsing import is_block, visiting
from tests.clausewatch.desk.running import Opened, opened, policy_named
from tests.clausewatch.desk.test_protection import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOST_KEYS = 35
"""Maximum number of keys for the officer's work, without the letters of comments."""

CHANGES = ("/changes/1", "/changes/1?view=inline", "/changes/1?view=sides")
LISTS = ("/policies", "/policy?name=Teahouse", "/text?policy=Teahouse", "/search?words=orders", "/calendar")
REPORTS = ("/report", "/report?since=2026-03-01&until=2026-03-31", "/report?since=2026-03-31&until=2026-03-01")
PAGES = ("/", *CHANGES, *LISTS, *REPORTS, "/deliveries", "/watch", "/account", "/nowhere", "/?policy=nobody")
OPERATOR = (
    *("/people", "/tokens", "/access", "/deliveries?again=yes"),
    *("/policy?name=Teahouse", "/policy/checks?name=Teahouse"),
)
OUTSIDE = ("/sign-in", "/link/something")
LOOKS = ((390, "dark"), (1280, "light"), (390, "light"), (1280, "dark"))
"""Looks of a page: the width in pixels, and the colour theme."""
LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
"""Whether every page is tested in all `LOOKS`. If not, each page is tested in each language, but only in one of the
looks.
"""

NAUGHTY = (
    "<script>document.title='ran'</script>",
    "\"><img src=https://evil.example/x onerror=document.title='ran'>",
    "</title><svg onload=document.title='ran'>",
    "'-document.title-'",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "javascript:document.title='ran'",
    "\u202egnp.exe \u200b\u0007",
    "<iframe srcdoc='<script>parent.document.title=1</script>'>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "]]><!-- --><a href='data:text/html,x'>",
)


def wait_for_new_page(page: Page) -> None:
    """Wait until the page that was marked as old is replaced."""
    from playwright.sync_api import Error

    for _ in range(600):
        with suppress(Error):  # raised if the page is replaced meanwhile
            if page.evaluate("!window.isOld && document.readyState === 'complete'"):
                return
        page.wait_for_timeout(20)
    pytest.fail(f"no other page was loaded after {page.url}")


def test_an_officer_works_by_keyboard_alone(browser: Browser, desk: Opened) -> None:
    """The officer opens twenty findings of eight changes. Twelve are acknowledged, six are false alarms, two get a
    comment, and one decision is taken back."""
    pressed: list[str] = []
    with visiting(browser, desk, "reviewer") as visit:
        page = visit.page

        def press(key: str, *, leads: bool = True) -> None:
            """Press a key. `leads` says whether the key makes the browser load a page."""
            pressed.append(key)
            page.evaluate("window.isOld = true")
            page.keyboard.press(key)
            if leads:
                wait_for_new_page(page)

        decisions, comments = ["a"] * 12 + ["f"] * 6, 0
        page.goto(desk.address)
        press("j", leads=False)
        press("Enter")  # opens the change with this finding in focus
        while comments < 2:
            for _ in range(page.locator("[data-finding]").count()):
                if not decisions:
                    press("c", leads=False)
                    page.keyboard.type("ask their officer")
                    press("Enter")
                    press("j", leads=False)
                    comments += 1
                    continue
                press(decisions[0])
                if len(decisions) == 18:
                    press("u")
                    press(decisions[0])
                decisions.pop(0)
            if comments < 2:
                press("n")  # the next change that waits
        assert visit.wrong == []
    with desk.archive.reader.reading() as session:
        kinds = [row.kind for row in session.scalars(select(ReviewRow).order_by(ReviewRow.id))]
    assert kinds.count("acknowledge") - kinds.count("take-back") == 12
    assert (kinds.count("false-alarm"), kinds.count("comment"), kinds.count("take-back")) == (6, 2, 1)
    assert len(unreviewed(desk.archive.reader)) == 2
    assert len(pressed) <= MOST_KEYS, len(pressed)


def test_single_keys_can_be_switched_off(browser: Browser, desk: Opened) -> None:
    person = person_named(desk.archive.reader, "reviewer")
    with visiting(browser, desk, "reviewer") as visit:
        visit.page.goto(desk.address)
        visit.page.keyboard.press("j")
        assert visit.page.locator("[data-finding]:focus").count() == 1
        set_preferences(desk.archive.writer, person.id, language="en", zone="UTC", keys=False)
        visit.page.reload()
        visit.page.keyboard.press("j")
        visit.page.keyboard.press("a")
        assert visit.page.locator("[data-finding]:focus").count() == 0
    assert len(unreviewed(desk.archive.reader)) == 20


def violations(page: Page) -> list[str]:
    """Return what axe-core finds, with every rule switched on."""
    import axe_playwright_python  # type: ignore[import-untyped]  # it has none

    script = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    found = page.evaluate("axe.run(document).then(answer => answer.violations)")
    return [f"{page.url} {rule['id']}: {[node['html'][:200] for node in rule['nodes']]}" for rule in found]


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_are_accessible_in_both_themes_and_widths(browser: Browser, desk: Opened, language: str) -> None:
    reviewer = person_named(desk.archive.reader, "reviewer")
    set_preferences(desk.archive.writer, reviewer.id, language=language, zone="Asia/Jakarta", keys=True)
    operator = person_named(desk.archive.reader, "operator")
    set_preferences(desk.archive.writer, operator.id, language=language, zone="UTC", keys=False)
    reviews = [Review(1, "acknowledge", "", by="reviewer", at=START), Review(2, "comment", "why?", by="B", at=START)]
    decided = decide(desk.archive.writer, reviews, {}).recorded[0].id
    wrong: list[str] = []
    places = [("reviewer", path) for path in (*PAGES, f"/?decided={decided}")]
    places += [*(("operator", path) for path in OPERATOR), *(("", path) for path in OUTSIDE)]
    for position, (width, theme) in enumerate(LOOKS):
        chosen = {"viewport": {"width": width, "height": 800}, "color_scheme": theme, "locale": language}
        offset = position + (language == "id")  # in each language, a page has a different look
        shown = [place for number, place in enumerate(places) if LONG or (number - offset) % len(LOOKS) == 0]
        for name in ("reviewer", "operator", ""):
            with visiting(browser, desk, name, **chosen) as visit:
                for path in [path for who, path in shown if who == name]:
                    visit.page.goto(desk.address + path)
                    visit.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
                    wrong += violations(visit.page)
                    wide = visit.page.evaluate("document.documentElement.scrollWidth")
                    wrong += [f"{path} is {wide} wide at {width}"] if wide > width else []
                    assert visit.page.locator("html").get_attribute("lang") == language
                wrong += visit.wrong
    assert not wrong


def test_axe_can_fail(browser: Browser, desk: Opened) -> None:
    with visiting(browser, desk) as visit:
        visit.page.goto(desk.address + "/sign-in")
        visit.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><input>')")
        assert len(violations(visit.page)) >= 2


@pytest.fixture
def naughty_desk(empty_archive: Path, tmp_path: Path) -> Iterator[Opened]:
    """Return a desk with an archive in which every text from outside is hostile."""
    file = shutil.copyfile(empty_archive, tmp_path / "naughty.db")
    with open_archive(f"sqlite:///{file}") as archive:
        watch(archive, *(policy_named(f"{number} {text}", owner=text) for number, text in enumerate(NAUGHTY)))
        for number, text in enumerate(NAUGHTY):
            first = seen(START, written(f"{text} before."), None)
            name = f"{number} {text}"
            record(archive, replace(first, fetch=replace(first.fetch, policy=name, body=HOSTILE.encode())), START)
            finding = replace(SHARING, section=text, before=text, after=text, rule=text, source=text)
            finding = replace(
                finding,
                explanation=Explanation(text),
                clause=text,
                language="en",
                edits=(Edit("insert", text), Edit("delete", text)),
            )
            quiet = Suppression(text, text, text, after=text)
            judged = Comparison(changed=True, findings=(finding,), suppressed=(quiet,))
            later = seen(START + HOUR, written(f"{text} after."), 1, judged)
            body = (HOSTILE + text).encode("utf-8", "replace")
            record(archive, replace(later, fetch=replace(later.fetch, policy=name, body=body)), START + HOUR)
    with opened(f"sqlite:///{file}", tmp_path) as running:
        comments = [Review(number + 1, "comment", text, by=text, at=START) for number, text in enumerate(NAUGHTY)]
        decide(running.archive.writer, comments, {})
        yield running


def test_hostile_texts_run_nothing_and_load_nothing(browser: Browser, naughty_desk: Opened) -> None:
    with visiting(browser, naughty_desk, "reviewer") as visit:
        for number in range(len(NAUGHTY)):
            for path in (f"/changes/{number + 1}", f"/changes/{number + 1}?view=sides"):
                answer = visit.page.goto(naughty_desk.address + path)
                assert answer is not None
                assert answer.status == 200
                assert visit.page.title() not in ("ran", "1")
                visit.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
                visit.page.locator("iframe").scroll_into_view_if_needed()
                framed = visit.page.frame_locator("iframe").locator("p").first  # waits until the frame is loaded
                assert "Only our cooks" in framed.inner_text(), number
        for text in NAUGHTY:
            name = quote(f"{NAUGHTY.index(text)} {text}")
            for path in (f"/policy?name={name}", f"/text?policy={name}", f"/search?words={quote(text)}"):
                visit.page.goto(naughty_desk.address + path)
                assert visit.page.title() not in ("ran", "1")
        for path in ("/policies", "/calendar", "/deliveries", "/watch"):
            answer = visit.page.goto(naughty_desk.address + path)
            assert answer is not None
            assert answer.status == 200
        visit.page.goto(naughty_desk.address)
        assert "49" not in visit.page.locator("h2").all_inner_texts()
        assert visit.page.locator("[data-finding]").count() == len(NAUGHTY)
        # The browser reports in the console what the frame's content security policy blocked. This is not a fault. A
        # request or a script that was not blocked would be a fault.
        assert [fault for fault in visit.wrong if not is_block(fault)] == []


def test_a_template_that_does_not_escape_would_be_noticed(browser: Browser, naughty_desk: Opened) -> None:
    """This is a control: in a page without escaping, the scripts in the same texts run."""
    with visiting(browser, naughty_desk, bypass_csp=True) as visit:
        visit.page.goto(naughty_desk.address + "/sign-in")
        visit.page.set_content(f"<title>quiet</title>{NAUGHTY[2]}")
        visit.page.wait_for_timeout(200)
        assert visit.page.title() == "ran"
