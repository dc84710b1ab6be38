"""Runs all benchmarks one after another, and prints their results as one table.

    python benchmarks/table.py [NAME ...]

Each benchmark is a separate program with its own time limit. All together take up to an hour. Some benchmarks need the
folder of real histories. The variable CLAUSEWATCH_SHARED names this folder; the default is ../shared. Without this
folder, these benchmarks are listed as left out. The exit code is 1 if a benchmark misses its target or its time limit.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

PROJECT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CLAUSEWATCH_SHARED") or PROJECT.parent / "shared")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A program in this folder, with its arguments."""

    name: str
    minutes: float
    """Time limit in minutes."""
    arguments: tuple[str, ...] = ()
    needs: Path | None = None
    """A folder that the benchmark needs. If the folder is missing, the benchmark is left out."""


BENCHMARKS = (
    Benchmark("comparing", 5),
    Benchmark("fetching", 5, ("--shared", str(SHARED)), needs=SHARED / "replay"),
    Benchmark("crawling", 8),
    Benchmark("questions", 7, ("--policies", "2000")),
    Benchmark("desk_answers", 2, ("--policies", "300", "--requests", "5")),
    Benchmark("desk_questions", 2, ("--policies", "1000")),
    Benchmark("inventories", 2, ("--policies", "1000")),
    Benchmark("delivery", 5),
    Benchmark("importing", 5),
    Benchmark("storage", 8, (str(SHARED / "replay"),), needs=SHARED / "replay"),
    Benchmark("starting", 2),
    Benchmark("due", 2),
    Benchmark("collection", 7, ("--policies", "2000")),
)
"""The benchmarks. `peers` is not listed, because it needs environments with other monitors. `desk_crowd` is not listed,
because it mostly waits.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a benchmark."""

    benchmark: Benchmark
    ended: str
    """"ok", "left out", or a phrase about the failure."""
    seconds: float = 0.0
    cpu: float = 0.0
    """CPU seconds of all processes of the benchmark."""
    figures: tuple[str, ...] = ()
    """The lines that the benchmark printed."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmarks and print their table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="run these alone")
    names = parser.parse_args(words).names
    chosen = [benchmark for benchmark in BENCHMARKS if not names or benchmark.name in names]
    if unknown := set(names) - {benchmark.name for benchmark in chosen}:
        parser.error(f"unknown benchmarks: {', '.join(sorted(unknown))}")
    outcomes = [measured(benchmark) for benchmark in chosen]
    print("\n".join(table(outcomes)))
    return int(any(outcome.ended not in ("ok", "left out") for outcome in outcomes))


def measured(benchmark: Benchmark) -> Outcome:
    """Run one benchmark until it ends or reaches its time limit."""
    if benchmark.needs is not None and not benchmark.needs.is_dir():
        return Outcome(benchmark, "left out", figures=(f"{benchmark.needs} is missing",))
    print(f"{benchmark.name} ...", file=sys.stderr, flush=True)
    command = [sys.executable, str(PROJECT / "benchmarks" / f"{benchmark.name}.py"), *benchmark.arguments]
    began, before = time.monotonic(), _cpu_of_children()
    with tempfile.TemporaryFile("w+") as out:
        ended = _run(command, out.fileno(), benchmark.minutes)
        out.seek(0)
        lines = tuple(line.rstrip() for line in out if line.strip())
    return Outcome(benchmark, ended, time.monotonic() - began, _cpu_of_children() - before, lines)


def _run(command: list[str], out: int, minutes: float) -> str:
    """Run a command in a new session, so that all its processes can be killed.

    Return "ok" or a phrase about the failure.
    """
    surroundings = os.environ | {"PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, stdout=out, env=surroundings, start_new_session=True) as process:
        try:
            code = process.wait(minutes * 60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return f"not done after {minutes:g} minutes"
    return "ok" if code == 0 else f"ended with {code}"


def _cpu_of_children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the lines of a Markdown table with a row for each benchmark.

    A row also contains the benchmark's output.
    """
    rows = ["| benchmark | ended | seconds | CPU seconds | figures |", "|---|---|---|---|---|"]
    for outcome in outcomes:
        figures = "<br>".join(line.strip().replace("|", "\\|") for line in outcome.figures)
        name = " ".join((outcome.benchmark.name, *map(_shown, outcome.benchmark.arguments)))
        rows.append(f"| {name} | {outcome.ended} | {outcome.seconds:.0f} | {outcome.cpu:.0f} | {figures} |")
    return rows


def _shown(argument: str) -> str:
    """Return an argument as the table shows it. A path begins at the folder above the project, because the folders
    before it differ between machines.
    """
    return argument.replace(f"{PROJECT.parent}/", "../")


if __name__ == "__main__":
    sys.exit(main())
