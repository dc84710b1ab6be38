"""Removes the guards in the code of the evidence, the imports and the crawler, one guard at a time.

Each time, a test must fail. Each test copies the sources, removes a guard from the copy, and runs tests there. All
guards are removed only with CLAUSEWATCH_LONG. Otherwise, only two of them are removed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chance import seeded
from tests.guards import GUARDS, Guard
from tests.sources import PROJECT

COPIED = ("archive", "clausewatch", "crawler", "differ", "document", "languages", "notifier", "tests")

REMOVED = GUARDS if os.environ.get("CLAUSEWATCH_LONG") else seeded("guards").sample(GUARDS, 2)


@pytest.mark.parametrize("guard", REMOVED, ids=lambda guard: guard.name)
def test_without_a_guard_a_test_fails(guard: Guard, tmp_path: Path) -> None:
    for name in COPIED:
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "scrapy.cfg"):
        shutil.copy(PROJECT / name, tmp_path)
    source = tmp_path / guard.file
    text = source.read_text(encoding="utf-8")
    assert text.count(guard.written) == 1
    source.write_text(text.replace(guard.written, guard.instead), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", guard.tests, "-k", guard.chosen]
    environment = {name: value for name, value in os.environ.items() if name != "CLAUSEWATCH_LONG"}
    environment["PYTHONPATH"] = str(tmp_path)
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "failed" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_the_code_of_each_guard_occurs_once_in_its_file(guard: Guard) -> None:
    assert (PROJECT / guard.file).read_text(encoding="utf-8").count(guard.written) == 1


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_the_tests_of_each_guard_exist(guard: Guard) -> None:
    names = re.split(" and | or ", guard.chosen)
    text = (PROJECT / guard.tests).read_text(encoding="utf-8")
    assert [name for name in names if name not in text and name not in ("sqlite", "postgresql")] == []
