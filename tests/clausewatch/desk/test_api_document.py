"""Tests that docs/web-api.md names every operation, and that its examples work at a real desk."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clausewatch.desk.api import ROUTERS
from clausewatch.desk.api.answers import PREFIX
from clausewatch.desk.api.description import described
from clausewatch.desk.failures import DETAILS
from tests.clausewatch.desk.running import Opened
from tests.documents import blocks
from tests.sources import PROJECT

DOCUMENT = PROJECT / "docs/web-api.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_the_document_names_every_operation() -> None:
    document = described([route for router in ROUTERS for route in router.routes])
    written = {f"{PREFIX}{path}" for path in re.findall(r"`(/[\w/{}.-]+)`", TEXT)}
    assert set(document["paths"]) <= written
    for path, methods in document["paths"].items():
        row = next(line for line in TEXT.splitlines() if f"`{path.removeprefix(PREFIX)}`" in line and "|" in line)
        assert all(method.upper() in row for method in methods), path


def test_the_document_names_every_code_of_a_refusal_for_programs() -> None:
    for code in DETAILS.keys() - {"form", "defect"}:  # these codes are for pages, and for faults of the program
        assert f"`{code}`" in TEXT, code


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing")
def test_the_examples_work(desk: Opened, tmp_path: Path) -> None:
    token = desk.token("reviewer", "reviewer")
    commands = [block for block in blocks(DOCUMENT, "sh") if block.startswith("curl")]
    assert len(commands) == 3
    for command in commands:
        lines = command.replace("https://desk.example.org", desk.address).replace(
            "--json", "-H content-type:application/json -d"
        )
        done = subprocess.run(
            ["sh", "-ec", lines],
            env={**os.environ, "TOKEN": token},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, (command, done.stderr)
    assert '"policies"' in (tmp_path / "policies.json").read_text(encoding="utf-8")
