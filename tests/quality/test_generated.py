"""Tests generated edits, which need no labels. Edits that keep the meaning are quiet, and edits with a known effect
are found.

With CLAUSEWATCH_LONG all edits are tested, and otherwise a sample. The English and French policies are in the shared
folder. They come from the Open Terms Archive collections (Open Data Commons Attribution License). The ten Indonesian
policies are our own.
"""

from __future__ import annotations

import json
import lzma
import os
import tomllib
from functools import lru_cache
from pathlib import Path

import pytest

from differ import compare
from differ.model import Comparison
from differ.visits.assessment import LatestVersion, Visit, assess
from differ.visits.comparability import comparability
from document import read
from document.model import Document, ExtractionOptions, Page
from tests.chance import seeded
from tests.quality.plantings import Planted, plantings
from tests.quality.rewordings import REWORDINGS, cut_off

WHOLE = bool(os.environ.get("CLAUSEWATCH_LONG"))
PAIRS = {"en": 360, "fr": 120, "id": 120} if WHOLE else {"en": 32, "fr": 16, "id": 16}
"""Number of edits for each language in one test."""
RETURNED = 139 if WHOLE else 47
SEED = 20261130
SHORTEST, LONGEST = 4_000, 20_000
"""Minimum and maximum length, in characters, of the policies."""
RECALL, RIGHT = 0.95, 0.93
"""Minimum share of planted edits that are found, and minimum share of planted edits that get the right severity."""
ALARMS = 0.05
"""Maximum share of returned texts that cause an alert."""
UNDONE = frozenset({8, 12, 13, 39, 42, 71, 91})
"""Rows of `returns` in which a person made an edit and undid the edit within 14 days. The numbers count only the rows
that people may look at. Two edits moved the address for requests to a new domain. Four edits removed sections on
California, Privacy Shield, erasure and agents. One edit removed the word "sharing" in opt-outs.
"""
COMMON_WORDS = {"en": (" the ",), "fr": (" les ", " des ")}
OWN = tomllib.loads(Path(__file__).with_name("own_policies.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def texts(shared: Path) -> dict[str, list[str]]:
    """Return policies by language. The English and French policies are the newest policies of real services."""
    with lzma.open(shared / "corpus" / "policies.jsonl.xz", "rt", encoding="utf-8") as lines:
        newest = {row["service"]: row["text"] for row in sorted(map(json.loads, lines), key=lambda row: row["time"])}
    fitting = [text for text in newest.values() if SHORTEST < len(text) < LONGEST]
    return {
        language: [text for text in fitting if sum(map(text.count, common)) > len(text) / 400]
        for language, common in COMMON_WORDS.items()
    } | {"id": [own_policy(name) for name in OWN["id"]["names"]]}


def own_policy(name: str) -> str:
    """Return the policy of one of our made-up companies."""
    chance = seeded(OWN["id"]["names"].index(name))
    sections = [f"## {part['heading']}\n\n{chance.choice(part['variants'])}" for part in OWN["id"]["sections"]]
    return "\n\n".join([f"# Kebijakan Privasi {name}", *sections]).replace("{name}", name) + "\n"


@lru_cache(maxsize=200)
def document(text: str) -> Document:
    """Return the document of a Markdown text."""
    return read(Page(text.encode(), "text/markdown"), ExtractionOptions()).document


def judged(before: str, after: str) -> Comparison | None:
    """Compare two texts, or return None if they are not comparable."""
    old, new = document(before), document(after)
    return None if comparability(old, new) else compare(old, new)


@pytest.mark.parametrize("language", PAIRS)
def test_edits_without_meaning_alert_nobody(texts: dict[str, list[str]], language: str) -> None:
    chance = seeded(SEED)
    alarms, lost = [], []
    for number in range(PAIRS[language]):
        change = REWORDINGS[number % len(REWORDINGS)]
        text = chance.choice(texts[language])
        comparison = judged(text, change(text, chance, language))
        if comparison is None:
            lost.append(change.__name__)
        elif comparison.material:
            alarms.append(
                (change.__name__, [(f.reason, f.before, f.after) for f in comparison.findings if f.material][:3])
            )
    assert (lost, alarms) == ([], [])


@pytest.mark.parametrize("language", COMMON_WORDS)
def test_a_text_that_breaks_off_alerts_nobody(texts: dict[str, list[str]], language: str) -> None:
    chance = seeded(SEED)
    alarms = []
    for _ in range(PAIRS[language] // 8):
        text = chance.choice(texts[language])
        before, after = (Page(some.encode(), "text/markdown") for some in (text, cut_off(text, chance, language)))
        old = read(before, ExtractionOptions())
        latest = LatestVersion(old.document, old.identity, before)
        visit = assess(Visit(after, ExtractionOptions(), latest=latest))
        if visit.comparison is not None and visit.comparison.material:
            alarms.append((len(text), len(after.body)))
    assert alarms == []


@pytest.mark.parametrize("language", PAIRS)
def test_planted_edits_are_found_with_the_right_severity(texts: dict[str, list[str]], language: str) -> None:
    chance = seeded(SEED)
    missed: list[Planted] = []
    wrong: list[tuple[str | None, Planted]] = []
    for planted in plantings(texts[language], language, PAIRS[language], chance):
        comparison = judged(planted.before, planted.after)
        if comparison is None or not comparison.material:
            missed.append(planted)
        elif not planted.fits(comparison.severity):
            wrong.append((comparison.severity, planted))
    found, right = (1 - part / PAIRS[language] for part in (len(missed), len(missed) + len(wrong)))
    print(f"{language}: found {found:.3f}, right {right:.3f} of {PAIRS[language]}")
    assert found >= RECALL, [(planted.kind, planted.worse, planted.what) for planted in missed]
    assert right >= RIGHT, [(severity, planted.kind, planted.worse, planted.what) for severity, planted in wrong]


def test_texts_that_disappeared_and_returned_cause_few_alerts(shared: Path) -> None:
    with lzma.open(shared / "corpus" / "returns.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["part"] == "look"]
    chance = seeded(SEED)
    drawn = sorted(
        chance.sample([number for number in range(len(rows)) if number not in UNDONE], RETURNED - len(UNDONE))
    )
    alarms = []
    for number in drawn:
        before, after = (Page(rows[number][side].encode(), "text/markdown") for side in ("before", "after"))
        old = read(before, ExtractionOptions())
        visit = assess(Visit(after, ExtractionOptions(), latest=LatestVersion(old.document, old.identity, before)))
        if visit.comparison is not None and visit.comparison.material:
            alarms.append(number)
    assert len(alarms) <= ALARMS * len(drawn), alarms
