"""Measures questions about rights and recipients across all policies of a large archive.

    python benchmarks/inventories.py [--policies 10000] [--versions 20] [--questions 20] [--database URL]

Without `--database`, the benchmark builds a SQLite archive in a temporary folder, and deletes it afterwards. A named
database must be empty. The versions have no texts: the questions read only the stored inventories. Each policy names
about 25 recipients and 6 rights in all its versions together. Some of these are only in a part of the versions. Each
answer has the first 200 entries and the number of all entries. Times are medians, of the wall clock and of this
process's CPU. CPU time does not include the work of PostgreSQL, which runs in a separate process.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select

from archive.questions.inventories import Scope, listed_recipients, listed_rights, policies_without
from archive.storage.database import Archive, open_archive
from archive.storage.tables import (
    Base,
    BlobRow,
    FetchRow,
    ListedRow,
    NamedRecipientRow,
    NamedRightRow,
    PolicyRow,
    VersionRow,
)
from benchmarks.questions import BEGAN, TARGET, VERSION_EVERY, analyse, fetch_row, milliseconds, policy_row
from differ.judgement.inventory_identity import inventory_identity

SEED = 21
LOT = 200
"""Number of policies that are written together."""
LIMIT = 200
CLASSES = ("advertising", "processors", "affiliates", "authorities", "third", "public", "buyer", "payment")
COUNTRIES = (("Indonesia", " ID "), ("the United States", " US "), ("Ireland", " IE "), ("Japan", " JP "))
RIGHTS = ("access", "rectify", "erase", "portability", "object", "restrict", "withdraw", "complaint")
TEXT = "0" * 64


def build(archive: Archive, policies: int, versions: int) -> None:
    """Write this number of policies, each with this number of versions and their inventories."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    with archive.engine.begin() as connection:
        connection.execute(insert(BlobRow), [{"sha256": TEXT, "size": 1, "content": b"x"}])
    for first in range(1, policies + 1, LOT):
        rows: dict[type[Base], list[dict[str, Any]]] = {}
        for number in range(first, min(first + LOT, policies + 1)):
            for table, row in _policy(chance, number, versions):
                rows.setdefault(table, []).append(row)
        with archive.engine.begin() as connection:
            for table in (PolicyRow, FetchRow, VersionRow, ListedRow, NamedRecipientRow, NamedRightRow):
                connection.execute(insert(table), rows[table])
    analyse(archive)


def add_inventories(archive: Archive, policies: int, versions: int) -> None:
    """List rights and recipients for the policies of an archive, unless they are listed already."""
    with archive.reading() as session:
        if session.scalar(select(func.count()).select_from(ListedRow)):
            return
    chance = random.Random(SEED)  # noqa: S311 - no secret
    for first in range(1, policies + 1, LOT):
        rows: dict[type[Base], list[dict[str, Any]]] = {}
        for number in range(first, min(first + LOT, policies + 1)):
            for table, row in inventory_rows(chance, number, versions):
                rows.setdefault(table, []).append(row)
        with archive.engine.begin() as connection:
            for table in (ListedRow, NamedRecipientRow, NamedRightRow):
                connection.execute(insert(table), rows[table])
    analyse(archive)


def _policy(chance: random.Random, policy: int, versions: int) -> list[tuple[type[Base], dict[str, Any]]]:
    """Return the rows of a policy, each with its table."""
    rows: list[tuple[type[Base], dict[str, Any]]] = [(PolicyRow, policy_row(policy, f"Library {policy}", "en"))]
    for number in range(1, versions + 1):
        key, seen = (policy - 1) * versions + number, BEGAN + VERSION_EVERY * number + timedelta(minutes=policy)
        rows.append((FetchRow, fetch_row(key, policy, seen, TEXT, again=False)))
        rows.append((VersionRow, version_row(key, policy, number) | {"seen_at": seen}))
    return [*rows, *inventory_rows(chance, policy, versions)]


