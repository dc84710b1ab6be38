"""Sets without labels, made from real policies by seed: what changes only a page must be quiet, what is planted found.

A sample runs with every check, all of it with CLAUSEWATCH_LONG. The texts come from the Open Terms Archive collections
(Open Data Commons Attribution License), in the shared folder.
"""

from __future__ import annotations

import json
import lzma
import os
import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from differ import compare
from differ.model import Comparison
from differ.visits.comparability import comparability
from document import read
from document.model import Document, ExtractionOptions, Page
from tests.chance import seeded
from tests.differ.policies import SENTENCES

PAIRS = 600 if os.environ.get("CLAUSEWATCH_LONG") else 24
"""The pairs of one set."""
SEED = 20261130
SHORTEST, LONGEST = 4_000, 40_000
"""Characters of the policies that are used."""
RECALL = 0.95
RIGHT = 0.93
"""Least share of planted edits that are found, and that are as grave as they are."""

TURNS = tomllib.loads((SENTENCES / "turns.toml").read_text(encoding="utf-8"))
PLANTED = ("consent", "exception", "safeguard", "member")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MAIL_LINK = re.compile(r"\[([^\]]*)\]\(mailto:[^)]*\)")
SPELLINGS = {"organization": "organisation", "behavior": "behaviour", "personalize": "personalise", "center": "centre"}


@pytest.fixture(scope="module")
def texts(shared: Path) -> list[str]:
    """Return English policies of real services, the newest of each."""
    with lzma.open(shared / "corpus" / "policies.jsonl.xz", "rt", encoding="utf-8") as lines:
        newest = {row["service"]: row["text"] for row in sorted(map(json.loads, lines), key=lambda row: row["time"])}
    return [
        text for text in newest.values() if SHORTEST < len(text) < LONGEST and text.count(" the ") > len(text) / 400
    ]


def document(text: str) -> Document:
    """Return the document that a Markdown text holds."""
    return read(Page(text.encode(), "text/markdown"), ExtractionOptions()).document


def judged(before: str, after: str) -> Comparison | None:
    """Compare two texts, or return None if they are not comparable."""
    old, new = document(before), document(after)
    return None if comparability(old, new) else compare(old, new)


def with_menu(text: str, _: random.Random) -> str:
    """Put a menu before a policy."""
    return "- [Home](/)\n- [Prices](/prices)\n- [Jobs](/jobs)\n- [Stories](/stories)\n- [Log in](/login)\n\n" + text


def masked(text: str, _: random.Random) -> str:
    """Hide all addresses as a protection against robots does."""
    return EMAIL.sub("[email protected]", MAIL_LINK.sub(r"\1", text))


def respelt(text: str, _: random.Random) -> str:
    """Write some words as another variety of English does."""
    for word, other in SPELLINGS.items():
        text = text.replace(word, other)
    return text


def reordered(text: str, chance: random.Random) -> str:
    """Put the sections of the highest rank into another order; the first stays."""
    first, *sections = re.split(r"(?m)^(?=## )", text)
    chance.shuffle(sections)
    return "\n\n".join([first, *sections])


def joined(text: str, chance: random.Random) -> str:
    """Join two sentences of a paragraph by a semicolon, and leave out the line break between two paragraphs."""
    places = [match.start() for match in re.finditer(r"(?<=[a-z]{3})\. (?=[A-Z][a-z]+ )", text)]
    for place in sorted(chance.sample(places, min(3, len(places))), reverse=True):
        text = text[:place] + "; " + text[place + 2].lower() + text[place + 3 :]
    return text


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (with_menu, masked, respelt, reordered, joined)


def test_what_changes_no_meaning_alarms_nobody(texts: list[str]) -> None:
    chance = seeded(SEED)
    alarms, lost = [], []
    for number in range(PAIRS):
        change = CHANGES[number % len(CHANGES)]
        text = chance.choice(texts)
        comparison = judged(text, change(text, chance))
        if comparison is None:
            lost.append(change.__name__)
        elif comparison.material:
            alarms.append(
                (change.__name__, [finding.reason for finding in comparison.findings if finding.material][:3])
            )
    assert (lost, alarms) == ([], [])


def test_planted_edits_are_found_and_as_grave_as_they_are(texts: list[str]) -> None:
    chance = seeded(SEED)
    found = right = 0
    missed = []
    for number in range(PAIRS):
        kind = PLANTED[number % len(PLANTED)]
        better, worse = chance.choice(TURNS[kind]["en"]["pairs"])
        loss = chance.random() < 0.5
        paragraphs = chance.choice(texts).split("\n\n")
        place = chance.randrange(1, len(paragraphs))
        old, new = (
            "\n\n".join([*paragraphs[:place], sentence, *paragraphs[place:]])
            for sentence in ((better, worse) if loss else (worse, better))
        )
        comparison = judged(old, new)
        hit = comparison is not None and comparison.material
        found += hit
        grave = comparison is not None and comparison.severity in (
            "critical",
            "high" if kind not in ("consent", "exception") else "",
        )
        right += hit and (grave if loss else comparison is not None and comparison.severity != "critical")
        if not hit:
            missed.append((kind, better, worse))
    print(f"found {found} of {PAIRS}, right {right}")
    assert found >= RECALL * PAIRS, missed
    assert right >= RIGHT * PAIRS
