"""Named points at which a test kills this process, to check the state after a crash. Without such a test it does
nothing.

`CLAUSEWATCH_FAULT_POINTS=FILE` writes each reached point to a file, one on a line: seconds of the monotonic clock, and
the point's name. `FILE:K` kills the process at the K-th point.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

VARIABLE = "CLAUSEWATCH_FAULT_POINTS"


def reach(point: str) -> None:
    """Record that a point is reached if a test asks for that. Kill the process if the test chose this point."""
    asked = os.environ.get(VARIABLE)
    if asked is None:
        return
    name, _, last = asked.partition(":")
    with Path(name).open("a+", encoding="utf-8") as file:
        file.write(f"{time.monotonic()} {point}\n")
        file.flush()
        file.seek(0)
        if last and len(file.readlines()) >= int(last):
            os.kill(os.getpid(), signal.SIGKILL)
