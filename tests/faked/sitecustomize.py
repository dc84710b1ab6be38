"""Loaded by every Python that a test starts under libfaketime, whose version 0.9.10 makes clock_nanosleep fail.

`time.sleep` uses that call. Here it waits with another one.
"""

import select
import time
from typing import Any


def sleep(seconds: Any) -> None:
    """Wait."""
    select.select((), (), (), seconds)


time.sleep = sleep
