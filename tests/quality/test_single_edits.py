"""Tests that the labels of single real edits name edits that can be made from the shared texts."""

from __future__ import annotations

from pathlib import Path

from tests.quality.single_edits import LABELS, all_edits, edits
from tests.quality.validation import rows


def test_each_label_names_an_edit_of_the_shared_texts(shared: Path) -> None:
    assert shared.is_dir()
    labels = {row["edit"] for row in rows(LABELS)}
    assert labels <= {edit.name for edit in all_edits()}
    assert len(labels) == 1_200


def test_replaced_lines_are_edits_of_their_own() -> None:
    old = ["We keep lists.", "Ask us.", "", "We sell lamps."]
    new = ["We keep no lists.", "Ask the owner.", "", "We sell lamps.", "We sell chairs."]
    after = [edit.after.split("\n") for edit in edits("shop", old, new)]
    assert after == [
        ["We keep no lists.", "Ask us.", "", "We sell lamps."],
        ["We keep lists.", "Ask the owner.", "", "We sell lamps."],
        [*old, "We sell chairs."],
    ]


def test_a_change_of_a_link_or_a_mark_is_no_edit() -> None:
    assert not list(edits("shop", ["[Ask](https://one.example/)."], ["[Ask](https://two.example/)!"]))
