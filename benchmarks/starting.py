"""Measures the CPU time of commands that have nothing to do, with 1 and with many policies.

    python benchmarks/starting.py [--policies 10000] [--peers FOLDER]

All policies were checked a moment ago, so nothing is due. The commands run in turn, so that other load on the machine
affects all of them. The result for each command is the median of its runs. `--peers` names the folder of an environment
with urlwatch. The benchmark then runs `urlwatch --help` too, and fails if an idle `run` or `status --check` needs more
CPU time. Without `--peers`, it fails if one of them needs more than twice the CPU time of `clausewatch --help`. It also
fails if 10,000 policies need more than 1.3 times as much as one policy.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from archive.recording.policies import mark_tried, synchronise
from archive.storage.database import open_archive
from benchmarks.crawling import addresses, adopt_orphans, configure, cpu_seconds
from clausewatch.config import load

OURS = [sys.executable, "-m", "clausewatch"]
IDLE: dict[str, list[str]] = {"run": ["run"], "status --check": ["status", "--check"]}
ROUNDS = 7
GROWTH = 1.3
TIMES_HELP = 2.0


def at_rest(folder: Path, policies: int) -> None:
    """Make an archive whose policies were checked a moment ago, and run until nothing is left to do."""
    configure(folder, addresses(["http://127.0.0.1:9"], policies))
    configuration = load(folder / "clausewatch.toml")
    now = datetime.now(UTC)
    with open_archive(configuration.database) as archive:
        synchronise(archive, configuration.policies, now)
        mark_tried(archive, [policy.name for policy in configuration.policies], now)
    for _ in range(2):
        said = subprocess.run([*OURS, "run"], cwd=folder, capture_output=True, text=True, check=True).stdout
        assert f"No policy is due, of {policies} watched" in said, said


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=10_000, help="(10000)")
    parser.add_argument("--peers", type=Path, help="the folder of urlwatch")
    asked = parser.parse_args()
    adopt_orphans()
    with tempfile.TemporaryDirectory() as name:
        folders = {number: Path(name) / str(number) for number in (1, asked.policies)}
        for number, folder in folders.items():
            folder.mkdir()
            at_rest(folder, number)
        commands = {
            (words, number): ([*OURS, *arguments], folder)
            for words, arguments in IDLE.items()
            for number, folder in folders.items()
        }
        commands["clausewatch --help", 0] = [*OURS, "--help"], folders[1]
        if asked.peers is not None:
            commands["urlwatch --help", 0] = [str(asked.peers / "urlwatch"), "--help"], folders[1]
        rounds = [{key: cpu_seconds(*command)[0] for key, command in commands.items()} for _ in range(ROUNDS)]
    medians = {key: statistics.median(seconds[key] for seconds in rounds) for key in commands}
    for (words, number), seconds in medians.items():
        print(f"{words:20} {f'{number} policies' if number else '':16} {seconds * 1000:7.0f} CPU ms")
    help_, times = medians["clausewatch --help", 0], TIMES_HELP
    if asked.peers is not None:
        help_, times = medians["urlwatch --help", 0], 1.0
    idle = [(medians[words, 1], medians[words, asked.policies]) for words in IDLE]
    print(f"at most {max(map(max, idle)) / help_:.2f} times `--help`; grows {max(b / a for a, b in idle):.2f} times")
    sys.exit(any(max(pair) > times * help_ or pair[1] > GROWTH * pair[0] for pair in idle))


if __name__ == "__main__":
    main()
