"""Tests that `make bench` runs all benchmarks, each within its time limit and all within an hour."""

from __future__ import annotations

import pytest

from benchmarks import table
from benchmarks.table import BENCHMARKS, Benchmark, Outcome, measured
from tests.sources import PROJECT

BY_HAND = {"peers", "desk_crowd"}
"""Benchmarks that are run only by hand. `peers` compares Clausewatch with other monitors that must be installed.
`desk_crowd` mostly waits, and needs a quiet machine.
"""
NO_BENCHMARKS = {"rotating", "table"}
"""Modules that are not benchmarks. The benchmarks import them."""


def test_make_bench_runs_every_benchmark() -> None:
    files = {path.stem for path in (PROJECT / "benchmarks").glob("*.py")}
    assert {benchmark.name for benchmark in BENCHMARKS} == files - BY_HAND - NO_BENCHMARKS


def test_the_time_limits_of_all_benchmarks_add_up_to_at_most_an_hour() -> None:
    assert sum(benchmark.minutes for benchmark in BENCHMARKS) <= 60


def test_a_benchmark_that_exceeds_its_time_limit_is_ended() -> None:
    outcome = measured(Benchmark("rotating", 0.01))
    assert outcome.ended == "not done after 0.01 minutes"


def test_a_benchmark_whose_folder_is_missing_is_left_out() -> None:
    outcome = measured(Benchmark("storage", 1, needs=PROJECT / "no-such-folder"))
    assert (outcome.ended, outcome.figures) == ("left out", (f"{PROJECT / 'no-such-folder'} is missing",))


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        table.main(["crawling", "crawlin"])
    assert "unknown benchmarks: crawlin" in capsys.readouterr().err


def test_a_row_of_the_table_shows_what_the_benchmark_printed() -> None:
    outcome = Outcome(Benchmark("delivery", 5, ("--changes", "3")), "ok", 61.6, 4.2, ("3 of 3 | once", "  2 ms"))
    assert table.table([outcome])[2] == "| delivery --changes 3 | ok | 62 | 4 | 3 of 3 \\| once<br>2 ms |"
