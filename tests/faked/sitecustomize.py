"""Replaces `time.sleep` in every Python process that a test starts under libfaketime.

Python's `time.sleep` calls clock_nanosleep, which fails under libfaketime 0.9.10. The replacement waits with a
different call.
"""

import select
import time
from typing import Any


def sleep(seconds: Any) -> None:
    """Wait."""
    select.select((), (), (), seconds)


time.sleep = sleep
