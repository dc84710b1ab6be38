"""Runs the real server of the desk for an archive with a history. Signs people in, and makes tokens for programs."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import requests

from archive.access.people import Role, add_person, people
from archive.access.sessions import start_session
from archive.access.tokens import add_token
from archive.model import SEARCH_TIMEOUT, Policy
from archive.recording.recorder import record
from archive.storage.database import Archive, open_archive
from archive.storage.read_only import ServedArchive, served_archive
from clausewatch.config import Configuration
from clausewatch.config.desk_table import DeskSettings
from clausewatch.desk import serving
from clausewatch.desk.archive_watch import ArchiveWatch
from differ.model import SEVERITIES, Comparison, Finding
from tests.archive.visits import DATE, HOUR, SHARING, TEAHOUSE, seen, watch, written

ROLES: tuple[Role, ...] = ("reader", "reviewer", "auditor", "operator")
BEGAN = datetime(2026, 3, 2, 6, tzinfo=UTC)
_FORM_KEY = re.compile(r'name="form_key" value="(\w+)"')


@dataclass(frozen=True, slots=True)
class Opened:
    """A desk that is open."""

    address: str
    archive: ServedArchive
    configuration: Configuration
    watch: ArchiveWatch

    def session(self, name: str) -> requests.Session:
        """Return a browser without scripts in which a person is signed in."""
        [person] = [person for person in people(self.archive.reader) if person.name == name]
        browser = requests.Session()
        secret = start_session(self.archive.writer, person.id, datetime.now(UTC), timedelta(days=1))
        browser.cookies.set("clausewatch", secret, domain="127.0.0.1")
        return browser

    def token(self, name: str, role: Role, *, days: int = 1) -> str:
        """Return a token of a person."""
        [person] = [person for person in people(self.archive.reader) if person.name == name]
        now = datetime.now(UTC)
        return add_token(self.archive.writer, person, "test", role, now=now, ends_at=now + timedelta(days=days))

    def post(self, browser: requests.Session, path: str, **fields: object) -> requests.Response:
        """Send a form in the same way as a page of the desk, including the secret key in the form. Redirects are not
        followed.
        """
        return browser.post(
            self.address + path,
            data={"form_key": form_key(self, browser), **fields},
            allow_redirects=False,
            timeout=60,
        )

    def get(self, browser: requests.Session, path: str, **headers: str) -> requests.Response:
        """Fetch a page without following redirects."""
        return browser.get(self.address + path, headers=headers, allow_redirects=False, timeout=60)


def form_key(desk: Opened, browser: requests.Session) -> str:
    """Return the key of the forms for a browser, as a page shows it."""
    return form_key_in(browser.get(desk.address + "/link/none", timeout=60).text)


def form_key_in(page: str) -> str:
    """Return the key of the forms on a page."""
    match = _FORM_KEY.search(page)
    assert match is not None
    return match[1]


@contextmanager
def opened(
    database: str, folder: Path, *, search_timeout: timedelta = SEARCH_TIMEOUT, **settings: object
) -> Iterator[Opened]:
    """Open the desk of an archive at a free port. For each role, add a person whose name is the name of the role."""
    desk = DeskSettings(**{"port": 0, **settings})  # type: ignore[arg-type]
    configuration = Configuration(folder / "clausewatch.toml", database, desk=desk, search_timeout=search_timeout)
    with served_archive(database) as archive:
        for role in ROLES:
            if role not in [person.name for person in people(archive.reader)]:
                add_person(archive.writer, role, role, BEGAN)
        server, configuration = serving.listening(configuration)
        running, watch_of = serving.server_of(configuration, archive)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [server]}, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not running.started and time.monotonic() < until:
            time.sleep(0.02)
        try:
            yield Opened(f"http://127.0.0.1:{configuration.desk.port}", archive, configuration, watch_of)
        finally:
            running.should_exit = True
            thread.join(30)
            server.close()


@contextmanager
def opened_with_a_change(empty_archive: Path, folder: Path, **settings: object) -> Iterator[Opened]:
    """Open the desk of an archive with one policy. The policy has a change with two findings."""
    file = shutil.copyfile(empty_archive, folder / "watch.db")
    filled(f"sqlite:///{file}", {"Teahouse": 2})
    with opened(f"sqlite:///{file}", folder, **settings) as running:  # type: ignore[arg-type]
        yield running


def policy_named(name: str, **fields: object) -> Policy:
    host = re.sub(r"\W+", "-", name.lower()).strip("-") or "policy"
    return replace(TEAHOUSE, name=name, url=f"https://{host}.example/privacy", **fields)  # type: ignore[arg-type]


def findings(number: int, count: int) -> tuple[Finding, ...]:
    """Return different findings on sharing."""
    return tuple(
        replace(
            SHARING,
            severity=SEVERITIES[(number + position) % 4],
            before=f"Only our cooks see order {number}.{position}.",
            after=f"Our partners see order {number}.{position}.",
            edits=(),
        )
        for position in range(count)
    )


def record_changes(archive: Archive, counts: dict[str, int], *, started: datetime = BEGAN) -> None:
    """Record two versions of each policy. `counts` has the number of findings in the second version."""
    watch(archive, *(policy_named(name, owner="Ratna") for name in counts))
    for number, (name, count) in enumerate(counts.items()):
        first = seen(started, written(f"Only our cooks see your orders ({number})."), None)
        record(archive, replace(first, fetch=replace(first.fetch, policy=name)), started)
        comparison = Comparison(changed=True, findings=findings(number, count), suppressed=(DATE,))
        after = written(f"Our cooks and our partners see your orders ({number}).", date(2026, 3, 1))
        later = seen(started + HOUR, after, 1, comparison)
        record(archive, replace(later, fetch=replace(later.fetch, policy=name)), started + HOUR)


def filled(database: str, counts: dict[str, int]) -> None:
    """Record changes in the archive at a database URL."""
    with open_archive(database) as archive:
        record_changes(archive, counts)
