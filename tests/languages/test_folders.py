"""Tests the folders in `languages`. Each folder is a language. Its files are checked when they are read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from languages import (
    ADDED,
    FILES,
    LanguageError,
    language_name,
    languages,
    languages_with,
    naming,
    read_record,
    read_table,
)
from tests.sources import PROJECT

FOLDERS = {path.name for path in (PROJECT / "languages").iterdir() if path.is_dir() and not path.name.startswith("__")}


def test_every_folder_is_a_language() -> None:
    assert set(languages()) == FOLDERS


def test_a_folder_has_only_known_files() -> None:
    files = [path for path in (PROJECT / "languages").glob("*/*") if "__pycache__" not in path.parts]
    assert {path.name for path in files} <= {f"{name}.toml" for name in FILES}


@pytest.mark.parametrize("file", FILES)
def test_the_languages_with_a_file_are_listed(file: str) -> None:
    have = {path.parent.name for path in (PROJECT / "languages").glob(f"*/{file}.toml")}
    assert set(languages_with(file)) == have
    assert all(read_table(language, file) for language in have)


@pytest.mark.parametrize("language", languages())
def test_every_language_has_a_name(language: str) -> None:
    assert naming(language).name
    assert language_name(language) != language


@pytest.mark.parametrize("language", ["und", "qx", "../differ", "en/../en", "é" * 5000, ""])
def test_a_language_without_a_folder_has_no_files(language: str) -> None:
    assert read_table(language, "language") is None
    assert language_name(language) == language


@dataclass(frozen=True)
class Narrow:
    name: str


def test_the_error_about_an_unknown_key_names_the_key_and_the_file() -> None:
    with pytest.raises(LanguageError, match=r"en.language\.toml: unknown key 'names'; known are: name"):
        read_record("en", "language", Narrow)


@dataclass(frozen=True)
class Wide:
    name: str
    names: Mapping[str, str]
    stemmer: str
    script: str


def test_the_error_about_a_missing_key_names_the_key_and_the_file() -> None:
    with pytest.raises(LanguageError, match=r"en.language\.toml: the key 'script' is missing"):
        read_record("en", "language", Wide)


@dataclass(frozen=True)
class Listed:
    name: str
    names: Sequence[str]
    stemmer: str


def test_the_error_about_a_value_of_a_wrong_type_names_the_value_and_the_file() -> None:
    with pytest.raises(LanguageError, match=r"en.language\.toml: names is not a list of texts"):
        read_record("en", "language", Listed)


Ask = Callable[..., str]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Return a function that evaluates an expression in a separate process. The process also reads a folder of added
    languages."""

    def asked(expression: str, **files: str) -> str:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".toml").write_text(text, encoding="utf-8")
        code = f"import languages; print(repr(({expression})))"
        environment = os.environ | {ADDED: str(tmp_path)}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
        return run.stdout.strip() or run.stderr.strip().splitlines()[-1]

    return asked


def test_an_added_folder_is_a_language(ask: Ask) -> None:
    told = ask("'qya' in languages.languages(), languages.language_name('qya')", qya__language='name = "Quenyara"')
    assert told == "(True, 'Quenyara')"


def test_an_added_file_replaces_only_our_file_with_the_same_name(ask: Ask) -> None:
    expression = "languages.language_name('it'), languages.naming('de').stemmer"
    assert ask(expression, it__language='name = "Toscano"') == "('Toscano', 'german')"


def test_added_files_that_decide_what_is_read_have_a_hash(ask: Ask) -> None:
    expression = "languages.added_languages()"
    assert ask(expression, qya__language='name = "Quenyara"') == "''"
    first = ask(expression, qya__links='rights = ["ana"]')
    assert len(first) == len("''") + 16
    assert ask(expression, qya__links='rights = ["anar"]') not in ("''", first)


def test_the_error_about_a_file_that_is_not_toml_names_the_file(ask: Ask) -> None:
    assert "links.toml: " in ask("languages.read_table('qya', 'links')", qya__links="rights = [")


@pytest.mark.parametrize("content", ["days = { tydzień = 7 }", "ünf = 5", "days = { 'x' = 1, ünf = 5 }", "a = ü"])
def test_the_error_about_a_word_without_quotation_marks_says_what_to_do(ask: Ask, content: str) -> None:
    assert "in quotation marks" in ask("languages.read_table('qya', 'lexicon')", qya__lexicon=f"b = 1\n{content}")


def test_a_folder_that_does_not_exist_is_an_error() -> None:
    environment = os.environ | {ADDED: "/does/not/exist"}
    code = "import languages; languages.languages()"
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "CLAUSEWATCH_LANGUAGES names /does/not/exist, which is not a folder" in run.stderr
