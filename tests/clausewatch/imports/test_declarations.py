"""Tests that declarations of Open Terms Archive become policies in a configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clausewatch.config import load
from clausewatch.imports.declarations import from_declarations
from clausewatch.imports.watch_lists import DEEPEST, WatchListError, toml
from tests.clausewatch.watched import call

FERRY = {
    "name": "Ferry & Sons",
    "terms": {
        "Privacy Policy": {
            "fetch": "https://ferry.example/privacy",
            "select": ["main", {"startBefore": "#data", "endBefore": "h2 ~ h2"}],
            "remove": ".crumbs",
            "executeClientScripts": True,
            "filter": ["removeHelpButtons", "cleanUrls", {"removeQueryParams": ["utm"]}, "tidy", "dropOldIDs"],
        },
        "Terms of Service": {
            "select": ".text",
            "combine": [
                {"fetch": "https://ferry.example/terms"},
                {"fetch": "https://ferry.example/lost?a=$${x}", "select": {"startAfter": "header", "endAfter": "body"}},
                {"fetch": "https://ferry.example/terms"},
            ],
        },
    },
}


def declared(folder: Path, name: str, declaration: Any) -> None:
    text = declaration if isinstance(declaration, str) else json.dumps(declaration)
    (folder / name).write_text(text, encoding="utf-8")


def test_a_declaration_becomes_policies_of_a_valid_configuration(tmp_path: Path) -> None:
    folder = tmp_path / "declarations"
    folder.mkdir()
    declared(folder, "Ferry.json", FERRY)
    declared(folder, "Ferry.history.json", {"Privacy Policy": []})
    result = call(tmp_path / "none.toml", "import", "declarations", str(folder))
    file = tmp_path / "clausewatch.toml"
    file.write_text(result.stdout, encoding="utf-8")
    privacy, terms = load(file).policies
    assert (privacy.name, privacy.url, privacy.tags) == (
        "Ferry & Sons Privacy Policy",
        "https://ferry.example/privacy",
        ("privacy-policy",),
    )
    assert privacy.options.select == ("main", "startBefore: #data; endBefore: h2 ~ h2")
    assert privacy.options.remove == (".crumbs",)
    assert privacy.options.rendered
    assert terms.urls == ("https://ferry.example/terms", "https://ferry.example/lost?a=$${x}")
    assert terms.options.select == (".text", "startAfter: header; endAfter: body")
    assert "2 carried over, 2 of them only in part; 0 not carried over." in result.stderr


def test_filters_are_listed_with_what_they_probably_do(tmp_path: Path) -> None:
    declared(tmp_path, "Ferry.json", FERRY)
    privacy, terms = from_declarations(tmp_path).entries
    assert [lost.partition(": see")[0] for lost in privacy.lost] == [
        "the filter removeHelpButtons, which probably removes help buttons",
        "the filter cleanUrls: not needed, as only words and rights links are compared",
        'the filter {"removeQueryParams": ["utm"]}: not needed, as only words and rights links are compared',
        "the filter tidy, whose purpose its name does not say",
        "the filter dropOldIDs, whose purpose its name does not say",
    ]
    assert terms.lost == ["which page each selector is for: all of them are used on every page"]


def test_only_documents_of_the_requested_types_are_imported(tmp_path: Path) -> None:
    declared(tmp_path, "Ferry.json", FERRY)
    (entry,) = from_declarations(tmp_path, ["Terms of Service"]).entries
    assert entry.name == "Ferry & Sons Terms of Service"


@pytest.mark.parametrize(
    ("declaration", "why"),
    [
        ("{", "cannot be read"),
        ("[]", "it has no `terms`"),
        ({"name": "X"}, "it has no `terms`"),
        ({"terms": {"Privacy Policy": "https://x.example/"}}, "it is not a table of keys"),
        ({"terms": {"Privacy Policy": {"select": "main"}}}, "is not a web address"),
        ({"terms": {"Privacy Policy": {"fetch": "file:///etc/passwd"}}}, "is not a web address"),
        ("[" * (DEEPEST + 1), "lists and tables within one another"),
        ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "cannot be read"),
    ],
)
def test_a_file_that_is_not_a_declaration_is_refused_with_a_reason(tmp_path: Path, declaration: Any, why: str) -> None:
    declared(tmp_path, "Bad.json", declaration)
    declared(tmp_path, "Ferry.json", FERRY)
    watches = from_declarations(tmp_path)
    assert len(watches.entries) == 2
    ((_, reason),) = watches.refused
    assert why in reason


def test_an_incomplete_range_and_a_wrong_selector_are_reported(tmp_path: Path) -> None:
    wrong = {"fetch": "https://x.example/", "select": ["p[", {"startBefore": "h1"}, "startBefore: h1"]}
    declared(tmp_path, "Bad.json", {"name": "X", "terms": {"Privacy Policy": wrong}})
    (entry,) = from_declarations(tmp_path).entries
    assert entry.select == []
    assert [lost.partition(":")[2] for lost in entry.lost] == [
        " it is not a CSS selector",
        ' "h1"}: it is neither a selector nor a range',
        " h1: it is not a CSS selector",
    ]


def test_a_folder_without_declarations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WatchListError, match="has no declarations"):
        from_declarations(tmp_path)


def test_a_real_collection_of_declarations_gives_a_valid_configuration(shared: Path, tmp_path: Path) -> None:
    watches = from_declarations(shared / "declarations")
    assert len(watches.entries) + len(watches.refused) == 816
    assert len(watches.entries) >= 765
    assert all(why for _, why in watches.refused)
    file = tmp_path / "clausewatch.toml"
    file.write_text(toml(watches), encoding="utf-8")
    result = call(file, "config", "check", "--cron")
    assert result.exit_code == 0 or "`render = true`" in result.output
    ranges = [text for entry in watches.entries for text in entry.select if text.startswith("start")]
    assert len(ranges) >= 55
    assert sum(entry.render for entry in watches.entries) >= 137
