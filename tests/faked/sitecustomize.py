"""Read by every Python that a test starts under libfaketime, whose version 0.9.10 makes clock_nanosleep fail.

`time.sleep` is built on that call; it waits by another one here.
"""

import select
import time
from typing import Any


def sleep(seconds: Any) -> None:
    """Wait."""
    select.select((), (), (), seconds)


time.sleep = sleep
