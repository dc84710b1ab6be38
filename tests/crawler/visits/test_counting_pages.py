"""Tests crawled pages with counters, such as a number of visitors.

A changed counter makes no version. A change beside the counters is recorded.
"""

from __future__ import annotations

from pathlib import Path

from tests.crawler.crawl import crawl
from tests.differ.visits.test_counting_text import POLICIES, counters, page
from tests.server import Answer, serving

ADDRESS = "<p>More about lamps: <a href='https://lamp.example/{0}'>https://lamp.example/{0}</a></p></main>"
MENU = "<ul><li><a href='#keep'>{}</a></li><li><a href='#share'>{}</a></li><li><a href='#rights'>{}</a></li></ul></h1>"


def body(language: str, day: str, **changed: str) -> bytes:
    """Return the page of a day, with the counters, the table of contents and the address of that day."""
    names = ("A", "B", "C") if day == "monday" else ("Part A", "Part B", "Part C")
    text = page(language, counters(language, day), "title", **changed).body.decode()
    text = text.replace("</h1>", "</h1>" + MENU.format(*names).removesuffix("</h1>"), 1)
    return text.replace("</main>", ADDRESS.format(day), 1).encode()


def test_changed_counters_contents_and_addresses_make_no_version(tmp_path: Path) -> None:
    outcomes: list[dict[str, str]] = []
    with serving() as site:
        policies = {language: site.url(f"/{language}") for language in POLICIES}
        edited = {language: POLICIES[language]["new_share"] for language in POLICIES}
        for day in ("monday", "tuesday", "edited"):
            for language in POLICIES:
                said = {"share": edited[language]} if day == "edited" else {}
                content = body(language, "tuesday" if day == "edited" else day, **said)
                site.pages[f"/{language}"] = Answer(content, 200, (("content-type", "text/html; charset=utf-8"),))
            crawled = crawl(tmp_path / "archive.db", policies)
            outcomes.append({name: result.outcome for name, result in crawled.items()})
    assert outcomes == [dict.fromkeys(POLICIES, outcome) for outcome in ("changed", "unchanged", "changed")]
