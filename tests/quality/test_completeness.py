"""Tests whether texts of real policies are recognised as complete. A seeded generator cuts policies and deletes
sections. Some tests use policies that disappeared and returned."""

from __future__ import annotations

import json
import lzma
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from differ.visits.assessment import Assessment, LatestVersion, Visit, assess
from document import read, text_identity
from document.model import ExtractionOptions, Page
from tests.chance import DRAW, seeded

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
SEED = 20261130
POLICIES = 40 if LONG else 8
HEADING = re.compile(r"^#{1,6} .*\w.*$", re.MULTILINE)
OPTIONS = ExtractionOptions()
ALERTED = 0.9
"""Minimum share of deletions that alert a subscriber who asks for sharing and rights."""
RETURNS = 18
"""Maximum number of policies whose return causes an alert. Only the returns that people may look at are counted."""
CUT_RETURNS = 3
"""Minimum number of returns in which the new text is recognised as cut."""


def rows(shared: Path, name: str) -> Iterator[dict[str, Any]]:
    with lzma.open(shared / "corpus" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@pytest.fixture(scope="module")
def policies(shared: Path) -> list[str]:
    """Return some policies of medium length that have headings."""
    texts = (row["text"] for row in rows(shared, "policies"))
    whole = [text for text in texts if 800 <= len(text.split()) <= 9000 and len(HEADING.findall(text)) >= 6]
    return seeded(SEED).sample(whole, POLICIES)


def page(text: str) -> Page:
    return Page(text.encode(), "text/markdown")


def looks(whole: str, rest: str) -> tuple[Assessment, Assessment]:
    """Return the results of a first and a second look at the rest of a policy. The previous version is the whole
    policy."""
    extracted = read(page(whole), OPTIONS)
    latest = LatestVersion(extracted.document, extracted.identity, page(whole))
    first = assess(Visit(page(rest), OPTIONS, latest=latest, patience="left"))
    if first.outcome != "pending" or first.document is None:
        return first, first
    pending = text_identity(first.document)
    return first, assess(Visit(page(rest), OPTIONS, latest=latest, pending=pending, patience="left"))


def test_no_policy_that_is_cut_at_a_random_place_becomes_a_version_at_the_first_look(policies: list[str]) -> None:
    places = seeded(SEED)
    cuts = [(text, places.randrange(int(0.05 * len(text)), int(0.99 * len(text)))) for text in policies]
    first = [looks(text, text[:place])[0].outcome for text, place in cuts]
    print(f"{len(first)} cut policies: {first.count('pending')} wait, {first.count('not comparable')} not comparable")
    assert set(first) <= {"pending", "not comparable"}


@pytest.mark.parametrize("share", [0.75, 1.0], ids=["quarter", "section"])
def test_every_clean_deletion_at_the_end_is_reported_after_the_second_look(policies: list[str], share: float) -> None:
    """The remaining text ends at the end of a section. Its length is as near as possible to this share of the whole
    text.
    """
    material = 0
    for text in policies:
        places = [found.start() for found in HEADING.finditer(text)]
        end = min(places, key=lambda place: abs(place - share * len(text)))
        _, second = looks(text, text[:end].rstrip() + "\n")
        assert (second.outcome, second.confirmed) == ("changed", True), (second.reason, second.detail)
        assert second.comparison is not None
        assert second.comparison.findings
        material += second.comparison.material
    print(f"{len(policies)} deletions are reported, {material} of them as material")
    few = 1 if DRAW and not LONG else 0  # with other policies, one deletion more may be quiet
    assert material >= ALERTED * len(policies) - few, "only what repeats the text, and lists of links, may be no alert"


def judged(before: str, after: str) -> Assessment:
    """Assess a Markdown text against the text before. There is no second look."""
    extracted = read(page(before), OPTIONS)
    return assess(
        Visit(page(after), OPTIONS, latest=LatestVersion(extracted.document, extracted.identity, page(before)))
    )


@pytest.mark.skipif(not LONG, reason="takes minutes: set CLAUSEWATCH_LONG=1")
@pytest.mark.parametrize("name", ["changes", "changes2"])
def test_no_material_change_is_mistaken_for_an_incomplete_or_returned_page(shared: Path, name: str) -> None:
    folder = shared / name
    read_rows = (map(json.loads, (folder / file).read_text().splitlines()) for file in ("labels.jsonl", "pairs.jsonl"))
    labels, pairs = ({row["id"]: row for row in each} for each in read_rows)
    clear = [row for row in labels.values() if not row.get("borderline") and row.get("confidence") != "low"]
    material = [row["id"] for row in clear if row["material"] and row.get("part", "look") == "look"]
    lost = []
    for key in material:
        texts = (folder / pairs[key][side] for side in ("before", "after"))
        found = judged(*(path.read_text(encoding="utf-8") for path in texts))
        back = any(piece.reason == "restored" for piece in found.comparison.suppressed) if found.comparison else False
        if back or found.reason in ("cut", "language-gone", "other-edition"):
            lost.append((key, found.reason, found.detail))
    print(f"{name}: {len(material)} material pairs, {len(lost)} lost")
    assert lost == []


@pytest.mark.skipif(not LONG, reason="takes minutes: set CLAUSEWATCH_LONG=1")
def test_few_texts_that_disappeared_and_returned_cause_an_alert(shared: Path) -> None:
    pairs = [row for row in rows(shared, "returns") if row["part"] == "look"]
    found = [judged(row["before"], row["after"]) for row in pairs]
    alarms = sum(each.comparison is not None and each.comparison.material for each in found)
    cut = sum(each.reason == "cut" for each in found)
    print(f"{len(pairs)} returns: {alarms} alarm, {cut} are cut")
    assert alarms <= RETURNS
    assert cut >= CUT_RETURNS
