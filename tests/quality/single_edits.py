"""Judges single real edits. Each edit is one difference between the oldest and the newest text of a real service, and
is applied alone to the oldest text.

    python -m tests.quality.single_edits look [--list]
    python -m tests.quality.single_edits kept

`single_edits.jsonl` has the labels of readers who did not see our results. Its edits are named by a digest, because
their texts stay in the shared folder (CLAUSEWATCH_SHARED, or ../shared by default). The edits of the part `look` may be
read: `--list` prints those that are judged wrong. The part `kept` belongs to other services. Nobody has read its edits,
so only its scores are printed. Labels that are not clear are left out.

The texts are from the collections of Open Terms Archive (Open Data Commons Attribution License).
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.quality.validation import SHARED, Row, judged, rows, share

LABELS = Path(__file__).with_name("single_edits.jsonl")
LONGEST = 2_600
"""Maximum number of characters of an edit, both sides together. Longer edits are not single edits."""
LINK = re.compile(r"\(https?:[^)]*\)")
OTHER = re.compile(r"\W+")


class Edit(NamedTuple):
    """One edit of the text of a service: lines of the old text, and the lines in their place."""

    service: str
    old: list[str]
    start: int
    end: int
    new: list[str]

    @property
    def name(self) -> str:
        """The digest by which the labels name the edit."""
        parts = (self.service, str(self.start), "\n".join(self.old[self.start : self.end]), "\n".join(self.new))
        return sha256("\0".join(parts).encode()).hexdigest()[:16]

    @property
    def after(self) -> str:
        """The old text with only this edit."""
        return "\n".join([*self.old[: self.start], *self.new, *self.old[self.end :]])


def main() -> int:
    """Judge one part, and print its scores."""
    parser = argparse.ArgumentParser(description="Judge single real edits.")
    parser.add_argument("part", choices=("look", "kept"))
    parser.add_argument("--list", action="store_true", help="print the edits of `look` that are judged wrong")
    chosen = parser.parse_args()
    labels = {row["edit"]: row for row in rows(LABELS) if row["part"] == chosen.part and row["clear"]}
    found = {edit.name: edit for edit in all_edits() if edit.name in labels}
    with TemporaryDirectory() as folder:
        material = judged([pair(edit, Path(folder)) for edit in found.values()])
    print(scores(labels, material))
    if chosen.list and chosen.part == "look":
        print("\n".join(wrong(found, labels, material)))
    return 0


def all_edits() -> Iterator[Edit]:
    """Yield every edit between the oldest and the newest text of each service that has several texts."""
    texts: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    with lzma.open(SHARED / "corpus" / "policies.jsonl.xz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            texts[row["repo"], row["service"]].append(row)
    for (repository, service), versions in sorted(texts.items()):
        oldest, newest = (choose(versions, key=lambda row: str(row["time"]))["text"] for choose in (min, max))
        yield from edits(f"{repository}/{service}", oldest.split("\n"), newest.split("\n"))


def edits(service: str, old: list[str], new: list[str]) -> Iterator[Edit]:
    """Yield the edits between two texts. If as many lines were replaced as came, each line is an edit."""
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        pieces = [(start, end, first, last)]
        gone = [index for index in range(start, end) if old[index].strip()]
        came = [index for index in range(first, last) if new[index].strip()]
        if tag == "replace" and len(gone) == len(came) > 1:
            pieces = [(one, one + 1, other, other + 1) for one, other in zip(gone, came, strict=True)]
        for i, j, k, m in pieces if tag != "equal" else ():
            edit = Edit(service, old, i, j, new[k:m])
            before, after = "\n".join(old[i:j]), "\n".join(edit.new)
            if telling(before) != telling(after) and len(before) + len(after) <= LONGEST:
                yield edit


def telling(text: str) -> str:
    """Return the words of a text, without the addresses of links."""
    return OTHER.sub(" ", LINK.sub(" ", text)).strip().lower()


def pair(edit: Edit, folder: Path) -> Row:
    """Write both texts of an edit to files, and return the row of the batch."""
    sides = {"before": "\n".join(edit.old), "after": edit.after}
    for side, text in sides.items():
        (folder / f"{edit.name}-{side}.md").write_text(text, encoding="utf-8")
    return {"id": edit.name} | {side: str(folder / f"{edit.name}-{side}.md") for side in sides}


def scores(labels: dict[str, Row], material: dict[str, bool]) -> str:
    """Return the number of edits that were found, with precision and recall."""
    hits = sum(labels[name]["material"] and judgement for name, judgement in material.items())
    alarms, wanted = sum(material.values()), sum(labels[name]["material"] for name in material)
    return f"{len(material)} edits, precision {share(hits, alarms)}, recall {share(hits, wanted)}"


def wrong(found: dict[str, Edit], labels: dict[str, Row], material: dict[str, bool]) -> Iterator[str]:
    """Yield the edits that are judged wrong, with their lines."""
    for name, edit in found.items():
        if material[name] != labels[name]["material"]:
            gone = (f"- {line}" for line in edit.old[edit.start : edit.end])
            came = (f"+ {line}" for line in edit.new)
            kind = "false alarm" if material[name] else "missed"
            yield "\n".join(chain([f"{name} {edit.service}: {kind}"], gone, came))


if __name__ == "__main__":
    sys.exit(main())
