"""Gives a program that a test starts another clock, with libfaketime."""

from __future__ import annotations

import os
from pathlib import Path

from tests.conftest import require
from tests.sources import PROJECT

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
MENDED = PROJECT / "tests" / "faked"
"""Code that each Python under that library must run first."""


def environment(clock: str = "") -> dict[str, str]:
    """Return variables that shift the clock, as in "+2h". Clocks that measure durations are not affected.

    Without a clock only the library is loaded, and FAKETIME_TIMESTAMP_FILE can set the clock later. The test is skipped
    if the library is missing.
    """
    require(LIBRARY is not None, "libfaketime")
    folders = [str(MENDED), *filter(None, [os.environ.get("PYTHONPATH")])]
    faked = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
    faked |= {"PYTHONPATH": os.pathsep.join(folders)}
    return faked | ({"FAKETIME": clock} if clock else {})
