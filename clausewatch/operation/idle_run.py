"""Does a run that has nothing to do. It does not import the modules that other runs need."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from archive.idle import IdleMark, held_mark, record_idle_run
from clausewatch.config.checked import recall
from clausewatch.operation.lock import only_run_on_this_machine
from languages import ADDED


def idle_run(path: Path) -> tuple[IdleMark, int] | None:
    """Record a run if it is certain that the run has nothing to do. Return the archive's mark and the number of the
    run. Otherwise record nothing and return None. `path` is the configuration file. Raises RunInProgressError if
    another run on this machine holds the lock. A run on another machine holds a different lock. But such a run has
    written to the archive, so the mark is no longer valid.
    """
    checked = recall(path)
    database = None if checked is None or os.environ.get(ADDED) else checked.resolved_database(path)
    if checked is None or database is None:
        return None
    with only_run_on_this_machine(database):
        return record_idle_run(database, checked.token, datetime.now(UTC))


def is_well(path: Path) -> bool:
    """Whether it is certain that `status --check` finds no problem. `path` is the configuration file."""
    checked = recall(path)
    database = None if checked is None or os.environ.get(ADDED) else checked.resolved_database(path)
    if checked is None or database is None:
        return False
    now = datetime.now(UTC)
    mark = held_mark(database, checked.token, now)
    return mark is not None and now < mark.well_until
