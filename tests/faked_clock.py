"""Gives a program that a test starts a shifted clock, by means of the library libfaketime."""

from __future__ import annotations

import os
from pathlib import Path

from tests.conftest import require
from tests.sources import PROJECT

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
MENDED = PROJECT / "tests" / "faked"
"""Folder of a module that each Python process with this library must import first."""


def environment(clock: str = "") -> dict[str, str]:
    """Return environment variables that shift the clock of a program.

    An example of `clock` is "+2h". Clocks that measure durations are not shifted. If `clock` is empty, the library is
    only loaded, and FAKETIME_TIMESTAMP_FILE can set the clock later. If the library is missing, the test is skipped.
    """
    require(LIBRARY is not None, "libfaketime")
    folders = [str(MENDED), *filter(None, [os.environ.get("PYTHONPATH")])]
    faked = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
    # With this workaround for old C libraries, which Debian turns on, a waiting thread keeps a processor busy.
    faked |= {"FAKETIME_FORCE_MONOTONIC_FIX": "0", "PYTHONPATH": os.pathsep.join(folders)}
    return faked | ({"FAKETIME": clock} if clock else {})