def inventory_rows(chance: random.Random, policy: int, versions: int) -> list[tuple[type[Base], dict[str, Any]]]:
    """Return the rows of a policy's rights and recipients, each with its table."""
    rows: list[tuple[type[Base], dict[str, Any]]] = [
        (ListedRow, {"policy_id": policy, "number": versions, "identity": IDENTITY, "complete": True})
    ]
    for _ in range(25):
        country, codes = chance.choice(COUNTRIES) if chance.random() < 0.3 else ("", "")
        entry = {"kind": chance.choice(CLASSES), "name": f"Recipient {chance.randrange(5_000)}", "purpose": "delivery"}
        rows.append((NamedRecipientRow, _span(chance, policy, versions) | entry | {"country": country, "codes": codes}))
    for right in chance.sample(RIGHTS, 6):
        entry = {"right": right, "deadline": chance.choice(["", "30 days"]), "fee": "", "channel": "mail"}
        rows.append((NamedRightRow, _span(chance, policy, versions) | entry))
    return rows


def version_row(key: int, policy: int, number: int) -> dict[str, Any]:
    """Return the row of a version without a text of its own."""
    return {"id": key, "policy_id": policy, "number": number, "fetch_id": key, "document_sha256": TEXT,
            "identity": "generic 1", "dates": [], "boundary": False, "text_sha256": TEXT, "confirmed": True,
            "returns_to": None, "flapping": False}  # fmt: skip


def _span(chance: random.Random, policy: int, versions: int) -> dict[str, Any]:
    """Return the first and the last version in which a policy names an entry. Two of three entries are still named in
    the newest version.
    """
    first = chance.randint(1, versions)
    last = None if chance.random() < 2 / 3 else chance.randint(first, versions)
    appeared = BEGAN + VERSION_EVERY * first + timedelta(minutes=policy)
    gone = None if last is None else BEGAN + VERSION_EVERY * (last + 1) + timedelta(minutes=policy)
    return {"policy_id": policy, "first": first, "last": last, "language": "en", "section": "Who receives data",
            "sentence": "We share your data with our recipients.", "appeared_at": appeared, "gone_at": gone,
            "since": appeared}  # fmt: skip


IDENTITY = inventory_identity()


def questions(archive: Archive, versions: int) -> dict[str, Callable[[int], object]]:
    """Return the kinds of questions by name. Each is a function that gets the number of the question."""
    now, then = Scope(limit=LIMIT), Scope(at=BEGAN + VERSION_EVERY * versions / 2, limit=LIMIT)

    def kind(number: int) -> str:
        return CLASSES[number % len(CLASSES)]

    def right(number: int) -> str:
        return RIGHTS[number % len(RIGHTS)]

    return {
        "recipients of a class": lambda n: listed_recipients(archive, now, kind=kind(n)),
        "recipients in a country": lambda n: listed_recipients(archive, now, country=COUNTRIES[n % 4][1].strip()),
        "recipients of a class, on a day": lambda n: listed_recipients(archive, then, kind=kind(n)),
        "all recipients": lambda _: listed_recipients(archive, now),
        "policies that name a right": lambda n: listed_rights(archive, now, right=right(n)),
        "policies that name a right, on a day": lambda n: listed_rights(archive, then, right=right(n)),
        "policies without a right": lambda n: policies_without(archive, now, right(n)),
        "policies without a right, on a day": lambda n: policies_without(archive, then, right(n)),
    }


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark. Return 1 if the median CPU time of a kind of question misses the target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=10_000, help="(10000)")
    parser.add_argument("--versions", type=int, default=20, help="of each policy (20)")
    parser.add_argument("--questions", type=int, default=20, help="of each kind (20)")
    parser.add_argument("--database", help="URL of an empty archive")
    asked = parser.parse_args(words)
    missed = False
    folder = tempfile.TemporaryDirectory()
    with folder as place, open_archive(asked.database or f"sqlite:///{place}/archive.db") as archive:
        build(archive, asked.policies, asked.versions)
        for name, ask in questions(archive, asked.versions).items():
            wall, cpu = (statistics.median(times) for times in milliseconds(ask, asked.questions))
            print(f"  {name:<40} median {wall:8.1f} ms   CPU {cpu:8.1f} ms", flush=True)
            missed |= cpu >= TARGET
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
