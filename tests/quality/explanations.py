"""Draws edits and their explanations at random, for readers who see only the two texts and the explanation.

Run `python -m tests.quality.explanations FOLDER`. It writes `en.txt` and `id.txt`. Each has forty edits: the text
before, the text after, and the explanations. A second argument sets the seed of the draw. The English edits are from
the labelled changes that may be looked at, in the shared folder (CLAUSEWATCH_SHARED). The Indonesian edits are our
own, from `tests/differ/sentences`.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random

from differ import compare
from differ.model import Comparison, Finding, reasons_in
from document import read
from document.model import ExtractionOptions, Page
from tests.chance import seeded
from tests.differ.policies import SENTENCES, compared, policy
from tests.quality.validation import SHARED, Row, rows

SEED = 20261130
DRAWN = 40
ROWS = 60
"""Number of labelled changes from which the English edits are drawn."""
LONGEST = 900
"""Maximum length, in characters, of a text that a reader gets."""
Edit = tuple[str, str, str]
"""A text before, a text after, and the explanations of the edit."""


def main(folder: Path, seed: int = SEED) -> None:
    """Write the drawn edits to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for language, edits in (("en", list(english(seeded(seed)))), ("id", list(indonesian()))):
        drawn = seeded(seed).sample(edits, min(DRAWN, len(edits)))
        parts = [f"{number}\nBEFORE: {before or '(nothing)'}\nAFTER: {after or '(nothing)'}\nSENTENCE: {said}\n"
                 for number, (before, after, said) in enumerate(drawn, start=1)]  # fmt: skip
        (folder / f"{language}.txt").write_text("\n".join(parts), encoding="utf-8")


def english(chance: Random) -> Iterator[Edit]:
    """Yield the material edits of some labelled changes."""
    labels = {row["id"]: row for row in rows(SHARED / "changes2" / "labels.jsonl") if row["part"] == "look"}
    pairs = [row for row in rows(SHARED / "changes2" / "pairs.jsonl") if is_english(labels.get(row["id"]))]
    for row in chance.sample(pairs, min(ROWS, len(pairs))):
        before, after = (
            read(Page((SHARED / "changes2" / row[side]).read_bytes(), "text/markdown"), ExtractionOptions()).document
            for side in ("before", "after")
        )
        yield from explained(compare(before, after), "en")


def is_english(label: Row | None) -> bool:
    """Whether a change may be looked at and is in English."""
    return label is not None and label["language"] == "en" and bool(label["material"])


def indonesian() -> Iterator[Edit]:
    """Yield our own material edits in Indonesian."""
    for name in ("edits", "edits_later"):
        table = tomllib.loads((SENTENCES / f"{name}.toml").read_text(encoding="utf-8"))["id"]
        for under, before, after in table["material"]:
            yield from explained(compared(policy("id", before, under), policy("id", after, under), "id"), "id")


def explained(comparison: Comparison, language: str) -> Iterator[Edit]:
    """Yield each material edit of a comparison once, with all its explanations."""
    by_edit: dict[tuple[str, str], list[Finding]] = {}
    for finding in comparison.findings:
        if finding.material and max(len(finding.before), len(finding.after)) <= LONGEST:
            by_edit.setdefault((finding.before, finding.after), []).append(finding)
    for (before, after), findings in by_edit.items():
        yield before, after, json.dumps(reasons_in(findings, language), ensure_ascii=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
