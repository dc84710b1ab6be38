"""Tests that the commands, options and keys in the documents exist, and that the documents name all of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clausewatch.cli import COMMANDS, main
from clausewatch.config import load
from tests import commands_page, keys_page, man_page
from tests.commands_page import commands, options
from tests.documents import DOCUMENTS, blocks, named, resolved, shell_lines
from tests.keys_page import KEYS
from tests.sources import PROJECT
from tests.test_imports import ROOMS

CONFIGURATION = (PROJECT / "docs/configuration.md").read_text(encoding="utf-8")

TABLES = {
    "crawl",
    "channels",
    "messages",
    "evidence",
    "watchdog",
    "review_within",
    "desk",
    "policy",
    "profile",
    "subscriber",
    "rule",
}
"""Keys at the top of the configuration whose values are tables. These tables have their own headings."""

VARIABLES = {
    "CHAT_URL": "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "DATABASE_PASSWORD": "p@ss/word",
    "PING_URL": "https://ping.example/7f3a",
    "SLACK_URL": "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "SMTP_PASSWORD": "p@ss/word",
    "SMTP_USER": "watch@example.org",
    "TEAMS_URL": "https://prod-01.westus.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?sig=b",
    "WEBHOOK_SECRET": "0123456789abcdef0123",
}

TOML = [(document.name, block) for document in DOCUMENTS for block in blocks(document, "toml")]


def document_id(document: Path) -> str:
    return document.name


def test_the_page_of_commands_equals_the_help_texts() -> None:
    is_current = commands_page.PAGE.read_text(encoding="utf-8") == commands_page.page()
    assert is_current, "a help text changed: run `.venv/bin/python -m tests.commands_page`"


def test_the_man_page_equals_the_help_texts() -> None:
    is_current = man_page.PAGE.read_text(encoding="utf-8") == man_page.man_page(list(commands(main)))
    assert is_current, "a help text changed: run `.venv/bin/python -m tests.commands_page`"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is missing")
def test_the_man_page_can_be_typeset_without_warnings() -> None:
    command = ["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-b", str(man_page.PAGE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    assert "--log-format" in text
    assert "clausewatch policy rename" in text


def test_the_page_of_keys_equals_the_tables_of_the_configuration() -> None:
    is_current = keys_page.PAGE.read_text(encoding="utf-8") == keys_page.page()
    assert is_current, "a key changed: run `.venv/bin/python -m tests.keys_page`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=document_id)
def test_commands_and_options_in_a_document_exist(document: Path) -> None:
    every = {name for _, command in [((), main), *commands(main)] for each in options(command) for name in each.opts}
    for words in [*named(document), *shell_lines(document)]:
        command, rest = resolved(words)
        given = {word.partition("=")[0].rstrip(".,;:") for word in rest if re.match(r"--?[a-z]", word)}
        known = {name for option in [*options(command), *options(main)] for name in option.opts} | {"--help"}
        assert given <= known, f"{document.name}: {' '.join(words)}"
    spans = re.findall(r"`(--[a-z-]+)", document.read_text(encoding="utf-8"))
    foreign = {"--filter", "--shared", "--hypothesis-seed"}  # options of git and pytest
    assert set(spans) - foreign <= every, document.name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_lists_a_command(name: str) -> None:
    assert f"`{name}" in (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("heading", KEYS)
def test_every_key_is_documented_and_every_documented_key_exists(heading: str) -> None:
    section = CONFIGURATION.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    documented = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    tables_within = TABLES if heading == "At the top" else set()
    fields = [name for table in KEYS[heading] for name in table.model_fields if name not in tables_within]
    if heading == "`[profile.NAME]`":
        fields.remove("rule")  # `rule` is also a table with its own heading
    assert sorted(documented) == sorted(fields)


@pytest.mark.parametrize("table", sorted(TABLES - {"rule"}))
def test_every_table_has_a_heading(table: str) -> None:
    assert re.search(rf"^## `\[+{table}(\.NAME)?\]+`$", CONFIGURATION, re.MULTILINE)


@pytest.mark.parametrize(("document", "block"), TOML, ids=[f"{name}-{text[:20]!r}" for name, text in TOML])
def test_an_example_of_the_configuration_can_be_loaded(tmp_path: Path, document: str, block: str) -> None:
    for name in ("clausewatch.env", "tsa-root.pem", "keeper"):
        (tmp_path / name).write_text("", encoding="utf-8")
    path = tmp_path / "clausewatch.toml"
    path.write_text(block.replace("/mnt/notary", str(tmp_path)), encoding="utf-8")
    assert load(path, VARIABLES).path == path


def test_the_targets_of_links_between_documents_exist() -> None:
    for document in [*DOCUMENTS, *sorted((PROJECT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=document_id)
def test_a_path_that_a_document_names_exists(document: Path) -> None:
    packages = "|".join(("docs", "tests", *ROOMS))
    for path in re.findall(rf"`((?:{packages})/[\w/.*-]+)`", document.read_text(encoding="utf-8")):
        is_placeholder = re.search(r"\b(?:xx|NAME|test_NAME)\b", path)
        assert is_placeholder or list(PROJECT.glob(path)), f"{document.name}: {path}"


def anchor(heading: str) -> str:
    """Return the anchor by which a link refers to a heading in Markdown."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_links_to_a_part_of_a_document_find_its_heading() -> None:
    for document in [*DOCUMENTS, *sorted((PROJECT / "docs").rglob("*.md"))]:
        for target, part in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]*)\)", document.read_text(encoding="utf-8")):
            text = (document.parent / target if target else document).read_text(encoding="utf-8")
            assert part in map(anchor, re.findall(r"^#+ (.*)$", text, re.MULTILINE)), f"{document.name}: #{part}"


def test_the_architecture_names_the_folders_of_every_package() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (`.*`) \|$", text, re.MULTILINE))
    for package, listed in rows.items():
        rooms = [room for room in re.findall(r"\w+", ROOMS[package]) if (PROJECT / package / room).is_dir()]
        assert re.findall(r"`(\w+)`", listed) == rooms, package
    assert set(rows) == {package for package in ROOMS if package != "languages"}


DECISIONS = sorted((PROJECT / "docs/decisions").glob("[0-9]*.md"))


@pytest.mark.parametrize("record", DECISIONS, ids=document_id)
def test_a_decision_has_a_date_a_status_and_rejected_options(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert re.search(r"\A# \d{4} · .+\n\n\*\*Date\.\*\* 20\d\d-\d\d-\d\d\. \*\*Status\.\*\* [A-Z][a-z]+", text)
    assert re.search(r"^\*\*Decision\.\*\* \S", text, re.MULTILINE)
    assert re.search(r"^\*\*Rejected\.\*\* \S", text, re.MULTILINE)


def test_every_decision_is_listed() -> None:
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (PROJECT / "docs/decisions/README.md").read_text(encoding="utf-8"))
    assert listed == [record.name for record in DECISIONS]
