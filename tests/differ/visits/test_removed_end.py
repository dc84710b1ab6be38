"""Tests that a part that is missing at the end of a policy is reported, whatever its topic."""

from __future__ import annotations

import pytest

from differ.model import Comparison
from tests.differ.visits.test_completeness import ENGLISH, INDONESIAN, assessed, page

CHANGES = (
    "## Changes to this policy",
    "We put each new edition of this policy on the notice board of the pier, two weeks before it holds.",
    "The former editions hang beside it for a year, so that everybody can compare them while waiting for the boat.",
)
PERUBAHAN = (
    "## Perubahan kebijakan",
    "Setiap edisi baru kebijakan ini kami tempel di papan dermaga dua minggu sebelum berlaku.",
    "Edisi lama tetap tergantung di sebelahnya selama setahun, sehingga semua orang dapat membandingkannya.",
)
SHORT = ("## Edition", "This edition was printed on thick paper in the spring.")
SINGKAT = ("## Edisi", "Edisi ini dicetak di atas kertas tebal pada musim hujan.")
FOOT = "Ferry of the Northern Pier, all rights reserved."
KAKI = "Feri Dermaga Utara, hak cipta dilindungi."

deletions = pytest.mark.parametrize(
    ("lines", "part", "language"),
    [(ENGLISH, CHANGES, "en"), (INDONESIAN, PERUBAHAN, "id"), (ENGLISH, SHORT, "en"), (INDONESIAN, SINGKAT, "id")],
    ids=["en", "id", "en short", "id short"],
)


def after_two_looks(before: tuple[str, ...], after: tuple[str, ...], language: str) -> Comparison:
    """Return the comparison after two looks that found the same text."""
    texts = page(*before), page(*after)
    assert assessed(*texts, "left", languages=(language,)).outcome == "pending"
    second = assessed(*texts, "left", again=True, languages=(language,))
    assert (second.outcome, second.confirmed) == ("changed", True)
    assert second.comparison is not None
    return second.comparison


BOATS = tuple(
    f"Boat {n} is painted in a colour of its own by the crew every spring, whatever it costs." for n in range(60)
)


def test_text_that_is_missing_in_the_middle_is_not_a_removed_end() -> None:
    found = assessed(page(*ENGLISH, *BOATS), page(*ENGLISH, *BOATS[:30], *BOATS[33:]))
    assert found.comparison is not None
    assert "S.removed" not in {finding.rule for finding in found.comparison.findings}


@deletions
def test_a_last_section_about_other_things_is_reported_at_low_severity(
    lines: tuple[str, ...], part: tuple[str, ...], language: str
) -> None:
    found = after_two_looks((*lines, *part), lines, language)
    first = found.findings[0]
    assert (found.material, found.severity, first.rule) == (True, "low", "S.removed")
    assert part[0].removeprefix("## ") in first.reason
    assert (first.before, first.after) == (part[1], "")


@pytest.mark.parametrize(
    ("lines", "part", "foot", "language"),
    [(ENGLISH, CHANGES, FOOT, "en"), (INDONESIAN, PERUBAHAN, KAKI, "id")],
    ids=["en", "id"],
)
def test_a_removed_end_is_found_although_the_last_line_stays(
    lines: tuple[str, ...], part: tuple[str, ...], foot: str, language: str
) -> None:
    assert after_two_looks((*lines, *part, foot), (*lines, foot), language).findings[0].rule == "S.removed"


@pytest.mark.parametrize(("lines", "language"), [(ENGLISH, "en"), (INDONESIAN, "id")], ids=["en", "id"])
def test_a_removed_end_about_rights_or_sharing_is_reported_with_its_topic(
    lines: tuple[str, ...], language: str
) -> None:
    heads = [place for place, line in enumerate(lines) if line.startswith("## ")]
    found = after_two_looks(lines, lines[: heads[-2]], language)
    assert found.material
    assert {"rights", "sharing"} & set(found.topics)
    assert "S.removed" not in {finding.rule for finding in found.findings}


def test_a_removed_end_that_repeated_the_policy_is_a_finding_but_alerts_nobody() -> None:
    found = after_two_looks((*ENGLISH, *CHANGES, *ENGLISH[1:]), (*ENGLISH, *CHANGES), "en")
    assert [(finding.rule, finding.material) for finding in found.findings] == [("S.removed", False)]


def test_links_below_a_policy_are_not_a_part_of_the_policy() -> None:
    links = ("## On this pier", *(f"- [{name}](https://ferry.example/{name})" for name in ("Boats", "Buns", "Hats")))
    assert not after_two_looks((*ENGLISH, *links), ENGLISH, "en").material


@pytest.mark.parametrize(
    ("lines", "last", "language"),
    [
        (ENGLISH, "For all that is said of buns and tea on board see the notice beside the kitchen", "en"),
        (INDONESIAN, "Untuk semua hal tentang roti dan teh di kapal lihat papan di samping dapur", "id"),
    ],
    ids=["en", "id"],
)
def test_a_removed_sentence_without_a_full_stop_is_material(lines: tuple[str, ...], last: str, language: str) -> None:
    assert after_two_looks((*lines, "## 12", last), lines, language).material


@deletions
def test_a_section_that_moves_away_from_the_end_is_not_a_removed_end(
    lines: tuple[str, ...], part: tuple[str, ...], language: str
) -> None:
    found = assessed(page(*lines, *part), page(lines[0], *part, *lines[1:]), "left", languages=(language,))
    assert found.outcome == "changed"
    assert found.comparison is not None
    assert not found.comparison.material


@deletions
def test_a_rewritten_last_section_is_not_a_removed_end(
    lines: tuple[str, ...], part: tuple[str, ...], language: str
) -> None:
    other = (part[0], "Kopi gratis di dermaga." if language == "id" else "There is coffee at the pier.")
    found = assessed(page(*lines, *part), page(*lines, *other), "left", languages=(language,))
    assert found.comparison is not None
    assert "S.removed" not in {finding.rule for finding in found.comparison.findings}
