"""Tests that a crawl recognises responses that are not the policy. No such response becomes a version."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from archive.storage.database import open_archive
from tests.desk import Desk
from tests.faked_clock import environment
from tests.forking import Ended
from tests.server import Answer, Site, serving
from tests.smtp import mail_server

POLICIES = ("hacktrace", "alumak", "btp", "kenalan", "kartustok")
REASONS = {
    "cloudflare_challenge": "bot-challenge",
    "consent_wall": "consent-wall",
    "soft_404": "soft-404",
    "maintenance": "maintenance",
    "login_page": "login",
}
"""The expected reason for some kinds of responses."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A policy whose page is replaced by a response that is not the policy."""

    policy: str
    base: Mapping[str, Any]
    """The table row of the policy's page."""
    broken: Mapping[str, Any]
    """The table row of the other response."""
    site: Site
    """The server of this policy only. A server that asks for a pause must not delay the visits to the other
    policies."""

    @property
    def name(self) -> str:
        return f"{self.policy} {self.broken['name']}"

    @property
    def path(self) -> str:
        return urlsplit(str(self.base["url"])).path

    def serve(self, row: Mapping[str, Any], folder: Path) -> None:
        """Serve a recorded response with its original status, headers and redirect."""
        final = urlsplit(str(row["final_url"]))
        leads = f"{final.path}?{final.query}" if final.query else final.path
        if leads != self.path:
            self.site.redirect(self.path, leads)
        content = (folder / self.policy / row["file"]).read_bytes()
        self.site.pages[leads] = Answer(content, row["status"], tuple(row["headers"].items()))


@dataclass(frozen=True, slots=True)
class Story:
    """Four runs, two hours apart. The first and the last run get the policies. The second and the third run get the
    other responses.

    Some of the other responses ask for a pause of an hour.
    """

    runs: tuple[Ended, ...]
    found: tuple[Mapping[str, tuple[str, str | None]], ...]
    """The outcome and the reason of each watched policy, by the name of the policy. There is one mapping for each
    run."""
    versions: Mapping[str, int]
    mails: int
    """Number of mails after the first run. The first run is not counted, because it may send a welcome to the
    subscriber."""


@pytest.fixture(scope="module")
def story(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = shared / "policies"
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with ExitStack() as servers, mail_server() as mail:
        watches = list(watched(folder, servers))
        addresses = {watch.name: watch.site.url(watch.path) for watch in watches}
        desk.configure(addresses, mail=mail.url, crawl={"concurrency": "8"})
        said, found, welcomed = [], [], 0
        for hours, broken in zip((0, 2, 4, 6), (False, True, True, False), strict=True):
            for watch in watches:
                watch.serve(watch.broken if broken else watch.base, folder)
            said.append(desk.clausewatch("run", "--all", environment=environment(f"+{hours}h")))
            found.append(latest_fetches(desk))
            welcomed = welcomed or len(mail.received)
        yield Story(tuple(said), tuple(found), versions(desk), len(mail.received) - welcomed)


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def watched(folder: Path, servers: ExitStack) -> Iterator[Watched]:
    for policy in POLICIES:
        pages = rows(folder / policy / "pages.jsonl")
        [base] = [row for row in pages if row["file"] == "base.html"]
        for row in pages:
            if row["kind"] == "broken":
                yield Watched(policy, base, row, servers.enter_context(serving()))


def latest_fetches(desk: Desk) -> dict[str, tuple[str, str | None]]:
    query = "select name, outcome, reason from fetch join policy on policy.id = policy_id order by fetch.id"
    with open_archive(desk.database) as archive, archive.reading() as session:
        return {row.name: (row.outcome, row.reason) for row in session.execute(text(query))}


def versions(desk: Desk) -> dict[str, int]:
    query = "select name, count(*) as versions from version join policy on policy.id = policy_id group by name"
    with open_archive(desk.database) as archive, archive.reading() as session:
        return {row.name: row.versions for row in session.execute(text(query))}


def test_each_response_that_is_not_the_policy_is_recognised(story: Story) -> None:
    expected = {
        f"{policy} {kind}": ("not comparable", reason) for policy in POLICIES for kind, reason in REASONS.items()
    }
    for found in story.found[1:3]:
        assert {name: said for name, said in found.items() if said != expected[name]} == {}
        assert len(found) == 25


def test_no_such_response_makes_a_version_and_nobody_is_notified(story: Story) -> None:
    assert Counter(story.versions.values()) == {1: 25}
    assert story.mails == 0


def test_the_policy_is_unchanged_when_its_page_returns(story: Story) -> None:
    assert Counter(story.found[3].values()) == {("unchanged", None): 25}
    assert [run.code for run in story.runs] == [0, 1, 1, 0]
