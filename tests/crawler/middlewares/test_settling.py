"""Tests pages whose scripts add the sections one after another.

The crawler stores such a page only when its last section is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from archive.questions.history import document, versions_of
from archive.storage.database import open_archive
from crawler.middlewares.settling import PAUSES, QUIET, Stillness, with_open_roots
from tests.crawler.crawl import Crawled, crawl
from tests.crawler.middlewares.test_rendering import chromium
from tests.server import Site, serving

__all__ = ["chromium"]

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
SECTIONS = 45 if LONG else 12
PAUSE = 400 if LONG else 100
"""Time between two sections, in milliseconds."""
LIMITS: dict[str, Any] = {"render_time": 60.0 if LONG else 12.0}

SECTION = """
const things = ["lanterns", "letters", "ladders", "ledgers", "lenses", "locks"];
const section = n => `<h2>Shelf ${n} of the archive</h2><p>We keep your personal data about ${things[n % 6]} on shelf
  ${n} of our archive for ${n + 2} years, and we share it with no other company than the keeper of shelf ${n}.</p>`;
const every = (sections, pause, add) => {
  let n = 0;
  const timer = setInterval(() => { add(++n); if (n == sections) clearInterval(timer); }, pause);
};
"""
ADDED = "root.insertAdjacentHTML('beforeend', WRAPPED);"
WAYS = {
    "plain": ADDED.replace("WRAPPED", "section(n)"),
    "details, closed": ADDED.replace("WRAPPED", "`<details><summary>More</summary>${section(n)}</details>`"),
    "details, open": ADDED.replace("WRAPPED", "`<details open><summary>More</summary>${section(n)}</details>`"),
    "content-visibility": ADDED.replace(
        "WRAPPED", "`<div style='content-visibility: auto; contain-intrinsic-size: 2000px'>${section(n)}</div>`"
    ),
    "hidden": ADDED.replace(
        "WRAPPED",
        "`<button aria-expanded=false aria-controls=s${n}>Shelf</button>"
        "<div id=s${n} style='display: none'>${section(n)}</div>`",
    ),
    "scripted shadow root": """
      if (n == 1) root.attachShadow({mode: "open"});
      root.shadowRoot.innerHTML += section(n);""",
    "closed shadow root": """
      window.inner ??= root.attachShadow({mode: "closed"});
      inner.innerHTML += section(n);""",
    "shadow root within one": """
      if (n == 1) root.attachShadow({mode: "open"}).innerHTML = "<div></div>";
      const host = root.shadowRoot.firstChild;
      if (n == 1) host.attachShadow({mode: "open"});
      host.shadowRoot.innerHTML += section(n);""",
}
"""Scripts that add section number `n` to the element `root`, by the kind of element."""
if not LONG:
    for name in ("details, open", "hidden", "shadow root within one"):
        del WAYS[name]


def page(script: str, inner: str = "") -> str:
    head = '<meta charset="utf-8"><title>Privacy policy</title>'
    title = "<h1>Privacy policy of the Lamplighters</h1><p>This policy says which personal data we keep.</p>"
    body = f'<main>{title}<div id="root">{inner}</div></main><script>{SECTION}{script}</script>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def growing(way: str) -> str:
    return page(f"const root = document.getElementById('root'); every({SECTIONS}, {PAUSE}, n => {{ {way} }});")


def declarative(mode: str) -> str:
    """Return a page whose markup contains a shadow root.

    The script of a custom element fills the shadow root with sections.
    """
    script = f"""customElements.define("old-shelves", class extends HTMLElement {{
      constructor() {{
        super();
        const root = this.attachInternals().shadowRoot.firstChild;
        every({SECTIONS}, {PAUSE}, n => {{ {WAYS["plain"]} }});
      }}
    }});"""
    host = f'<template shadowrootmode="{mode}"><div></div></template>'
    return page(script, f"<old-shelves>{host}</old-shelves>")


def streamed(site: Site) -> str:
    """Return a page that requests its number of sections from the site.

    After that the page shows one section after another.
    """
    site.serve("/sections", "x" * SECTIONS, content_type="text/plain")
    return page(f"""const root = document.getElementById("root");
      (async () => {{
        const reader = (await fetch("/sections")).body.getReader();
        const {{value}} = await reader.read();
        every(value.length, {PAUSE}, n => {{ {WAYS["plain"]} }});
      }})();""")


def restless(script: str) -> str:
    """Return a page with the whole policy, and with an element beside it whose text never stops changing."""
    return page(f"""document.getElementById("root").innerHTML = [1, 2, 3, 4, 5, 6, 7, 8].map(section).join("");
      const ticker = document.body.appendChild(document.createElement("p"));
      setInterval(() => {{ {script} }}, 50);""")


@dataclass(frozen=True, slots=True)
class Stored:
    crawled: Mapping[str, Crawled]
    titles: Mapping[str, list[str]]
    """The headings in the first version of each page."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    database = tmp_path_factory.mktemp("settling") / "a.db"
    with serving() as site:
        pages = {name: growing(way) for name, way in WAYS.items()} | {
            "declarative shadow root": declarative("open"),
            "closed declarative shadow root": declarative("closed"),
            "streamed": streamed(site),
            "clock": restless("ticker.textContent = 'It is ' + Date.now();"),
            "ticker": restless("ticker.append('Another lamp is lit. ');"),
        }
        addresses = {name: site.serve(f"/{number}", text) for number, (name, text) in enumerate(pages.items())}
        crawled = crawl(database, addresses, rendered=True, **LIMITS)
    titles = {}
    with open_archive(f"sqlite:///{database}") as archive:
        for name in pages:
            first = versions_of(archive, name)[:1]
            titles[name] = [section.heading for version in first for section in document(archive, version).sections]
    return Stored(crawled, titles)


