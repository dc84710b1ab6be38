from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from archive.model import AssessedFetch
from archive.questions.history import NetChange, net_change
from archive.recording.net_changes import record_net_change
from archive.recording.recorder import record
from archive.storage.version_reader import Span
from clausewatch.output.change_text import net_sentence
from differ.visits.assessment import Assessment
from document.model import Block
from tests.archive.visits import HOUR, JUDGED, START, fetched, seen, watch, written
from tests.clausewatch.promising import ENGLISH, INDONESIAN, WIDER, promising
from tests.clausewatch.watched import answered, call, configured, opened, watched


class Page(HTMLParser):
    """A page as a browser reads it: the tags, their attributes, and the texts by tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags:
            self.texts.setdefault(self.tags[-1], []).append(data)


def three_versions(folder: Path) -> Path:
    """Record three versions of the policy, and return the configuration file."""
    path = watched(folder)
    with opened(folder) as archive:
        record(archive, seen(START + 72 * HOUR, written("Nobody sees your orders."), 2, JUDGED), START)
    return path


def test_the_last_two_versions_are_compared_word_by_word(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "diff", "Teahouse")
    assert result.exit_code == 0
    assert result.stdout.startswith("""\
Teahouse: version 1 to version 2
  Before   first seen 2026-03-02 06:00 UTC, last seen 2026-03-03 06:00 UTC
  After    first seen 2026-03-04 06:00 UTC, last seen 2026-03-04 06:00 UTC
