"""Named points at which a test kills this process, to see what a crash there leaves. Outside of such a test, nothing
happens.

`CLAUSEWATCH_FAULT_POINTS=FILE` writes each point that is reached to a file, a line each: seconds of the clock that only
goes forward, and the point's name. `FILE:K` kills the process at the K-th point.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

VARIABLE = "CLAUSEWATCH_FAULT_POINTS"


def reach(point: str) -> None:
    """Note that a point is reached, if a test asks for it; kill the process if the test asks for that point."""
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
