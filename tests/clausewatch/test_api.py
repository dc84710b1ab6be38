"""Tests the functions that `import clausewatch` offers, and the examples in docs/python.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import clausewatch
from archive.errors import StorageError
from clausewatch.errors import ClausewatchError
from tests.archive.visits import START
from tests.clausewatch.watched import watched
from tests.documents import blocks
from tests.sources import PROJECT

EXAMPLES = blocks(PROJECT / "docs/python.md", "python")
POLICIES = PROJECT / "tests/policies"


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_in_the_document_runs_unchanged(tmp_path: Path, number: int) -> None:
    watched(tmp_path)
    for page in POLICIES.glob("cloakroom*"):
        (tmp_path / page.name).write_bytes(page.read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", EXAMPLES[number]],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_importing_the_package_loads_no_other_library() -> None:
    program = "import sys, clausewatch; print({'scrapy', 'sqlalchemy', 'bs4', 'pydantic'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_name_that_is_not_offered_does_not_exist() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'run'"):
        _ = clausewatch.run
    assert all(hasattr(clausewatch, name) for name in clausewatch.__all__)


def test_a_page_that_is_not_a_policy_gives_a_reason() -> None:
    reading = clausewatch.read(POLICIES / "sign-in.html")
    assert not reading.is_policy
    assert reading.reason == "login"
    judgement = clausewatch.compare(POLICIES / "cloakroom.html", POLICIES / "sign-in.html")
    assert (judgement.comparable, judgement.reason, judgement.material) == (False, "login", False)


def test_an_edit_is_judged_as_the_command_judges_it() -> None:
    judgement = clausewatch.compare(POLICIES / "cloakroom.md", POLICIES / "cloakroom-edited.md")
    assert judgement.comparable
    assert judgement.changed
    assert judgement.material
    assert judgement.findings
    same = clausewatch.compare(POLICIES / "cloakroom.md", POLICIES / "cloakroom.md")
    assert (same.comparable, same.changed, same.findings) == (True, False, ())


def test_questions_do_not_change_an_archive(tmp_path: Path) -> None:
    watched(tmp_path)
    file = tmp_path / "watch.db"
    before = file.read_bytes()
    with clausewatch.open_archive(f"sqlite:///{file}") as archive:
        assert archive.policies() == ("Teahouse",)
        assert [version.number for version in archive.versions("Teahouse")] == [1, 2]
        first = archive.version("Teahouse", START)
        assert first.number == 1
        assert archive.text(first).sections
        assert archive.search("orders")
        assert archive.policies_without("portability") in ((), ("Teahouse",))
    assert file.read_bytes() == before


def test_an_archive_that_cannot_be_opened_raises_its_own_error(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match="there is no archive"),
        clausewatch.open_archive(f"sqlite:///{tmp_path}/no.db"),
    ):
        pass
    with pytest.raises(ClausewatchError, match="cannot be read"):
        clausewatch.read(tmp_path / "missing.html")
