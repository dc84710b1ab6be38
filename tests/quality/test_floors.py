"""Tests the quality of the judgement on labelled changes of real policies. The floors, which are minimum values, may
only be raised.

The labels and the program that scores them are not part of the project.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from differ.model import SEVERITIES
from tests.sources import PROJECT

LINE = re.compile(
    r"^(?P<name>\S[^=]*?) +n= *(?P<n>\d+) tp= *(?P<tp>\d+) fp= *(?P<fp>\d+) fn= *(?P<fn>\d+) .*"
    r"recall (?P<recall>[\d.]+)"
)
PRECISION = re.compile(r"precision (?P<precision>[\d.]+)")
NUMBERED = re.compile(r"\(?\b(?:\d+(?:\.\d+)*|[A-Z]|[IVX]+)[.)]\s+|[\W_]+")
SPANS = 0.93
"""Minimum share of the edited spans in five policies that are shown. A span is shown if a finding or suppression in its
section contains its edit. Most spans that are not shown change no word: they are generated numbers, line breaks or the
foot of the page. Some spans are before the first section or cover several sentences.
"""
WORDED_SPANS = 0.98
"""Minimum share of spans that are shown, when spans that change no word are counted as shown too."""
TOO_LOW = 0.05
"""Maximum share of material edits of five policies whose severity is lower than labelled."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Score:
    """One line of the output of score.py."""

    rows: int
    precision: float
    recall: float
    false_alarms: int
    missed: int


@dataclass(frozen=True)
class Judged:
    """The labels of a set of text pairs, and our judgements of these pairs."""

    labels: list[Row]
    rows: dict[str, Row]
    folder: Path
    shared: Path

    def scores(self, chosen: list[Row] | None = None) -> dict[str, Score]:
        """Return the scores by the names of their lines. If `chosen` is given, only these labels are scored."""
        keys = {str(label["id"]) for label in (self.labels if chosen is None else chosen)}
        labels, judgements = self.folder / "labels.jsonl", self.folder / "judgements.jsonl"
        write(labels, [label for label in self.labels if str(label["id"]) in keys])
        write(judgements, [row for key, row in self.rows.items() if key in keys])
        command = [sys.executable, str(self.shared / "score.py"), str(labels), str(judgements)]
        said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        print(said)  # pytest shows this if a value is below its floor
        return {name: score for line in said.splitlines() for name, score in read_line(line)}


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def read_line(line: str) -> list[tuple[str, Score]]:
    """Return the name and the score of a line. The list is empty if the line has no score."""
    found = LINE.match(line)
    if found is None:
        return []
    exact = PRECISION.search(line)
    score = Score(
        rows=int(found["n"]),
        precision=float(exact["precision"]) if exact else 1.0,  # if there was no alert, the line has no precision
        recall=float(found["recall"]),
        false_alarms=int(found["fp"]),
        missed=int(found["fn"]),
    )
    return [(found["name"], score)]


def judged(shared: Path, name: str, folder: Path, *, scorer: Path | None = None) -> Judged:
    """Judge all pairs of a labelled set with the command `clausewatch compare`. `scorer` is the folder of score.py;
    by default it is `shared`."""
    command = [sys.executable, "-m", "clausewatch", "compare", "--batch", str(shared / name / "pairs.jsonl")]
    said = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True, text=True).stdout
    rows = {str(row["id"]): row for row in map(json.loads, said.splitlines())}
    text = (shared / name / "labels.jsonl").read_text(encoding="utf-8")
    return Judged([json.loads(line) for line in text.splitlines()], rows, folder, scorer or shared)


