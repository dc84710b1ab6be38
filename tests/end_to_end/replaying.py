"""Serves the recorded fetches of a policy's page one after another. The real crawler visits each fetch.

`replayed` runs this in a separate process, and returns a row for each visit. In the mode "plain", only the pages
change. In each other mode, something on our side also changes at each fetch. "number": the versions in the archive get
the number of an older extractor. "select": two selectors alternate. "fallback": each page is served a second time in a
form that the selectors do not match.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from archive.model import Policy, SecondLooks
from archive.storage.database import open_archive
from document.model import ExtractionOptions
from tests.end_to_end.visiting import Visited, Watch
from tests.server import Site, serving
from tests.sources import PROJECT

PARTS = tuple(f"[aria-labelledby={name}]" for name in ("privacy-policy", "crpn", "gdpr", "dpf", "data-retention"))
SELECT = {"uptimerobot": (), "open-collective": (), "open-terms-archive": (), "buffer": PARTS}
PATHS = {
    "uptimerobot": "/privacy/",
    "open-collective": "/privacypolicy",
    "open-terms-archive": "/en/privacy-policy",
    "buffer": "/legal",
}
"""The path of each page. The pages are served at their original paths, so that relative links keep their targets."""
OTHER_SELECT = {
    "uptimerobot": ("main",),
    "open-collective": ("body",),
    "open-terms-archive": ("body",),
    "buffer": (*PARTS, "[aria-labelledby=no-such-part]"),
}
LOOKS = SecondLooks()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A recorded fetch."""

    file: str
    at: datetime
    body: bytes


def history(shared: Path, name: str) -> Iterator[Fetched]:
    """Yield the fetches of a history in the order of time."""
    lines = (shared / "replay" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    with tarfile.open(shared / "replay" / f"{name}.tar.xz") as members:
        bodies = {member.name.rsplit("/", 1)[-1]: members.extractfile(member) for member in members if member.isfile()}
        for row in map(json.loads, lines):
            body = bodies[row["file"]]
            assert body is not None
            yield Fetched(row["file"], datetime.fromisoformat(row["fetched_at"]), at_home(body.read()))


def at_home(body: bytes) -> bytes:
    """Make an immediate redirect in a page lead to the test's server, because a test must not contact any other
    server.
    """
    return re.sub(rb"(http-equiv=.?refresh.{1,40}?url=)https?://[^/]+", rb"\1", body)


@dataclass(frozen=True, slots=True)
class Row:
    """The result of visiting one fetch."""

    file: str
    outcome: str
    reason: str | None
    fallback: bool
    boundary: bool
    confirmed: bool
    first: bool
    material: bool
    alerts: int


def replayed(shared: Path, name: str, mode: str, folder: Path, files: Collection[str] | None = None) -> list[Row]:
    """Visit the fetches of a history, and return the result of each visit. If `files` are given, visit only these
    fetches."""
    task = {
        "shared": str(shared),
        "name": name,
        "mode": mode,
        "database": f"sqlite:///{folder / f'{name}-{mode}.db'}",
        "files": None if files is None else sorted(files),
    }
    done = subprocess.run(
        # With -m, each worker process would import the main module, which imports Scrapy.
        [sys.executable, "-c", "from tests.end_to_end.replaying import main; main()", json.dumps(task)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=7200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [Row(**json.loads(line)) for line in done.stdout.splitlines()]


class Replay:
    """The replay of one history."""

    def __init__(self, task: Mapping[str, Any], site: Site) -> None:
        self.name, self.mode, self.site = task["name"], task["mode"], site
        wanted = task["files"]
        every = history(Path(task["shared"]), self.name)
        self.fetches = [fetch for fetch in every if wanted is None or fetch.file in wanted]
        self.watch = Watch(task["database"], self.fetches[0].at)
        self.url = site.url(PATHS[self.name])

    async def story(self) -> None:
        """Visit each fetch repeatedly until the outcome is final."""
        for number, fetch in enumerate(self.fetches):
            self.watch.now = max(fetch.at, self.watch.now + timedelta(hours=1))
            if self.mode == "number":
                age(self.watch.database)
            await self.visit(fetch, self.policy(number), fetch.body)
            if self.mode == "fallback":
                self.watch.now += timedelta(hours=1)
                await self.visit(fetch, self.policy(number), unfitting(fetch.body))

    def policy(self, number: int) -> Policy:
        select = SELECT[self.name]
        if (self.mode == "select" and number % 2) or (self.mode == "fallback" and not select):
            select = OTHER_SELECT[self.name]
        return Policy(self.name, self.url, timedelta(hours=1), options=ExtractionOptions(select=select))

    async def visit(self, fetch: Fetched, policy: Policy, body: bytes) -> None:
        self.site.serve(PATHS[self.name], body)
        while True:
            [visited] = await self.watch.run([policy], everything=False)
            self.tell(fetch, visited)
            if visited.recorded.outcome != "pending":
                return
            self.watch.now += LOOKS.confirm_after

    def tell(self, fetch: Fetched, visited: Visited) -> None:
        recorded, assessment = visited.recorded, visited.result.assessment
        row = Row(
            fetch.file,
            recorded.outcome,
            assessment.reason if assessment else visited.result.fetch.error,
            assessment is not None and assessment.fallback,
            assessment is not None and assessment.boundary,
            assessment is not None and assessment.confirmed,
            recorded.first,
            recorded.material,
            visited.alerts,
        )
        print(json.dumps(asdict(row)), flush=True)


def age(database: str) -> None:
    """Change the archive so that its versions seem to come from an older extractor."""
    with open_archive(database) as archive, archive.writing() as session:
        for number, identity in session.execute(text("select id, identity from version")).all():
            older = re.sub(r"^e\d+", "e0", identity)
            session.execute(text("update version set identity = :old where id = :id"), {"old": older, "id": number})


def unfitting(body: bytes) -> bytes:
    """Return a page with the same text. The elements are changed so that our selectors do not match them."""
    renamed = re.sub(rb"\baria-labelledby=", b"data-labelled=", body)
    return re.sub(rb"<(/?)main\b", rb"<\1div", renamed)


def main() -> None:
    task = json.loads(sys.argv[1])
    with serving() as site:
        replay = Replay(task, site)
        replay.watch.follow(replay.story)
