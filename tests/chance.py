"""Makes random values that are the same in each run of the tests.

A different CLAUSEWATCH_SEED gives different values.
"""

from __future__ import annotations

import os
from random import Random

DRAW = int(os.environ.get("CLAUSEWATCH_SEED") or 0)
"""The value of CLAUSEWATCH_SEED, by default 0. It selects the random values."""


def seeded(seed: int | str) -> Random:
    """Return a generator of random values for this seed. Its values also depend on `DRAW`."""
    return Random(f"{seed} in draw {DRAW}" if DRAW else seed)  # noqa: S311 - not for secrets
