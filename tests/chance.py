"""Makes random values that repeat. All runs draw the same values, unless CLAUSEWATCH_SEED asks for others."""

from __future__ import annotations

import os
from random import Random

DRAW = int(os.environ.get("CLAUSEWATCH_SEED") or 0)
"""The number of the draw; 0 by default."""


def seeded(seed: int | str) -> Random:
    """Return a generator for this seed. Another draw gives another generator."""
    return Random(f"{seed} in draw {DRAW}" if DRAW else seed)  # noqa: S311 - not for secrets