@pytest.fixture(scope="module")
def policies(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Return the judgements of edited, noisy and broken pages of five policies."""
    return judged(shared, "policies", tmp_path_factory.mktemp("policies"))


@pytest.fixture(scope="module")
def changes(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Return the judgements of real changes of real policies."""
    return judged(shared, "changes", tmp_path_factory.mktemp("changes"))


def test_every_edit_of_five_policies_is_judged_rightly(policies: Judged) -> None:
    score = policies.scores()["material, clear rows"]
    assert score.precision >= 0.97
    assert score.recall >= 0.98


def test_severity_of_edits_of_five_policies_is_seldom_too_low(policies: Judged) -> None:
    """At most 5 % of the material edits are judged milder than labelled, and no edit is two classes milder."""
    clear = [label for label in policies.labels if label["material"] and label.get("severity") and is_clear(label)]
    milder = {
        label["id"]: SEVERITIES.index(severity) - SEVERITIES.index(label["severity"])
        for label in clear
        if (severity := policies.rows[str(label["id"])]["severity"]) in SEVERITIES
    }
    too_low = {key: classes for key, classes in milder.items() if classes > 0}
    assert len(clear) >= 70
    assert len(too_low) <= TOO_LOW * len(clear), too_low
    assert max(too_low.values(), default=0) < 2, too_low


def is_clear(label: Row) -> bool:
    """Return whether a label is neither borderline nor of low confidence."""
    return not label.get("borderline") and label.get("confidence") != "low"


def test_five_policies_with_noise_around_them_are_quiet(policies: Judged) -> None:
    """A page that changed only around the policy alerts nobody."""
    assert policies.scores()["noise and cosmetic only"].false_alarms == 0


def test_answers_that_are_not_a_policy_are_recognised(policies: Judged) -> None:
    """A bot challenge, an error page or a page without text is never compared."""
    broken = [label for label in policies.labels if not label["comparable"]]
    assert broken
    assert [label["id"] for label in broken if policies.rows[str(label["id"])]["comparable"]] == []


def test_indonesian_edits_have_no_false_alarm_and_no_miss(policies: Judged) -> None:
    indonesian = [label for label in policies.labels if label.get("language") == "id"]
    assert len(indonesian) == 9
    score = policies.scores(indonesian)["material, all rows"]
    assert (score.false_alarms, score.missed) == (0, 0)


def test_edited_span_is_in_a_piece_of_its_section(policies: Judged) -> None:
    """The edited words are in a finding or a suppression of the labelled section."""
    edits = [
        label
        for label in policies.labels
        if label["comparable"]
        and (label.get("before") or label.get("after"))
        and label["kind"] != "toc_changed"  # a table of contents is not versioned text
    ]
    lost = [label["id"] for label in edits if not stands(label, policies.rows[str(label["id"])])]
    assert 1 - len(lost) / len(edits) >= SPANS, lost
    worded = [key for key in lost if policies.rows[str(key)]["changed"]]
    assert 1 - len(worded) / len(edits) >= WORDED_SPANS, worded


def stands(label: Row, row: Row) -> bool:
    """Return whether a piece in the section of a label shows the label's words, either as they were before the edit or
    as they are after it.
    """
    sections = {plain(label[key]) for key in ("section", "section_after", "subsection") if label.get(key)}
    return any(
        any(section in plain(piece["section"]) for section in sections) and shows(label, piece)
        for piece in [*row["findings"], *row["suppressed"]]
    )


def shows(label: Row, piece: Row) -> bool:
    """Return whether a piece contains the span of a label, or the span contains the piece. A span may cover several
    sentences."""
    return any(
        overlap(plain(label[side]), plain(piece[side])) for side in ("before", "after") if label[side] and piece[side]
    )


def overlap(span: str, piece: str) -> bool:
    """Return whether one text contains the other."""
    return bool(span and piece) and (span in piece or piece in span)


def plain(text: str) -> str:
    """Return a text in lower case without punctuation marks and without the numbers of headings."""
    return " ".join(NUMBERED.sub(" ", text).casefold().split())


def test_real_changes_are_judged_rightly(changes: Judged) -> None:
    score = changes.scores()["material, clear rows"]
    assert score.precision >= 0.96
    assert score.recall >= 0.95


@pytest.fixture(scope="module")
def others(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Return the judgements of real changes of other services. Only the changes that people may look at are
    included."""
    source, folder = shared / "changes2", tmp_path_factory.mktemp("changes2")
    lines = (source / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [label for label in map(json.loads, lines) if label["part"] == "look"]
    wanted = {label["id"] for label in labels}
    pairs = [json.loads(line) for line in (source / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    write(
        folder / "pairs.jsonl",
        [
            pair | {side: str(source / pair[side]) for side in ("before", "after")}
            for pair in pairs
            if pair["id"] in wanted
        ],
    )
    write(folder / "labels.jsonl", labels)
    return judged(folder.parent, folder.name, folder, scorer=shared)


def test_real_changes_of_other_services_are_judged_rightly(others: Judged) -> None:
    score = others.scores()["material, clear rows"]
    assert score.precision >= 0.87
    assert score.recall >= 0.90


def test_noise_and_cosmetic_changes_of_other_services_are_quiet(others: Judged) -> None:
    assert others.scores()["noise and cosmetic only"].false_alarms <= 3


@pytest.mark.parametrize("topic", ["sharing", "rights"])
def test_subject_of_real_changes_is_reported_rightly(changes: Judged, topic: str) -> None:
    score = changes.scores()[f"{topic}, clear rows"]
    assert score.precision >= 0.80
    assert score.recall >= 0.85


def test_real_noise_and_cosmetic_changes_are_quiet(changes: Judged) -> None:
    assert changes.scores()["noise and cosmetic only"].false_alarms <= 1


def test_french_changes_are_judged_rightly(changes: Judged) -> None:
    french = [label for label in changes.labels if label["language"] == "fr"]
    score = changes.scores(french)["material, clear rows"]
    assert score.rows
    assert score.precision >= 0.80
    assert score.recall >= 0.85
