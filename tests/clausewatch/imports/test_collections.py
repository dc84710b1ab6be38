"""Tests that an import of a collection is complete, even if the import is killed several times and then continued.

The collection has merges, renames and technical commits. With CLAUSEWATCH_LONG the collection has 900 documents and
20,000 versions.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from archive.questions.history import versions_of
from archive.storage import blobs
from archive.storage.tables import FetchRow, PolicyRow, VersionRow
from tests.chance import seeded
from tests.clausewatch.recorded import imported
from tests.clausewatch.watched import configured, opened

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
SERVICES, VERSIONS, KILLS = (900, 20_000, 3) if LONG else (4, 48, 1)
FIRST = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
SUBJECTS = ("Record new changes of {}", "Apply technical or declaration upgrade on {}", "Refilter {}")

TEXT = """# Privacy notice of {service}

This notice explains which personal data we collect when you use our services, and what we do with the data. We keep
your personal data for {days} days after you close your account. Then we delete the data.

## Who receives your data

We share personal data with companies that host our website and with companies that send letters for us. They process
the data only as we instruct them. We do not sell personal data to third parties.

## Your rights

You may ask us for access to your personal data, and you may ask us to correct or erase the data. You may object to the
processing, and withdraw your consent at any time. Please write to our data protection officer.
"""
"""A version of a policy. It is long, because a short text with a number such as 404 can look like an error page."""


@dataclass
class Collection:
    """A collection that a test makes: the input of `git fast-import`, and the versions that an import must find."""

    random: Random
    stream: list[bytes] = field(default_factory=list)
    expected: dict[str, list[tuple[datetime, bytes]]] = field(default_factory=lambda: defaultdict(list))
    marks: int = 0

    def commit(self, service: str, subject: str, *parents: int, branch: str = "main", rename: str = "") -> int:
        """Commit a version of a service's policy, and return the mark of the commit."""
        self.marks += 1
        # Several commits have the same second, as if somebody had imported an older archive.
        at = FIRST + timedelta(hours=self.marks - self.marks % 3)
        # Each text is different, because git records no version of a file that does not change.
        text = TEXT.format(service=service, days=self.marks).encode()
        when, said = f"{int(at.timestamp())} +0000", subject.format(service).encode()
        lines = [
            f"commit refs/heads/{branch}\nmark :{self.marks}\nauthor A <a@b.example> {when}\n".encode(),
            b"committer A <a@b.example> %s\ndata %d\n%s\n" % (when.encode(), len(said), said),
            *(f"{'merge' if number else 'from'} :{parent}\n".encode() for number, parent in enumerate(parents)),
            *([f'R "{rename}/Privacy Policy.md" "{service}/Privacy Policy.md"\n'.encode()] if rename else []),
            b'M 100644 inline "%s/Privacy Policy.md"\ndata %d\n%s\n' % (service.encode(), len(text), text),
        ]
        self.stream += lines
        self.expected[service].append((at, text))
        return self.marks


def collection(services: int, count: int) -> Collection:
    """Return a collection.

    Some commits are technical, some commits merge two branches, and some commits rename files.
    """
    made = Collection(seeded(18))
    random, last = made.random, made.commit("Service 0", "First record of {}")
    names = [f"Service {number}" for number in range(services)]
    while made.marks < count:
        place = random.randrange(services) if made.marks >= services else made.marks
        if random.random() < 0.02 and made.marks > services:
            side = made.commit(names[place], SUBJECTS[0], last, branch="side")
            main = made.commit(names[place], SUBJECTS[0], last)
            last = made.commit(names[place], "Merge branch 'side'", main, side)
        elif random.random() < 0.01 and made.marks > services:
            names[place], former = f"{names[place]} Group", names[place]
            last = made.commit(names[place], SUBJECTS[0], last, rename=former)
        else:
            last = made.commit(names[place], random.choice(SUBJECTS), last)
    return made


def test_every_version_is_imported_with_its_date_and_bytes(tmp_path: Path) -> None:
    made = collection(SERVICES, VERSIONS)
    repository = imported(tmp_path / "versions", b"".join(made.stream))
    path = configured(tmp_path)
    command = [sys.executable, "-m", "clausewatch", "--config", str(path), "import", "opentermsarchive"]
    command += [str(repository), "--skip-judging"]
    command += [word for service in made.expected for word in ("--service", service)]
    for kill in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as importing:
            wait_for(tmp_path, made.marks * (kill + 1) // (KILLS + 2))
            importing.send_signal(signal.SIGKILL)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    with opened(tmp_path) as archive:
        for service, expected in made.expected.items():
            dates = sorted(at for at, _ in expected)
            assert [version.seen_at for version in versions_of(archive, service)] == dates
        with archive.reading() as session:
            query = session.query(PolicyRow.name, VersionRow.seen_at, FetchRow.snapshot_sha256)
            rows = query.join(VersionRow, VersionRow.policy_id == PolicyRow.id).join(FetchRow)
            recorded = sorted((name, at, blobs.retrieve(session, key)) for name, at, key in rows if key)
    assert recorded == sorted((name, *version) for name, each in made.expected.items() for version in each)


def wait_for(folder: Path, count: int) -> None:
    """Wait until the archive has this number of versions."""
    while recorded(folder) < count:
        time.sleep(2 if LONG else 0.05)


def recorded(folder: Path) -> int:
    if not (folder / "watch.db").exists():
        return 0
    with opened(folder) as archive, archive.reading() as session:
        return session.query(VersionRow).count()
