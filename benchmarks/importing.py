"""Measures the time to import an Open Terms Archive repository, and the time to judge its changes.

    python benchmarks/importing.py [--versions 2000] [--services 4]

The benchmark makes a repository of invented services. Each version changes a sentence. Every tenth version is a
technical commit instead.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.clausewatch.recorded import Commit, repository

FIRST = datetime(2015, 1, 1, 6, 0, tzinfo=UTC)

TOPICS = ("bookings", "letters", "photographs", "payments", "addresses", "birthdays", "tickets", "calls", "visits")
READERS = ("our crew", "the harbour office", "our printer", "the bank", "a courier", "our insurer", "the museum")


def policy(chance: random.Random, sections: int) -> list[str]:
    """Return the headings and paragraphs of a policy of about 20 kB."""
    lines = ["# Privacy notice"]
    for number in range(sections):
        lines.append(f"## {number + 1}. About your {chance.choice(TOPICS)}")
        lines.extend(
            f"We use your {chance.choice(TOPICS)} to serve you better on route {chance.randrange(999)}, and we "
            f"share your personal data with {chance.choice(READERS)} and with {chance.choice(READERS)} only where "
            f"that is needed. You can ask us to erase your {chance.choice(TOPICS)} within {chance.randrange(90)} "
            "days, free of charge, by writing to the desk that is named at the end of this notice."
            for _ in range(4)
        )
    return lines


def history(service: str, versions: int, seed: int) -> Iterator[Commit]:
    """Yield the commits of one service's policy. There is a commit every second day."""
    chance = random.Random(seed)  # noqa: S311 - words of no meaning
    lines = policy(chance, 14)
    for number in range(versions):
        technical = number % 10 == 9
        if technical:
            lines.append(f"[Top {number}](https://example.org/{number})")
        elif number:
            place = chance.randrange(2, len(lines))
            lines[place] += f" We keep it for {number} days." if number % 2 else f" See {number}."
        verb = "Apply technical or declaration upgrade on" if technical else "Record new changes of"
        at = FIRST + timedelta(days=2 * number, seconds=seed)
        yield Commit(at, f"{service}/Privacy Policy.md", "\n\n".join(lines), f"{verb} {service} Privacy Policy")


def main() -> None:
    """Run the benchmark, and print the seconds of each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", type=int, default=2_000)
    parser.add_argument("--services", type=int, default=4)
    asked = parser.parse_args()
    names = [f"Service {number}" for number in range(asked.services)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commits = [
            each for seed, service in enumerate(names) for each in history(service, asked.versions // len(names), seed)
        ]
        repository(folder / "versions", sorted(commits))
        print(f"{len(commits)} versions of {len(names)} policies, {sum(len(each.text) for each in commits):,} bytes")
        (folder / "clausewatch.toml").write_text(
            'database = "sqlite:///watch.db"\n[crawl]\ncontact = "a@example.org"\n'
        )
        services = [word for service in names for word in ("--service", service)]
        for step, words in (("stored", ["--skip-judging"]), ("judged", [])):
            wall, cpu = time.monotonic(), _cpu()
            command = [sys.executable, "-m", "clausewatch", "--config", str(folder / "clausewatch.toml"), "import"]
            subprocess.run([*command, "opentermsarchive", str(folder / "versions"), *services, *words], check=True)
            print(f"{step} in {time.monotonic() - wall:.1f} s, {_cpu() - cpu:.1f} CPU s")
        print(f"archive: {(folder / 'watch.db').stat().st_size:,} bytes")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