""")
    assert "Version 2: material to sharing, severity high" in result.stdout
    assert "1. Who sees your data  (changed)" in result.stdout
    assert "{+" in result.stdout.split("1. Who sees your data  (changed)")[1]
    assert "2. What you may ask  (" not in result.stdout
    assert result.stdout.endswith("2 of 3 sections changed or moved; 1 unchanged.\n")


def test_the_whole_text_is_shown_on_request(tmp_path: Path) -> None:
    shown = call(watched(tmp_path), "diff", "Teahouse", "--full").stdout
    assert "2. What you may ask  (unchanged)\n  You may ask us for a copy of your orders." in shown


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        ([], (2, 3)),
        (["1"], (1, 3)),
        (["1", "2"], (1, 2)),
        (["v2", "V1"], (2, 1)),
        (["2026-03-03", "2026-03-04"], (1, 2)),
        (["2026-03-04T05:00", "3"], (1, 3)),
    ],
)
def test_versions_can_be_chosen_by_number_or_day(tmp_path: Path, names: list[str], numbers: tuple[int, int]) -> None:
    row = answered(three_versions(tmp_path), "diff", "Teahouse", *names)
    assert (row["before"]["version"], row["after"]["version"]) == numbers


def test_the_judgements_in_between_are_reported(tmp_path: Path) -> None:
    row = answered(three_versions(tmp_path), "diff", "Teahouse", "1", "3")
    assert [each["version"] for each in row["judged"]] == [2, 3]
    assert row["judged"][0]["findings"][0]["rule"] == "recipient-added"
    assert row["caution"] == ""


def test_both_texts_can_be_restored_from_the_marked_text(tmp_path: Path) -> None:
    row = answered(watched(tmp_path), "diff", "Teahouse")
    (section,) = (each for each in row["sections"] if each["section"] == "1. Who sees your data")
    assert section["status"] == "changed"
    block = next(block for block in section["blocks"] if any(operation != "keep" for operation, _ in block))
    before = "".join(text for operation, text in block if operation != "insert")
    after = "".join(text for operation, text in block if operation != "delete")
    assert (before, after) == ("Only our cooks see your orders.", "Our cooks and our partners see your orders.")


def test_a_version_compared_with_itself_has_no_difference(tmp_path: Path) -> None:
    assert call(watched(tmp_path), "diff", "Teahouse", "2", "2").stdout.endswith("\nNo word differs.\n")


def test_colours_are_only_for_terminals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = watched(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32m{+" in call(path, "diff", "Teahouse", color=True).stdout
    assert "\x1b" not in call(path, "diff", "Teahouse").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in call(path, "diff", "Teahouse", color=True).stdout


def test_the_html_page_needs_no_other_file(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "diff", "Teahouse", "--format", "html")
    page = Page(result.stdout)
    assert result.stdout.startswith("<!doctype html>")
    assert not {"script", "link", "img", "iframe", "form", "object"} & set(page.tags)
    assert not {"src", "href", "action", "onclick", "onload"} & {name for name, _ in page.attributes}
    assert "url(" not in result.stdout
    assert "@import" not in result.stdout
    assert "default-src 'none'" in result.stdout
    assert "@media print" in result.stdout
    assert "We keep them for a year." in page.texts["ins"]
    assert "Only our" in page.texts["del"]


def test_markup_in_a_policy_is_text_in_our_page(tmp_path: Path) -> None:
    """The words of the policy try to insert an element, a comment and reversed text into our page."""
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, seen(START, written("Nobody sees it."), None), START)
        hostile = "<script>alert(1)</script> <!-- \u202e sees it. <img src=x onerror=alert(1)>"
        record(archive, seen(START + HOUR, written(hostile), 1, JUDGED), START + HOUR)
    result = call(configured(tmp_path), "diff", "Teahouse", "--format", "html")
    page = Page(result.stdout)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert "\u202e" not in result.stdout
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in result.stdout
    assert "All times are UTC." in result.stdout.rsplit("<p", 1)[1]


def test_a_policy_with_only_one_version_cannot_be_compared(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, seen(START, written("Nobody sees it."), None), START)
    result = call(configured(tmp_path), "diff", "Teahouse")
    assert result.exit_code == 2
    assert result.stderr == "Error: Teahouse has only one version, so there is nothing to compare yet\n"


@pytest.mark.parametrize("name", ["9", "2026-01-01", "later"])
def test_a_missing_version_makes_the_command_exit_with_2(tmp_path: Path, name: str) -> None:
    assert call(watched(tmp_path), "diff", "Teahouse", name).exit_code == 2


def test_marks_that_may_come_from_the_extraction_are_reported(tmp_path: Path) -> None:
    """The last version was extracted differently from the previous version.

    So the two versions could not be compared directly.
    """
    path = watched(tmp_path)
    assessment = Assessment("changed", document=written("Read anew."), identity="e2", boundary=True)
    with opened(tmp_path) as archive:
        record(archive, AssessedFetch(fetched(START + 60 * HOUR), assessment, 2), START)
    text = " ".join(call(path, "diff", "Teahouse").stdout.split())
    assert "Caution: Between these versions the extraction by Clausewatch changed" in text
    assert "Version 3: not judged" in text
    page = call(path, "diff", "Teahouse", "--format", "html").stdout
    assert "the extraction by Clausewatch changed" in page
    assert answered(path, "diff", "Teahouse")["caution"].startswith("Between these versions")
    assert "Version 3: not judged: it is not comparable" in call(path, "history").stdout


def test_lines_are_wrapped_between_words_and_have_no_space_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = call(watched(tmp_path), "diff", "Teahouse", "--full").stdout.splitlines()
    marked = [line for line in lines if "see your orders" in line or "{+" in line]
    assert marked
    assert all(len(line) <= 40 and line == line.rstrip() for line in marked if "Marks" not in line)


def test_notes_on_dates_and_languages_are_in_the_heading(tmp_path: Path) -> None:
    path = promising(tmp_path, ENGLISH + INDONESIAN, ENGLISH + WIDER)
    head = call(path, "diff", "Teahouse").stdout.split("\n\n")[0]
    assert "  Dates    version 2: silent edit: the text changed, but the stated date of 2026-01-15 did not\n" in head
    assert "version 2: only the Indonesian text changed" in head
    page = Page(call(path, "diff", "Teahouse", "--format", "html").stdout)
    assert any("silent edit: the text changed" in text for text in page.texts["dd"])
    assert answered(path, "diff", "Teahouse")["judged"][0]["drift"] == ["en"]


def test_a_net_change_lists_its_findings_with_their_numbers(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        record(archive, seen(START + 72 * HOUR, written("We sell your orders to data brokers."), 2, JUDGED), START)
        record_net_change(archive, Span(1, 1, 3), {}, START + 73 * HOUR)
        net = net_change(archive, "Teahouse", 1, 3)
    assert net is not None
    assert net.findings
    number = f"Finding {net.findings[0].id}."
    text = call(path, "diff", "Teahouse", "1", "3").stdout
    assert number in text.partition("Net change from version 1 to version 3, as messages and digests report it:")[2]
    row = json.loads(call(path, "diff", "Teahouse", "1", "3", "--format", "json").stdout)
    assert [finding["id"] for finding in row["net"]["findings"]] == [one.id for one in net.findings]
    assert "The net change, as messages" in call(path, "diff", "Teahouse", "1", "3", "--format", "html").stdout
    assert "Net change" not in call(path, "diff", "Teahouse", "2", "3").stdout
    assert "version 1 to 3, seen" in call(path, "review", str(net.findings[0].id)).stdout


def test_the_page_of_a_version_and_the_tables_list_its_net_changes(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        record(archive, seen(START + 72 * HOUR, written("We sell your orders to data brokers."), 2, JUDGED), START)
        record_net_change(archive, Span(1, 1, 3), {}, START + 73 * HOUR)
        net = net_change(archive, "Teahouse", 1, 3)
    assert net is not None
    sentence = net_sentence("Teahouse", NetChange(1, 3, net))
    assert sentence.startswith("from version 1: ")
    assert f"Net change {sentence}" in " ".join(call(path, "show", "Teahouse").stdout.split())
    assert f"Net change {sentence}" in call(path, "show", "Teahouse", "--format", "html").stdout
    assert "Net change" not in call(path, "show", "Teahouse", "--version", "2").stdout
    (row,) = answered(path, "show", "Teahouse")["net_changes"]
    assert (row["from"], row["severity"], len(row["findings"])) == (1, net.severity, len(net.findings))
    for table in ("changes", "findings"):
        target = tmp_path / f"{table}.csv"
        call(path, "export", "csv", table, "-o", str(target))
        rows = list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines()))
        assert {(row["version"], row["net_from"]) for row in rows} >= {("3", ""), ("3", "1")}
        assert {row["version"] for row in rows if row["net_from"]} == {"3"}


@pytest.mark.parametrize("form", ["text", "html"])
def test_section_of_which_two_items_were_removed_is_shown_once_as_changed(tmp_path: Path, form: str) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
        for hour, items in enumerate((["a copy", "a refund", "a visit", "an answer"], ["a copy", "a visit"])):
            asked = written("Nobody sees it.")
            blocks = tuple(Block("item", f"You may ask us for {item}.", "•", 1) for item in items)
            asked = replace(asked, sections=(*asked.sections[:2], replace(asked.sections[2], blocks=blocks)))
            at = START + hour * HOUR
            record(archive, seen(at, asked, hour or None, JUDGED if hour else None), at)
    shown = call(configured(tmp_path), "diff", "Teahouse", "--format", form).stdout
    assert shown.count("section removed") == 0
    assert re.findall(r"2\. What you may ask +(?:\(|<span class=\"status\">)(\w+)", shown) == ["changed"]
