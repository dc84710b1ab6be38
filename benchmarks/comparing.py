"""Measures the CPU time and memory to compare two texts, and the CPU time to extract a text for comparison.

Run it with `python benchmarks/comparing.py`. The exit code is 1 if a target is missed. The texts are made from sentence
templates, and are the same on every machine. Each measurement has its own process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

POLICY = 60_000
"""Approximate size in characters of the text that is edited."""
REWRITE = 100_000
"""Approximate length in characters of each of two texts that have only the language in common."""
EDITS = 10
ROUNDS = 9
"""Number of rounds. The fastest round counts, because other work on the machine may slow a round down."""

MOST_RATIO = 2.0
MOST_SECONDS = 2.0
MOST_MEGABYTES = 200.0

SUBJECTS = ("our bakers", "the couriers of the guild", "our payment provider", "the night shift", "our landlord")
ACTS = ("receive", "keep", "read", "correct", "delete", "compare", "count")
THINGS = ("your order", "your delivery address", "the notes on allergies", "your email address", "the list of cakes")
REASONS = (
    "to bake in time",
    "for the accounts",
    "where a court order asks for it",
    "with your consent",
    "for marketing",
)
TIMES = ("within 14 days", "every morning", "before each holiday", "as long as the oven is warm", "till Sunday")

PEOPLE = ("each gardener", "a visitor of the orchard", "the beekeeper", "our seed library", "every pruning crew")
DEEDS = ("borrows", "plants", "waters", "labels", "exchanges", "measures", "harvests")
OBJECTS = ("an apple tree", "a row of beans", "the contact form", "a bag of compost", "personal data")
GROUNDS = ("because the soil allows it", "unless frost is near", "if you opt in", "on request", "under the statute")
PLACES = ("behind the greenhouse", "in the lower field", "abroad", "at the gate", "near the old well")


def sentences(*parts: tuple[str, ...]) -> Iterator[str]:
    """Yield sentences in an endless series. Each sentence has a different number, and a different combination of the
    parts.
    """
    for number in count(1):
        words = [part[(number * (place + 2) + number // len(part)) % len(part)] for place, part in enumerate(parts)]
        yield f"{' '.join(words).capitalize()} (case {number})."


def text(size: int, title: str, made: Iterator[str]) -> str:
    """Return a Markdown text of about `size` characters.

    A paragraph has four sentences, and a section has three paragraphs.
    """
    lines, length = [f"# {title}"], 0
    for number in count():
        if number % 3 == 0:
            lines.append(f"## Part {number // 3 + 1} {title}")
        lines.append(" ".join(next(made) for _ in range(4)))
        length += len(lines[-1])
        if length >= size:
            return "\n\n".join(lines)
    raise AssertionError("unreachable")


def html(markdown: str) -> bytes:
    """Return a Markdown text as an HTML page."""
    rows = [
        f"<h{line.count('#')}>{line.lstrip('# ')}</h{line.count('#')}>" if line.startswith("#") else f"<p>{line}</p>"
        for line in markdown.split("\n\n")
    ]
    return f"<html lang=en><body><main>{''.join(rows)}</main></body></html>".encode()


def edited(markdown: str) -> str:
    """Return a text with ten edits in different places: changed words, deleted sentences, new sentences and a moved
    section.
    """
    lines = markdown.split("\n\n")
    step = len(lines) // (EDITS + 1)
    for number in range(1, EDITS):
        place = number * step + (lines[number * step].startswith("#"))
        change = (
            lambda line: line.replace(" your ", " any ", 1),
            lambda line: line.partition(". ")[2],
            lambda line: f"{line} We never share your personal data with advertisers.",
        )[number % 3]
        lines[place] = change(lines[place])
    return "\n\n".join([lines[0], *lines[5:9], *lines[1:5], *lines[9:]])


def fewest(*acts: Callable[[], object]) -> list[float]:
    """Run each function in several rounds. Return the CPU seconds of its fastest round."""
    found: list[list[float]] = [[] for _ in acts]
    for _ in range(ROUNDS):
        for act, seconds in zip(acts, found, strict=True):
            start = process_time()
            act()
            seconds.append(process_time() - start)
    return [min(seconds) for seconds in found]


def forget() -> None:
    """Clear the caches. Otherwise later rounds would have less work."""
    from differ.language.meaning import heading_topics, meaning
    from differ.language.statements import forget_texts
    from differ.language.words import plain, plain_words
    from differ.visits.page_noise import with_token

    forget_texts()
    for remembered in (meaning, heading_topics, plain, plain_words, with_token):
        remembered.cache_clear()


def measure_edits() -> dict[str, float]:
    """Return the CPU seconds to extract a page, the CPU seconds to compare a text with its edited text, and their
    ratio.
    """
    from differ import compare
    from document import read
    from document.model import Page

    before = text(POLICY, "of the bakery", sentences(SUBJECTS, ACTS, THINGS, REASONS, TIMES))
    pages = [Page(html(each), "text/html; charset=utf-8") for each in (before, edited(before))]
    old, new = (read(page).document for page in pages)
    found = compare(old, new)

    def extracting() -> None:
        forget()
        read(pages[1])

    def comparing() -> None:
        forget()
        compare(old, new)

    extract, compared = fewest(extracting, comparing)
    return {
        "bytes": len(pages[0].body),
        "findings": len(found.findings),
        "extracting_seconds": extract,
        "comparing_seconds": compared,
        "ratio": compared / extract,
        "megabytes": megabytes(),
    }


def measure_rewrite() -> dict[str, float]:
    """Return the CPU seconds to compare two texts that have only the language in common."""
    from differ import compare
    from document import read
    from document.model import Page

    before = text(REWRITE, "of the bakery", sentences(SUBJECTS, ACTS, THINGS, REASONS, TIMES))
    after = text(REWRITE, "of the orchard", sentences(PEOPLE, DEEDS, OBJECTS, GROUNDS, PLACES))
    old, new = (read(Page(each.encode(), "text/markdown")).document for each in (before, after))
    compare(old, old)  # this loads the lexicons, which each process loads only once
    forget()
    start = process_time()
    found = compare(old, new)
    return {
        "characters": len(before),
        "findings": len(found.findings),
        "coarse": found.coarse,
        "seconds": process_time() - start,
        "megabytes": megabytes(),
    }


def megabytes() -> float:
    """Return the peak memory of this process in megabytes. Linux reports it in kilobytes."""
    return getrusage(RUSAGE_SELF).ru_maxrss / 1000


MEASURES = {"edits": measure_edits, "rewrite": measure_rewrite}


def in_its_own_process(name: str) -> dict[str, float]:
    """Return the result of a measurement in a separate process. So the peak memory of other measurements is not
    included.
    """
    said = subprocess.run([sys.executable, __file__, name], capture_output=True, check=True, text=True).stdout
    measured: dict[str, float] = json.loads(said)
    return measured


def main() -> int:
    """Print the figures next to their targets. Return 1 if a target is missed."""
    edits, rewrite = in_its_own_process("edits"), in_its_own_process("rewrite")
    targets = [
        (f"comparing {edits['bytes']:.0f} bytes with {EDITS} edits, times extracting", edits["ratio"], MOST_RATIO),
        (f"a rewrite of {rewrite['characters']:.0f} characters, CPU seconds", rewrite["seconds"], MOST_SECONDS),
        ("memory of either, megabytes", max(edits["megabytes"], rewrite["megabytes"]), MOST_MEGABYTES),
    ]
    for what, measured, most in targets:
        print(f"{'ok    ' if measured <= most else 'MISSED'} {what}: {measured:.2f} (target {most:g})")
    print(f"extracting {edits['extracting_seconds']:.3f} s, comparing {edits['comparing_seconds']:.3f} s")
    return int(any(measured > most for _, measured, most in targets))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(MEASURES[sys.argv[1]]()))
    else:
        sys.exit(main())
