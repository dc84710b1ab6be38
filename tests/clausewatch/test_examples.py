"""Tests the examples in documents and help texts. All examples are parsed. Most examples are also run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from archive.model import AssessedFetch, Policy
from archive.recording.recorder import record
from clausewatch.cli import main
from clausewatch.cli.context import CommandContext
from differ import compare
from differ.visits.assessment import Assessment
from document import read
from document.model import Document, ExtractionOptions
from tests.archive.visits import fetched, watch
from tests.clausewatch.promising import ENGLISH, INDONESIAN, WIDER, page
from tests.clausewatch.watched import call, configured, opened
from tests.commands_page import PAGE
from tests.documents import DOCUMENTS, TUTORIALS, resolved, shell_lines

FIRST = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)
NAMES = ("Kenalan", "Teahouse")
OPTIONS = ExtractionOptions(languages=("en", "id"))

CONFIGURATION = 'database = "sqlite:///watch.db"\n[evidence]\nkeep_bodies = "730d"\n' + "".join(
    f'[[policy]]\nname = "{name}"\nurl = "https://{name.lower()}.example/privacy"\nlanguages = ["en", "id"]\n'
    'tags = ["vendor", "indonesia"]\n'
    for name in NAMES
)

TEXTS = (
    ENGLISH + INDONESIAN,
    ENGLISH + WIDER,
    ENGLISH.replace("14 days", "30 days") + WIDER,
    ENGLISH.replace("service providers", "service providers and advertising partners") + WIDER,
    ENGLISH.replace("service providers", "advertising partners, and sell it to third parties,") + WIDER,
    ENGLISH.replace("free of\ncharge", "for a fee") + WIDER,
)

REACHES_OUT = ("demo", "doctor", "find", "init", "notify", "run", "serve")
"""Commands that write outside the folder, that contact a site or a mail server, or that run until they are stopped.
Examples with these commands are only parsed.
"""
NEEDS = (
    ("desk", "person", "link"),
    ("desk", "person", "remove"),
    ("desk", "token", "add"),
    ("review", "17"),
    ("review", "204"),
    ("review", "3f9c2a7be01d4458"),
    ("verify", "--head"),
    ("verify", "--heads"),
    ("verify", "--since"),
    ("import",),
    ("archive", "move"),
    ("archive", "restore"),
    ("compare",),
)
"""Beginnings of the examples that need the reader's own finding, person, head or file. Such examples are only parsed.
"""

FILES = (
    "url-watches.json",
    "urls.yaml",
    "kenalan-2024-03-31.html",
    "old.html",
    "new.html",
    "pairs.jsonl",
    "NEW.toml",
    "new.toml",
)

PAGES = [*(document for document in DOCUMENTS if document not in TUTORIALS), PAGE]
"""The documents with examples. `test_tutorials.py` runs the commands of tutorials, in their order."""
LINES = list(dict.fromkeys(tuple(words) for document in PAGES for words in shell_lines(document)))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the configuration, an archive with six versions of each policy, and the files in the
    examples."""
    folder = tmp_path_factory.mktemp("examples")
    configured(folder, CONFIGURATION)
    with opened(folder) as archive:
        watch(
            archive,
            *(
                Policy(name, f"https://{name}.example/", timedelta(1), options=OPTIONS, tags=("vendor", "indonesia"))
                for name in NAMES
            ),
        )
        for name in NAMES:
            before: Document | None = None
            for number, text in enumerate(TEXTS):
                found = read(page(text), OPTIONS)
                judged = None if before is None else compare(before, found.document)
                assessment = Assessment("changed", document=found.document, identity=found.identity, comparison=judged)
                at = FIRST + timedelta(days=30 * number)
                fetch = replace(fetched(at, text.encode(), name), headers=(("content-type", "text/markdown"),))
                record(archive, AssessedFetch(fetch, assessment, number or None), at)
                before = found.document
    (folder / "declarations").mkdir()
    for name in FILES:
        (folder / name).write_text("", encoding="utf-8")
    (folder / "pga-versions").mkdir()
    return folder


@pytest.fixture
def here(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a copy of the prepared folder. The feeds in the examples are written beside the archive."""
    folder = tmp_path / "examples"
    shutil.copytree(prepared, folder)
    monkeypatch.chdir(folder)
    return folder / "clausewatch.toml"


def runs(words: tuple[str, ...]) -> bool:
    return words[0] not in REACHES_OUT and not any(words[: len(start)] == start for start in NEEDS)


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_an_example_can_be_parsed(here: Path, words: tuple[str, ...]) -> None:
    """The command, its options and their values are parsed as in a real call. The command itself does not run."""
    (here.parent / "FILE").touch()
    command, rest = resolved(list(words))
    with click.Context(main, obj=CommandContext(here)) as parent, command.make_context("example", rest, parent=parent):
        pass


@pytest.mark.parametrize("words", [words for words in LINES if runs(words)], ids=" ".join)
def test_an_example_runs(here: Path, words: tuple[str, ...]) -> None:
    result = call(here, *(word.replace("/var/www/feeds/", "") for word in words))
    assert result.exit_code == 0, result.output
    assert result.output


def test_most_examples_run() -> None:
    assert len([words for words in LINES if runs(words)]) >= 35
