"""The names that a mistyped one may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three known names most like `name`, best first, without regard to upper and lower case."""
    folded: dict[str, str] = {}
    for each in known:
        folded.setdefault(each.casefold(), each)
    return tuple(folded[near] for near in get_close_matches(name.casefold(), folded, n=3, cutoff=0.5))
