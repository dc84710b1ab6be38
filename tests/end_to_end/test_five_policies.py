"""Tests the main job with five real policies. A server serves the real pages, and later changed pages. The pages are
crawled, and the changes are reported to a real mail server."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from archive.storage.database import open_archive
from tests.desk import Desk
from tests.forking import Ended
from tests.server import Answer, Site, serving
from tests.smtp import MailServer, Received, mail_server

POLICIES = ("hacktrace", "alumak", "btp", "kenalan", "kartustok")
EDITS = {"hacktrace": "01", "alumak": "04", "btp": "02", "kenalan": "15", "kartustok": "05"}
"""The number of a material edit for each policy. The five edits are of different kinds. The edit of kenalan is in
the Indonesian part of the policy."""


@dataclass(frozen=True, slots=True)
class Story:
    """Three runs over the five policies. The first run finds the original pages. The second run finds pages with noise
    or with one edit. The third run finds the same pages as the second run.
    """

    runs: tuple[Ended, Ended, Ended]
    outcomes: Mapping[str, str]
    """The outcome of each policy in the second run."""
    mails: tuple[tuple[Received, ...], ...]
    """The messages that the mail server received. There is one tuple for each run."""


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def story(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Watch each policy several times: once for the edit, and once for each page with noise. Return what happened in
    three runs."""
    folder = shared / "policies"
    later = {name: f"{name}/edits/{number}.html" for name, number in EDITS.items()}
    later |= {f"{name} noise {n}": f"{name}/noise/{n:02}.html" for name in POLICIES for n in range(1, 9)}
    with serving() as site, mail_server() as mail:
        desk = Desk(tmp_path_factory.mktemp("desk"))
        addresses = {watch: place(site, folder, file) for watch, file in later.items()}
        desk.configure(addresses, mail=mail.url, crawl={"concurrency": "8"})
        said: list[Ended] = []
        mails: list[tuple[Received, ...]] = []
        for pages in ({watch: f"{file.split('/')[0]}/base.html" for watch, file in later.items()}, later, later):
            for watch, file in pages.items():
                site.pages[addresses[watch].removeprefix(site.base)] = answer(folder, file)
            said.append(desk.clausewatch("run", "--all", "--exit-code"))
            mails.append(received_since(mail, mails))
            if len(said) == 2:
                outcomes = latest_outcomes(desk)
        yield Story((said[0], said[1], said[2]), outcomes, tuple(mails))


def place(site: Site, folder: Path, file: str) -> str:
    """Return an address for a page. The path is the path of the real page, so that relative links keep their
    targets."""
    return site.url(f"/{file.replace('/', '-')}{urlsplit(str(page(folder, file)['url'])).path}")


def page(folder: Path, file: str) -> dict[str, Any]:
    policy, _, rest = file.partition("/")
    return next(row for row in rows(folder / policy / "pages.jsonl") if row["file"] == rest)


def answer(folder: Path, file: str) -> Answer:
    """Return a recorded response with its original body, status and headers."""
    row = page(folder, file)
    return Answer((folder / file).read_bytes(), row["status"], tuple(row["headers"].items()))


def received_since(mail: MailServer, earlier: list[tuple[Received, ...]]) -> tuple[Received, ...]:
    return tuple(mail.received[sum(map(len, earlier)) :])


def latest_outcomes(desk: Desk) -> dict[str, str]:
    with open_archive(desk.database) as archive, archive.reading() as session:
        query = "select name, outcome from fetch join policy on policy.id = policy_id order by fetch.id"
        return {row.name: row.outcome for row in session.execute(text(query))}


def test_each_policy_gets_a_first_version_without_a_notification(story: Story) -> None:
    first = story.runs[0]
    assert (first.code, first.out, first.err) == (0, "45 policies checked: 45 first seen\n", "")
    assert story.mails[0] == ()


def test_noise_around_a_policy_is_not_a_change(story: Story) -> None:
    noise = {watch: outcome for watch, outcome in story.outcomes.items() if "noise" in watch}
    changed = {watch: outcome for watch, outcome in noise.items() if outcome != "unchanged"}
    assert (len(noise), changed) == (40, {})


def test_each_material_edit_is_reported_in_one_message(story: Story) -> None:
    second = story.runs[1]
    assert second.out == "45 policies checked: 40 unchanged, 5 changed (5 material); 5 alerts sent\n"
    assert second.code == 10
    assert len(story.mails[1]) == 5


@pytest.mark.parametrize("policy", POLICIES)
def test_a_message_has_the_right_section_and_words(story: Story, shared: Path, policy: str) -> None:
    edit = label(shared, policy)
    [mail] = [mail for mail in story.mails[1] if policy in mail.subject]
    said = words(mail.text)
    section = words(edit["subsection"] or edit["section"])
    assert section in said
    for word in changed_words(edit):
        assert word in said.split(), word


def test_a_run_without_changes_sends_nothing(story: Story) -> None:
    third = story.runs[2]
    assert (third.code, third.out) == (0, "45 policies checked: 45 unchanged\n")
    assert story.mails[2] == ()


def label(shared: Path, policy: str) -> dict[str, Any]:
    name = f"{policy}-e{EDITS[policy]}"
    found = next(row for row in rows(shared / "policies" / policy / "edits.jsonl") if row["id"] == name)
    assert found["material"]
    assert not found["borderline"]
    return found


def changed_words(edit: Mapping[str, Any]) -> set[str]:
    """Return the words that occur more often on one side of an edit than on the other side."""
    before, after = (Counter(words(edit[side]).split()) for side in ("before", "after"))
    return {*(before - after), *(after - before)}


def words(shown: str) -> str:
    """Return the words of a text in lower case, with single spaces and without marks and punctuation."""
    return " ".join(re.findall(r"\w+", shown.casefold()))
