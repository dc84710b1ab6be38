"""Named points at which a test kills this process, to check the state after a crash. Outside such a test, the points do
nothing. With `CLAUSEWATCH_FAULT_POINTS=FILE`, a line is written to the file for each reached point. It has the seconds
of the monotonic clock, and the name of the point. With `FILE:K`, the process is killed at the K-th point."""

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
