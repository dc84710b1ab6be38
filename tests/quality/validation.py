"""Judges real changes that nobody has seen. Prints only the scores, and logs the scores and the commit in
docs/figures.md.

`make validation` runs this module outside CI, and only once for each commit. If the changes were used repeatedly,
the rules would be fitted to them. Only the part `validation` of `changes2` and `corpus/returns` is read. Both are in
the shared folder (CLAUSEWATCH_SHARED, or ../shared by default). The output never has an ID, a text or a reason.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import takewhile
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CLAUSEWATCH_SHARED") or PROJECT.parent / "shared")
FIGURES = PROJECT / "docs" / "figures.md"
HEAD = """
## Validation

These are real changes that nobody looked at while writing rules. `make validation` judges them, once for each commit.
Intervals are 95 % (Wilson). The texts of `returns` disappeared and came back within 14 days, so each alarm about them
is a false alarm.

| commit | day | set | rows | precision | recall | quiet rows that alarm |
|---|---|---|---|---|---|---|
"""
LOGGED = re.compile(r"^\| (\w{12}) \|", re.MULTILINE)
Row = dict[str, Any]


def main() -> int:
    """Run the validation. If it cannot run, print the reason and return 2."""
    commit = git("rev-parse", "--short=12", "HEAD")
    if git("status", "--porcelain", "--untracked-files=no"):
        print("There are changes that are not committed: figures belong to a commit.")
        return 2
    if not SHARED.is_dir():
        print(f"The labelled changes are missing ({SHARED}); set CLAUSEWATCH_SHARED.")
        return 2
    if earlier := next(filter(judges_alike, LOGGED.findall(FIGURES.read_text(encoding="utf-8"))), None):
        print(f"Commit {earlier} judges as this one does; its figures are in {FIGURES.relative_to(PROJECT)}.")
        return 2
    lines = list(table(commit))
    print("\n".join(lines))
    FIGURES.write_text(logged(FIGURES.read_text(encoding="utf-8"), lines), encoding="utf-8")
    return 0


def logged(text: str, lines: Iterable[str]) -> str:
    """Return the text of docs/figures.md with new rows at the end of the log."""
    if HEAD.strip() not in text:
        text = text.rstrip("\n") + "\n" + HEAD
    before, heading, after = text.partition(HEAD.strip() + "\n")
    old = list(takewhile(lambda line: line.startswith("|"), after.splitlines(keepends=True)))
    return before + heading + "".join([*old, *(f"{line}\n" for line in lines)]) + after[len("".join(old)) :]


def judges_alike(commit: str) -> bool:
    """Return True if nothing that affects the judgement has changed since a commit."""
    command = ["git", "diff", "--quiet", commit, "HEAD", "--", "differ", "document"]
    return subprocess.run(command, cwd=PROJECT, check=False, capture_output=True).returncode == 0


def git(*arguments: str) -> str:
    """Run git in the project, and return the output."""
    return subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, check=True, text=True).stdout.strip()


def table(commit: str) -> Iterator[str]:
    """Yield the new rows of the log."""
    day = datetime.now(UTC).date().isoformat()
    labels = [row for row in rows(SHARED / "changes2" / "labels.jsonl") if row["part"] == "validation"]
    clear = [row for row in labels if not row["borderline"] and row["confidence"] != "low"]
    wanted = {row["id"] for row in clear}
    pairs = [row for row in rows(SHARED / "changes2" / "pairs.jsonl") if row["id"] in wanted]
    for row in pairs:
        row |= {side: str(SHARED / "changes2" / row[side]) for side in ("before", "after")}
    material = judged(pairs)
    for name, part in (("changes2", clear), ("changes2, ota", [row for row in clear if row["source"] == "ota"])):
        yield f"| {commit} | {day} | {name} | {scored(part, material)} |"
    with TemporaryDirectory() as folder:
        back = list(returns(Path(folder)))
        alarms = sum(judged(back).values())
    yield f"| {commit} | {day} | returns | {len(back)} | – | – | {alarms} ({alarms / len(back):.1%}) |"


def rows(path: Path) -> list[Row]:
    """Return the rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def judged(pairs: list[Row]) -> dict[str, bool]:
    """Return for each pair, by its ID, whether the command `clausewatch compare` judges it material."""
    with TemporaryDirectory() as folder:
        batch = Path(folder) / "pairs.jsonl"
        batch.write_text("".join(json.dumps(row) + "\n" for row in pairs), encoding="utf-8")
        command = [sys.executable, "-m", "clausewatch", "compare", "--batch", str(batch)]
        answers = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True, text=True).stdout
    return {str(row["id"]): bool(row["material"]) for row in map(json.loads, answers.splitlines())}


def returns(folder: Path) -> Iterator[Row]:
    """Write the texts that disappeared and returned to files. Yield a row with the file names of each pair."""
    with lzma.open(SHARED / "corpus" / "returns.jsonl.xz", "rt", encoding="utf-8") as lines:
        kept = [row for row in map(json.loads, lines) if row["part"] == "validation"]
    for number, row in enumerate(kept):
        for side in ("before", "after"):
            (folder / f"{number}-{side}.md").write_text(row[side], encoding="utf-8")
        yield {"id": str(number)} | {side: str(folder / f"{number}-{side}.md") for side in ("before", "after")}


def scored(labels: list[Row], material: dict[str, bool]) -> str:
    """Return the cells of the log for these rows: their number, precision, recall and false alarms."""
    hits = sum(row["material"] and material[row["id"]] for row in labels)
    alarms = sum(material[row["id"]] for row in labels)
    wanted = sum(row["material"] for row in labels)
    quiet = [row for row in labels if row["noise"] or row["cosmetic"]]
    loud = sum(material[row["id"]] for row in quiet)
    return f"{len(labels)} | {share(hits, alarms)} | {share(hits, wanted)} | {loud} of {len(quiet)}"


def share(part: int, whole: int) -> str:
    """Return a share and its 95 % confidence interval (Wilson)."""
    if not whole:
        return "–"
    z, p = 1.96, part / whole
    centre, spread = p + z * z / (2 * whole), z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    low, high = ((centre + sign * spread) / (1 + z * z / whole) for sign in (-1, 1))
    return f"{p:.2f} [{low:.2f}–{high:.2f}]"


if __name__ == "__main__":
    sys.exit(main())
