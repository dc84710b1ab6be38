"""Tests that systemd accepts the units in the documentation."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import require
from tests.sources import PROJECT

UNIT = re.compile(r"```ini\n# (?P<path>\S+)\n(?P<text>.*?)```", re.DOTALL)


def test_the_units_in_the_documentation_are_valid(tmp_path: Path) -> None:
    require(shutil.which("systemd-analyze") is not None, "systemd-analyze, of the Debian package systemd")
    text = (PROJECT / "docs" / "alerts.md").read_text(encoding="utf-8")
    units = {Path(found["path"]).name: found["text"] for found in UNIT.finditer(text)}
    names = ["clausewatch.service", "clausewatch.timer", "clausewatch-check.service", "clausewatch-check.timer"]
    assert list(units) == names
    for name, unit in units.items():
        # The programs and users in the document do not exist on this machine.
        here = unit.replace("/usr/local/bin/clausewatch", sys.executable).replace("User=clausewatch", "User=root")
        (tmp_path / name).write_text(here)
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in names)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    ours = [line for line in result.stderr.splitlines() if "clausewatch" in line]
    assert (result.returncode, ours) == (0, []), result.stderr
