"""Removes the guards in the code of the evidence, the imports and the crawler, one guard at a time.

Without a guard, a test must fail. Each test copies the sources, removes a guard from the copy, and runs tests there.
These tests run only with CLAUSEWATCH_LONG.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import KW_ONLY, dataclass
from pathlib import Path

import pytest

from tests.sources import PROJECT

COPIED = ("archive", "clausewatch", "crawler", "differ", "document", "languages", "notifier", "tests")


@dataclass(frozen=True, slots=True)
class Guard:
    """The code of a guard, the code that replaces it, and the tests that must then fail."""

    name: str
    file: str
    written: str
    instead: str
    _: KW_ONLY
    tests: str
    chosen: str = ""
    """An expression for `pytest -k` that selects tests. If it is empty, all tests of the file run."""


EXPORTS, IMPORTS = "tests/clausewatch/exports/", "tests/clausewatch/imports/"
DATABASE = "tests/archive/evidence/test_database_verification.py"

GUARDS = (
    Guard(
        "YAML aliases",
        "clausewatch/imports/urlwatch.py",
        "isinstance(event, yaml.AliasEvent)",
        "False",
        tests=f"{IMPORTS}test_hostile_lists.py",
        chosen="alias",
    ),
    Guard(
        "depth of JSON",
        "clausewatch/imports/nesting.py",
        "        if depth > DEEPEST:",
        "        if False:",
        tests=f"{IMPORTS}test_hostile_lists.py",
        chosen="nested",
    ),
    Guard(
        "rows of the zip and their entries",
        "clausewatch/exports/check.py",
        'def require(holds: bool, what: str) -> None:\n    """',
        'def require(holds: bool, what: str) -> None:\n    return\n    """',
        tests=f"{EXPORTS}test_altered_evidence.py",
    ),
    Guard(
        "the schema",
        "archive/evidence/database_verification.py",
        "        yield from _sqlite_schema(connection)\n",
        "",
        tests=DATABASE,
        chosen="sqlite",
    ),
    Guard(
        "the database's own check",
        "archive/evidence/database_verification.py",
        "        yield from _sqlite_pages(connection)\n",
        "",
        tests=DATABASE,
        chosen="sqlite",
    ),
    Guard(
        "searched sections",
        "archive/evidence/content_verification.py",
        "        yield from self._searched(text, document)\n",
        "",
        tests=DATABASE,
        chosen="sqlite",
    ),
    Guard(
        "a sealed row",
        "archive/evidence/verification.py",
        "hashlib.sha256(content).hexdigest() == sealed.pop(row_id)",
        "sealed.pop(row_id)",
        tests="tests/clausewatch/questions/test_verify.py",
    ),
    Guard(
        "an entry after a kept head",
        "archive/evidence/verification.py",
        "_previous=begin.hash, _sequence",
        "_previous=None, _sequence",
        tests="tests/clausewatch/questions/test_verify.py",
    ),
    Guard(
        "a row that comes back different",
        "archive/storage/sealing.py",
        "            if stored[name] != value and not removed:",
        "            if False:",
        tests=DATABASE,
    ),
    Guard(
        "lines of a list of heads",
        "clausewatch/operation/head_list.py",
        '    if facts["previous"] != previous:',
        "    if False:",
        tests="tests/clausewatch/operation/test_head_list.py",
    ),
    Guard(
        "signatures of heads",
        "clausewatch/operation/head_list.py",
        "    if key is not None and not _is_signed(dict(facts), key):",
        "    if False:",
        tests="tests/clausewatch/operation/test_head_list.py",
    ),
    Guard(
        "values of cookies",
        "archive/evidence/warc.py",
        'if name.lower() == "set-cookie" and not cookies:',
        "if False:",
        tests=f"{EXPORTS}test_web_archives.py",
        chosen="cookie",
    ),
    Guard(
        "records of redirects",
        "archive/evidence/warc.py",
        "        for status, url, to in page.redirects:",
        "        for status, url, to in ():",
        tests=f"{EXPORTS}test_web_archives.py",
        chosen="redirect",
    ),
    Guard(
        "formulas after a semicolon",
        "clausewatch/exports/csv_export.py",
        '    text = AFTER_SEPARATOR.sub(r"\\1\'", text)\n',
        "",
        tests=f"{EXPORTS}test_export.py",
    ),
    Guard(
        "who may read",
        "archive/permissions.py",
        "PRIVATE = 0o600",
        "PRIVATE = 0o644",
        tests="tests/archive/upkeep/test_upkeep.py",
    ),
    Guard(
        "passwords in a query",
        "archive/masking.py",
        '_TELLING.sub(rf"\\g<1>{MASK}", _USERINFO.sub(_without_password, url))',
        "_USERINFO.sub(_without_password, url)",
        tests="tests/archive/upkeep/test_upkeep.py",
    ),
    Guard(
        "what a page sends to an intranet",
        "crawler/network/download.py",
        '        if request.method == "GET":',
        "        if True:",
        tests="tests/crawler/middlewares/test_rendering.py",
        chosen="send_nothing",
    ),
    Guard(
        "a host that was opened",
        "crawler/network/address_guard.py",
        "        if key in self._opened:",
        "        if False:",
        tests="tests/crawler/network/test_address_guard.py",
        chosen="private_address_was_allowed",
    ),
)


@pytest.mark.skipif(not os.environ.get("CLAUSEWATCH_LONG"), reason="long: see CLAUSEWATCH_LONG")
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
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