@pytest.mark.parametrize("name", [*WAYS, "declarative shadow root", "closed declarative shadow root", "streamed"])
def test_all_sections_are_in_the_first_version(stored: Stored, name: str) -> None:
    shelves = [title for title in stored.titles[name] if title.endswith("of the archive")]
    assert shelves == [f"Shelf {number} of the archive" for number in range(1, SECTIONS + 1)], stored.crawled[name]
    assert stored.crawled[name].detail == ""


def test_a_page_that_never_stops_changing_is_captured_at_the_limit_and_this_is_reported(stored: Stored) -> None:
    crawled = stored.crawled["ticker"]
    seconds = f"{LIMITS['render_time'] / 2:g} s"
    assert crawled.outcome == "changed"
    assert crawled.detail.startswith(f"The text of the page still changed after {seconds}, half of render_time")
    assert "Shelf 8 of the archive" in stored.titles["ticker"]


def test_a_page_with_a_running_clock_counts_as_finished(stored: Stored) -> None:
    assert (stored.crawled["clock"].outcome, stored.crawled["clock"].detail) == ("changed", "")


def test_a_page_counts_as_finished_after_a_pause_that_is_longer_than_all_earlier_pauses() -> None:
    stillness = Stillness()
    for moment, text in ((10.0, "one"), (11.0, "two"), (12.0, "three")):
        stillness.note(text, moment)
    assert stillness.longest == 1.0
    assert not stillness.is_over(0.0, 12.0 + PAUSES * 1.0 - 0.1)
    assert stillness.is_over(0.0, 12.0 + PAUSES * 1.0)
    assert not stillness.is_over(13.0, 13.0 + QUIET)


def test_a_page_that_navigates_is_not_finished() -> None:
    stillness = Stillness()
    stillness.note("one", 10.0)
    stillness.note(None, 11.0)
    assert stillness.since == 11.0


def test_only_the_markup_of_closed_shadow_roots_is_altered() -> None:
    assert with_open_roots(b"<template class='a' shadowrootmode='Closed' id=b>") == (
        b"<template class='a' shadowrootmode='open' id=b>"
    )
    unchanged = b'<p data-shadowrootmode="closed"><template data-shadowrootmode="closed">'
    assert with_open_roots(unchanged) == unchanged
