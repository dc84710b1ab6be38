"""Real policies can be read within the default limits of a worker. No visit ends with `refused-limit`."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path

from crawler.visits.workers import ORDINARY_MEMORY
from tests.quality.workers import visited

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
LARGEST = 1
"""Number of histories of each set that are visited without CLAUSEWATCH_LONG. The largest histories are chosen."""


def pairs(folder: Path) -> Iterator[tuple[bytes, ...]]:
    """Yield the texts before and after each change of a set."""
    rows = map(json.loads, (folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines())
    for row in rows:
        yield tuple((folder / row[side]).read_bytes() for side in ("before", "after"))


def newest(shared: Path) -> Iterator[tuple[bytes, ...]]:
    """Yield the newest text of each service of the corpus."""
    texts: dict[tuple[str, str], tuple[int, str]] = {}
    with lzma.open(shared / "corpus" / "policies.jsonl.xz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            service, text = (row["repo"], row["service"]), (int(row["time"]), row["text"])
            texts[service] = max(texts.get(service, text), text)
    yield from ((text.encode(),) for _, text in texts.values())


def test_no_real_policy_needs_more_memory_than_a_worker_has(shared: Path) -> None:
    """With CLAUSEWATCH_LONG, all texts are visited. The output shows only sizes and memory, because nobody may see
    the validation texts."""
    sets = {
        "changes": list(pairs(shared / "changes")),
        "changes2": list(pairs(shared / "changes2")),
        "corpus": list(newest(shared)),
    }
    for name, histories in sets.items():
        largest = sorted(histories, key=lambda texts: sum(map(len, texts)), reverse=True)
        outcomes = list(visited(histories if LONG else largest[:LARGEST]))
        memory = [outcome.memory for outcome in outcomes]
        beyond = sum(peak > ORDINARY_MEMORY for peak in memory)
        print(
            f"{name}: {len(outcomes)} visits, the largest text {max(outcome.size for outcome in outcomes):,} bytes; "
            f"peak {max(memory) / 1e6:.0f} MB, median {sorted(memory)[len(memory) // 2] / 1e6:.0f} MB, "
            f"{beyond} read alone for their memory"
        )
        assert [outcome.limit for outcome in outcomes if outcome.limit] == []
        assert min(memory) > 0
