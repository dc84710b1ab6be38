"""Measures the questions that the pages of the desk ask of a large archive.

    python benchmarks/desk_questions.py [--policies 10000] [--versions 20] [--questions 20] [--database URL]

The archive is built as in `questions.py`, but without the rows for the search. Each question answers with a page of at
most 200 rows. The figures are CPU times of this process: the median, and the time within which 95 % of the questions
are answered. For PostgreSQL, the elapsed time matters too, because the server does a part of the work. The exit code is
1 if a question misses a target.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from archive.model import Query
from archive.questions.calendar import calendar
from archive.questions.lists.inbox import InboxFilter, inbox
from archive.questions.lists.pages import Page
from archive.questions.lists.policy_list import SORTS, PolicyFilter, Sort, list_policies
from archive.questions.lists.visits import checks, list_runs, timeline, unread_checks
from archive.questions.period import period_report
from archive.storage.database import Archive
from benchmarks.questions import built, milliseconds
from notifier.outbox.listing import DeliveryFilter, list_deliveries

MEDIAN, SLOW = 100.0, 250.0
"""Maximum CPU times of a question in milliseconds. The first is for the median, and the second is for 95 % of the
questions.
"""

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
CHANGES = 100
"""Number of changes on a page of the inbox. They have about 200 findings."""

YEAR = timedelta(days=365)
QUARTER = Query(since=datetime(2026, 4, 1, tzinfo=UTC), until=datetime(2026, 6, 30, tzinfo=UTC))
"""A quarter of a year in which each policy has a new version."""


def questions(archive: Archive, policies: int) -> dict[str, Callable[[int], object]]:
    """Return the questions by name. Each is a function that gets the number of the question."""
    filters = {
        "inbox": InboxFilter(),
        "inbox of a tag": InboxFilter(tag="vendor"),
        "inbox of a topic": InboxFilter(topic="sharing"),
        "inbox in a language": InboxFilter(language="id"),
        "inbox, overdue": InboxFilter(overdue=True),
        "inbox, nothing matches": InboxFilter(severity="critical"),
    }
    third = _page(lambda cursor: inbox(archive, InboxFilter(), NOW, after=cursor, limit=CHANGES), 3)

    def ask_inbox(wanted: InboxFilter) -> Callable[[int], object]:
        return lambda _: inbox(archive, wanted, NOW, limit=CHANGES)

    def ask_list(sort: Sort, number: int) -> object:
        return list_policies(archive, PolicyFilter(), NOW, sort, descending=bool(number % 2))

    def name(number: int) -> str:
        return f"Lending library {1 + number * 7919 % policies}"

    return {
        **{title: ask_inbox(wanted) for title, wanted in filters.items()},
        "inbox, third page": lambda _: inbox(archive, InboxFilter(), NOW, after=third, limit=CHANGES),
        "inbox of a policy": lambda n: inbox(archive, InboxFilter(policy=name(n)), NOW),
        **{f"policies by {sort}": partial(ask_list, sort) for sort in SORTS},
        "policies that fail": lambda _: list_policies(archive, PolicyFilter(health="failing"), NOW),
        "policies with words": lambda n: list_policies(archive, PolicyFilter(words=f"y {n}"), NOW),
        "timeline of a policy": lambda n: timeline(archive, name(n)),
        "checks of a policy": lambda n: checks(archive, name(n)),
        "failed checks": lambda _: unread_checks(archive),
        "runs": lambda _: list_runs(archive),
        "deliveries": lambda _: list_deliveries(archive, DeliveryFilter(), 200),
        "report of a quarter": lambda _: period_report(archive, QUARTER, NOW, limit=200),
        "report of a policy": lambda n: period_report(archive, replace(QUARTER, policy=name(n)), NOW),
        "calendar of a year": lambda _: calendar(archive, NOW - YEAR, NOW + YEAR),
    }


def _page(ask: Callable[[str | None], Page[object]], number: int) -> str | None:
    """Return the cursor of a later page."""
    cursor: str | None = None
    for _ in range(number - 1):
        cursor = ask(cursor).next
    return cursor


def report(archive: Archive, policies: int, asked: int) -> bool:
    """Print the figures. Return whether each question meets its targets."""
    reached = True
    for name, ask in questions(archive, policies).items():
        wall, cpu = milliseconds(ask, asked)
        median, slow = statistics.median(cpu), statistics.quantiles(cpu, n=20)[-1]
        met = median <= MEDIAN and slow <= SLOW
        elapsed = f"elapsed {statistics.median(wall):7.1f} ms"
        print(
            f"  {name:<28} CPU {median:7.1f} ms   95 % under {slow:7.1f} ms   {elapsed}{'' if met else '   MISSED'}",
            flush=True,
        )
        reached &= met
    return reached


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark. Return 1 if a question misses a target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=10_000, help="(10000)")
    parser.add_argument("--versions", type=int, default=20, help="of each policy (20)")
    parser.add_argument("--questions", type=int, default=20, help="of each kind (20)")
    parser.add_argument("--database", help="URL of an empty archive, or of one that this program built")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{folder}/archive.db"
        with built(url, asked.policies, asked.versions, searchable=False) as archive:
            return 0 if report(archive, asked.policies, asked.questions) else 1


if __name__ == "__main__":
    sys.exit(main())
