"""Measures the questions that a run asks the archive before it fetches. The archive contains a year of visits, and 1 %
of the policies are due.

    python benchmarks/due.py [--policies 1000] [--visits 365] [--database URL]

Without `--database`, the benchmark builds a SQLite archive in a temporary folder. A database that is named by
`--database` must be empty, or an archive that this benchmark built earlier. Such an archive is used again. Rows are
written in bulk. Figures are medians of seven questions: the elapsed time, and the CPU time of this process. The
benchmark fails if the question for the validators takes longer than the limit. The limit is 40 ms, plus 1 ms for each
due policy.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select

from archive.questions.due import next_times
from archive.questions.status import statuses
from archive.recording.policies import configured, due_policies, synchronise
from archive.recording.validators import validators
from archive.storage.database import Archive, open_archive
from archive.storage.tables import BlobRow, FetchRow, PolicyRow, VersionRow
from benchmarks.questions import BEGAN, analyse, fetch_row, milliseconds, policy_row
from document.model import ExtractionOptions
from document.reading import identity_of

AT_ONCE = 20_000
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
BODY = "0" * 64
IDENTITY = identity_of(ExtractionOptions(languages=("en",)), "generic")
ASKED = 7


def build(archive: Archive, policies: int, visits: int) -> None:
    """Write policies with one version and a daily visit. One policy in a hundred is due at `NOW`."""
    with archive.engine.begin() as connection:
        connection.execute(insert(BlobRow), [{"sha256": BODY, "size": 0, "content": b""}])
        connection.execute(insert(PolicyRow), [_policy(number) for number in range(1, policies + 1)])
        rows = _visits(policies, visits)
        while part := list(islice(rows, AT_ONCE)):
            connection.execute(insert(FetchRow), part)
        connection.execute(insert(VersionRow), [_version(number) for number in range(1, policies + 1)])
    analyse(archive)


def _policy(number: int) -> dict[str, Any]:
    tried = NOW - timedelta(hours=12 if number % 100 == 0 else 1)
    return {**policy_row(number, f"Lending library {number}", "en"), "tried_at": tried}


def _visits(policies: int, visits: int) -> Iterator[dict[str, Any]]:
    for day in range(visits):
        for policy in range(1, policies + 1):
            row = fetch_row(day * policies + policy, policy, NOW, BODY, again=day > 0)
            yield {**row, "started_at": NOW - timedelta(days=visits - day), "identity": IDENTITY}


def _version(policy: int) -> dict[str, Any]:
    facts = {"id": policy, "policy_id": policy, "number": 1, "fetch_id": policy, "seen_at": BEGAN, "dates": []}
    return facts | {"document_sha256": BODY, "identity": IDENTITY, "boundary": False, "text_sha256": BODY}


def questions(archive: Archive) -> dict[str, Callable[[int], object]]:
    """Return the questions by name."""
    policies, due = configured(archive), due_policies(archive, NOW)
    assert len(due) == len(policies) // 100, len(due)
    assert len(validators(archive, due, NOW, timedelta(days=30))) == len(due)
    return {
        "validators of the due policies": lambda _: validators(archive, due, NOW, timedelta(days=30)),
        "which policies are due": lambda _: due_policies(archive, NOW),
        "when the next policy is due": lambda _: next_times(archive),
        "synchronise an unchanged configuration": lambda _: synchronise(archive, policies, NOW),
        "status of all policies": lambda _: statuses(archive, NOW),
    }


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=1000, help="(1000)")
    parser.add_argument("--visits", type=int, default=365, help="of each policy (365)")
    parser.add_argument("--database", help="URL of an empty archive, or of one that this program built")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_archive(asked.database or f"sqlite:///{folder}/archive.db") as archive,
    ):
        with archive.reading() as session:
            is_empty = not session.scalar(select(func.count(PolicyRow.id)))
        if is_empty:
            build(archive, asked.policies, asked.visits)
        medians = {}
        for name, ask in questions(archive).items():
            wall, cpu = milliseconds(ask, ASKED)
            medians[name] = statistics.median(cpu)
            print(f"  {name:40} median {statistics.median(wall):8.1f} ms   CPU {medians[name]:8.1f} ms", flush=True)
    return int(medians["validators of the due policies"] > 40 + asked.policies / 100)


if __name__ == "__main__":
    sys.exit(main())
