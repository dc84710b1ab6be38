"""Chance that repeats: tests draw the same at random each time, unless CLAUSEWATCH_SEED asks for another draw."""

from __future__ import annotations

import os
from random import Random

DRAW = int(os.environ.get("CLAUSEWATCH_SEED") or 0)
"""The number of the draw; 0 for the usual one."""


def seeded(seed: int | str) -> Random:
    """Return a generator with this seed, or in another draw with another one."""
    return Random(f"{seed} in draw {DRAW}" if DRAW else seed)  # noqa: S311 - not for secrets
