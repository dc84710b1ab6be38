"""Another clock for a program that a test starts, by libfaketime."""

from __future__ import annotations

import os
from pathlib import Path

from tests.conftest import require
from tests.sources import PROJECT

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
MENDED = PROJECT / "tests" / "faked"
"""Code that each Python under that library must run first."""


def environment(clock: str = "") -> dict[str, str]:
    """Return variables under which the clock is elsewhere, as "+2h" says; what measures spans goes on as it is.

    Without a clock nothing but the library is there, which FAKETIME_TIMESTAMP_FILE then tells one. Skips the test if
    the library is missing.
    """
    require(LIBRARY is not None, "libfaketime")
    folders = [str(MENDED), *filter(None, [os.environ.get("PYTHONPATH")])]
    faked = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
    faked |= {"PYTHONPATH": os.pathsep.join(folders)}
    return faked | ({"FAKETIME": clock} if clock else {})
