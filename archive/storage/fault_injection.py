"""Defines points in the program at which a test can kill the process, to check the state after a crash. Outside of such
a test, the points do nothing. With `CLAUSEWATCH_FAULT_POINTS=FILE`, each reached point adds a line to the file. The
line contains the time in seconds on the monotonic clock, and the point's name. With `CLAUSEWATCH_FAULT_POINTS=FILE:K`,
the process is killed at the K-th point.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

VARIABLE = "CLAUSEWATCH_FAULT_POINTS"


def reach(point: str) -> None:
    """Record that the program reached a point, if a test wants this. Kill the process if the test chose this point."""
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
