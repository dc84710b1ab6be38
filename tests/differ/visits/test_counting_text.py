"""Tests that changes of counters and tables of contents make no version. A change beside a counter is found."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from differ.visits.assessment import Assessment, LatestVersion, Visit, assess
from document import read
from document.model import ExtractionOptions, Page

POLICIES: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("counting_text.toml").read_text(encoding="utf-8")
)
languages = pytest.mark.parametrize("language", POLICIES)
places = pytest.mark.parametrize("place", ["title", "end", "list", "aside"])


def page(language: str, counters: list[str], place: str, **changed: str) -> Page:
    """Return a policy with counters. Their place is below the title, after the end, in a list, or in a box within the
    policy.
    """
    policy = POLICIES[language] | changed
    lines = "".join(f"<li>{line}</li>" if place == "list" else f"<p>{line}</p>" for line in counters)
    box = f"<ul>{lines}</ul>" if place == "list" else f"<div class=meta>{lines}</div>"
    body = (
        f"<h1>{policy['title']}</h1>{box if place != 'end' else ''}<p>{policy['intro']}</p>"
        f"<h2 id=keep>{policy['keep_heading']}</h2><p>{policy['keep']}</p>"
        f"<table><tr><th>{policy['kind']}<th>{policy['span']}</tr><tr><td>A<td>{policy['cell']}</tr></table>"
        f"<h2 id=share>{policy['share_heading']}</h2><p>{policy['share']}</p>"
        f"<h2 id=rights>{policy['rights_heading']}</h2><p>{policy['rights']}</p>{box if place == 'end' else ''}"
    )
    return html(language, body)


def html(language: str, body: str) -> Page:
    return Page(
        f"<!doctype html><html lang={language}><body><main>{body}</main></body></html>".encode(),
        "text/html; charset=utf-8",
    )


def assessed(before: Page, after: Page, language: str) -> Assessment:
    options = ExtractionOptions((language,))
    extracted = read(before, options)
    return assess(Visit(after, options, latest=LatestVersion(extracted.document, extracted.identity, before)))


def counters(language: str, at: str) -> list[str]:
    return POLICIES[language][at].split(" // ")


@places
@languages
def test_counters_make_no_version(language: str, place: str) -> None:
    first, second = (page(language, counters(language, at), place) for at in ("monday", "tuesday"))
    assert assessed(first, second, language).outcome == "unchanged"
    assert assessed(first, page(language, [], place), language).outcome == "unchanged"


@places
@languages
@pytest.mark.parametrize("changed", ["share", "keep", "cell"])
def test_a_change_beside_counters_is_found(language: str, place: str, changed: str) -> None:
    first = page(language, counters(language, "monday"), place)
    edited = {changed: POLICIES[language][f"new_{changed}"]}
    found = assessed(first, page(language, counters(language, "tuesday"), place, **edited), language)
    alone = assessed(page(language, [], place), page(language, [], place, **edited), language)
    assert found.outcome == "changed"
    assert found.comparison is not None
    assert alone.comparison is not None
    assert [finding.after for finding in found.comparison.findings] == [
        finding.after for finding in alone.comparison.findings
    ]
    assert found.comparison.material is (changed == "share") or alone.comparison.material


SHAPES = {
    "list": "<ul>{}</ul>",
    "numbers": "<ol>{}</ol>",
    "navigation": "<nav class=toc><ul>{}</ul></nav>",
    "details": "<details><summary>{label}</summary><ul>{}</ul></details>",
}
ITEM = "<li><a href='#{at}'>{name}</a></li>"


def table_of_contents(names: dict[str, str], shape: str, label: str = "") -> str:
    """Return a table of contents. It has a link to each named part of the page."""
    entries = "".join(ITEM.format(at=at, name=name) for at, name in names.items())
    return (f"<p>{label}</p>" if label and shape != "details" else "") + SHAPES[shape].format(entries, label=label)


@pytest.mark.parametrize("shape", SHAPES)
@languages
def test_a_table_of_contents_is_not_versioned_text(language: str, shape: str) -> None:
    policy = POLICIES[language]
    plain = page(language, [], "title").body.decode()
    names = {at: policy[f"{at}_heading"] for at in ("keep", "share", "rights")}
    short = {at: name.split()[-1] for at, name in names.items()}

    def with_table(table: str) -> Page:
        return Page(plain.replace("</h1>", f"</h1>{table}", 1).encode(), "text/html; charset=utf-8")

    tables = [table_of_contents(some, shape, policy["contents"]) for some in (names, short)]
    assert assessed(with_table(tables[0]), with_table(tables[1]), language).outcome == "unchanged"
    grown = assessed(with_table(""), with_table(tables[1]), language)
    assert grown.comparison is None or not grown.comparison.findings


@languages
def test_a_sentence_in_a_table_of_contents_is_text(language: str) -> None:
    policy = POLICIES[language]
    names = {at: policy[f"{at}_heading"] for at in ("keep", "share", "rights")}
    plain = page(language, [], "title").body.decode()
    before, after = (
        Page(
            plain.replace("</h1>", f"</h1>{table_of_contents(names | {'share': said}, 'list')}", 1).encode(),
            "text/html; charset=utf-8",
        )
        for said in (policy["share"], policy["new_share"])
    )
    assert assessed(before, after, language).outcome == "changed"
