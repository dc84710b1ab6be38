"""Marks the archive after a run if the next run has nothing to do. The next run can then end at once; see
`archive/idle.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from archive.evidence.timestamps import last_stamp
from archive.idle import IdleMark
from archive.questions.due import next_times
from archive.recording.runs import note_idle
from archive.storage.database import Archive
from clausewatch.config import Configuration
from clausewatch.operation.health import longest_silence, problems
from languages import ADDED
from notifier import outbox

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def note_if_idle(archive: Archive, configuration: Configuration, writes: int, now: datetime) -> None:
    """Mark the archive after a completed run, if the run wrote nothing except its own start and end. `writes` is the
    number of transactions that have written to the archive so far. Some settings need a full run each time: a watchdog
    that is notified after each run, a list of heads, templates, and added languages. With such a setting, the archive
    is not marked. The archive is not marked either if messages wait or were given up, because each run must report
    them.
    """
    others = (configuration.watchdog.ping, configuration.head_list, configuration.templates, os.environ.get(ADDED))
    standing = outbox.delivery_counts(archive)
    if not configuration.token or any(others) or standing.waiting or standing.dead:
        return
    until = min(_times_of_work(archive, configuration, now), default=FOREVER)
    well = not problems(archive, configuration, now)
    mark = IdleMark(
        configuration.token,
        now,
        until,
        well_until=min(_times_of_trouble(archive, configuration, now)) if well else now,
        watched=len(configuration.policies),
        paused=sum(policy.paused for policy in configuration.policies),
    )
    note_idle(archive, mark, writes)


def _times_of_work(archive: Archive, configuration: Configuration, now: datetime) -> Iterator[datetime]:
    """Yield the times at which a run has something to do, although nothing was written."""
    due = next_times(archive).due
    if due is not None:
        yield due
    yield from outbox.next_digests(archive, configuration.subscribers, now)
    yield from outbox.awaited_welcomes(archive, configuration.subscribers)
    stamped = last_stamp(archive) if configuration.stamping is not None else None
    if configuration.stamping is not None:
        yield now if stamped is None else stamped + configuration.stamping.every


def _times_of_trouble(archive: Archive, configuration: Configuration, now: datetime) -> Iterator[datetime]:
    """Yield the times at which a problem begins, although nothing was written."""
    yield FOREVER
    overdue = next_times(archive).overdue
    if overdue is not None:
        yield overdue
    silence = longest_silence(configuration)
    if silence is not None:
        yield now + silence - timedelta(seconds=1)  # the run ended a moment ago
