"""Tests that adding one folder adds a language.

With this folder, a policy in a made-up language is read and judged, and its changes cause alerts.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from languages import ADDED, FILES, languages
from tests.desk import Desk
from tests.server import Answer, serving
from tests.smtp import Received, mail_server
from tests.sources import PROJECT

ADDED_LANGUAGES = PROJECT / "tests" / "policies" / "added-languages"
POLICY = (ADDED_LANGUAGES / "qtv" / "policy.md").read_text(encoding="utf-8")
KEPT = "Mu nai drelumi senu persalo tarimo ki olmeki."
SHARED = "Mu drelumi senu persalo tarimo ki olmeki."
SETTINGS = {"declared": ' lang="qtv"', "configured": "", "neither": ""}
"""Policies of the test. The name says where the language is stated: on the page, in the configuration, or nowhere. Each
value is the `lang` attribute in the page's markup.
"""


def page(text: str, attribute: str) -> Answer:
    """Return a page with the lines of a policy."""
    tags = {"#": "h1", "##": "h2"}
    lines = [line for line in text.splitlines() if line]
    marked = [(tags.get(line.split(" ")[0], "p"), line.lstrip("# ")) for line in lines]
    body = "".join(f"<{tag}>{words}</{tag}>" for tag, words in marked)
    return Answer(f"<!doctype html><html{attribute}><body><main>{body}</main></body></html>".encode())


def clausewatch(desk: Desk, *arguments: str, added: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command in a new process. If `added` is true, the process knows the added language."""
    environment = {name: value for name, value in os.environ.items() if name != ADDED}
    environment |= {ADDED: str(ADDED_LANGUAGES)} if added else {}
    command = desk.command(*arguments)
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@dataclass(frozen=True, slots=True)
class Story:
    """The result of two runs. Between the two runs, a promise was removed from the policy."""

    desk: Desk
    runs: tuple[str, str]
    mails: tuple[Received, ...]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with serving() as site, mail_server() as mail:
        addresses = {name: site.url(f"/{name}") for name in SETTINGS}
        desk.configure(addresses, mail=mail.url, policy_lines={"configured": ['languages = ["qtv"]']})
        runs = []
        for text in (POLICY, POLICY.replace(KEPT, SHARED)):
            site.pages |= {f"/{name}": page(text, attribute) for name, attribute in SETTINGS.items()}
            ended = clausewatch(desk, "run", "--all")
            runs.append(ended.stdout + ended.stderr)
        yield Story(desk, (runs[0], runs[1]), tuple(mail.received))


def test_the_code_of_the_made_up_language_is_unused() -> None:
    assert "qtv" not in languages()


def test_the_policy_is_read_and_its_change_is_alerted(story: Story) -> None:
    assert "3 policies checked: 3 first seen" in story.runs[0]
    assert "3 changed" in story.runs[1], story.runs[1]
    assert len(story.mails) == len(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_alert_shows_the_removed_promise(story: Story, name: str) -> None:
    (mail,) = (mail for mail in story.mails if name in mail.subject)
    assert "sharing" in mail.subject
    assert "Mu [-nai-] drelumi" in mail.text
    assert "by structure" not in mail.text


@pytest.mark.parametrize("name", SETTINGS)
def test_the_language_and_the_stated_date_of_the_text_are_recognised(story: Story, name: str) -> None:
    shown = json.loads(clausewatch(story.desk, "show", name, "--format", "json").stdout)
    assert {section["language"] for section in shown["document"]["sections"]} == {"qtv"}
    assert [stated["day"] for stated in shown["stated"]] == ["2026-03-03"]


def test_without_the_folder_the_policy_is_judged_by_structure(story: Story, tmp_path: Path) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_text(POLICY, encoding="utf-8")
    new.write_text(POLICY.replace(KEPT, SHARED), encoding="utf-8")
    words = ("compare", str(old), str(new), "--language", "qtv", "--format", "json")
    judged = {added: json.loads(clausewatch(story.desk, *words, added=added).stdout) for added in (True, False)}
    assert {added: row["judged_by"] for added, row in judged.items()} == {True: "lexicon", False: "structure"}


def test_missing_keys_of_the_language_are_listed(story: Story) -> None:
    listed = clausewatch(story.desk, "languages", "--format", "json")
    (row,) = (row for row in json.loads(listed.stdout) if row["code"] == "qtv")
    assert row["name"] == "Tavri"
    have = {path.stem for path in (ADDED_LANGUAGES / "qtv").glob("*.toml")}
    assert set(row["missing"]) == FILES.keys() - have
    assert "concepts.cookies" in row["lacks"]["lexicon"]
    assert row["problems"] == []
