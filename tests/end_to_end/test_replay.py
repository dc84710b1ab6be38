"""Crawls the real histories of four policy pages. Tests which fetches become versions and which versions are
reported."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.replaying import SELECT, Row, replayed

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
MODES = ("number", "select", "fallback")
RECALL, PRECISION = 1.0, 0.93
"""Minimum recall and precision of alerts over all four histories."""
TRUE_VERSIONS = 19
OTHERS = "Open Terms Archive itself: precision 0.36 over its 45 reports"
UPGRADED = {"open-terms-archive": range(11, 16)}
"""Numbers of the fetches that a short test replays while something on our side changes. Some of these fetches have a
real change, and some have only noise.
"""

Truth = Mapping[str, Any]


def truths(shared: Path, name: str) -> list[Truth]:
    lines = (shared / "replay" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def changed(row: Truth) -> bool:
    return any(change["class"] in ("substantive", "editorial") for change in row.get("changes", ()))


def material(row: Truth) -> bool:
    return any(change["sharing_material"] or change["rights_material"] for change in row.get("changes", ()))


def told_of(rows: list[Truth]) -> list[str]:
    """Return the fetches for which the table has a change or noise, each with the fetch before it."""
    places = {place + step for place, row in enumerate(rows) if row.get("changes") for step in (-1, 0)}
    return [row["file"] for place, row in enumerate(rows) if place in places]


@dataclass(frozen=True, slots=True)
class Score:
    """Compares the recorded versions and alerts with the true changes."""

    versions: set[tuple[str, str]]
    """The history and fetch of each version after the first."""
    true_versions: set[tuple[str, str]]
    told: set[tuple[str, str]]
    """The history and fetch of each version that was reported."""
    material: set[tuple[str, str]]

    @property
    def precision(self) -> float:
        return len(self.told & self.material) / len(self.told)

    @property
    def recall(self) -> float:
        return len(self.told & self.material) / len(self.material)


def score(found: Mapping[str, list[Row]], known: Mapping[str, list[Truth]]) -> Score:
    rows = [(name, row) for name, visits in found.items() for row in visits]
    return Score(
        {(name, row.file) for name, row in rows if row.outcome == "changed" and not row.first},
        {(name, row["file"]) for name, truth in known.items() for row in truth if changed(row)},
        {(name, row.file) for name, row in rows if row.alerts},
        {(name, row["file"]) for name, truth in known.items() for row in truth if material(row)},
    )


def test_crawled_histories_give_the_true_versions_and_alerts(shared: Path, tmp_path: Path) -> None:
    """Every real change becomes a version, and noise never becomes a version. Changes that concern sharing or rights
    are reported.

    With CLAUSEWATCH_LONG all fetches are visited. Otherwise only the fetches for which the tables have a change or
    noise are visited, each after the fetch before it.
    """
    known = {name: truths(shared, name) for name in SELECT}
    files = {name: None if LONG else told_of(rows) for name, rows in known.items()}
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda name: replayed(shared, name, "plain", tmp_path, files[name]), SELECT))
    found = dict(zip(SELECT, rows, strict=True))
    result = score(found, known)
    print(f"{sum(map(len, rows))} visits; versions {len(result.versions)} of {len(result.true_versions)} true ones;")
    print(f"alerts: precision {result.precision:.2f}, recall {result.recall:.2f} ({OTHERS})")
    print(f"told without need: {sorted(result.told - result.material)}")
    assert len(result.true_versions) == TRUE_VERSIONS
    assert result.versions == result.true_versions
    assert result.recall >= RECALL, sorted(result.material - result.told)
    assert result.precision >= PRECISION, sorted(result.told - result.material)
    assert {row.outcome for visits in found.values() for row in visits} <= {
        "unchanged",
        "changed",
        "pending",
        "not comparable",
    }


@pytest.mark.parametrize("mode", MODES)
def test_a_change_on_our_side_is_never_reported(shared: Path, tmp_path: Path, mode: str) -> None:
    """At each fetch, one thing on our side changes: the number of the extractor, the selector, or whether the
    selector matches the page.

        The versions and alerts are the same as without such a change.
    """
    names = list(SELECT if LONG else UPGRADED)
    known = {name: truths(shared, name) for name in names}
    if not LONG:
        known = {name: [known[name][place] for place in UPGRADED[name]] for name in names}
    with ThreadPoolExecutor(2) as pool:
        rows = list(
            pool.map(lambda name: replayed(shared, name, mode, tmp_path, [row["file"] for row in known[name]]), names)
        )
    found = dict(zip(names, rows, strict=True))
    result = score(found, {name: truth[1:] for name, truth in known.items()})
    false = result.told - result.true_versions
    print(f"{mode}: {sum(map(len, rows))} visits, {len(result.versions)} versions, {len(false)} false alerts")
    assert result.versions == result.true_versions
    assert not any(row.boundary for visits in found.values() for row in visits)
    assert result.told == result.told & result.true_versions
