"""Parameter types and functions for all commands that query the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import click

from archive.model import Version
from archive.questions.history import as_of, version
from archive.questions.known_days import DayKnowledge, known_at
from archive.storage.database import Archive
from clausewatch.errors import ClausewatchError, ExitCode
from clausewatch.output import times


class NoAnswerError(ClausewatchError):
    """The requested version, section or finding does not exist."""

    exit_code = ExitCode.USAGE


class Moment(click.ParamType[datetime]):
    """A parameter that is a day or a time.

    Without a zone, a time is in UTC. A day may be relative to today, such as "3 days ago".
    """

    name = "date"

    def __init__(self, read: Callable[[str, date], datetime]) -> None:
        self.read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return self.read(value, datetime.now(UTC).date())
        except ValueError:
            forms = 'write 2026-03-31, yesterday or "3 days ago", or 2026-03-31T14:30 for a time (UTC)'
            self.fail(f"{value!r} is not a date; {forms}", param, ctx)


FROM = Moment(times.start)
"""The beginning of a period. If the user gives a day without a time, the period begins at the start of this day."""
UNTIL = Moment(times.end)
"""The end of a period. If the user gives a day without a time, the period ends at the end of this day."""


def print_page(page: str) -> None:
    """Print an HTML page as UTF-8, even if the terminal has another encoding, because the page declares UTF-8."""
    click.echo(page.encode(), nl=False)


def named_version(archive: Archive, policy: str, name: str) -> Version:
    """Return a version. `name` is the version's number, or a day. A day means the version that was current at the end
    of the day.

    Raises click.BadParameter. Raises the archive's errors for an unknown policy or version.
    """
    at = _moment_of(name)
    return version(archive, policy, int(name.strip().lstrip("vV"))) if at is None else as_of(archive, policy, at)


def known_days(archive: Archive, policy: str, *names: str | None) -> tuple[DayKnowledge, ...]:
    """Return what is known about the policy on each day in `names`. Version numbers in `names` are skipped."""
    moments = [_moment_of(name) for name in names if name is not None]
    return tuple(known_at(archive, policy, at) for at in moments if at is not None)


def _moment_of(name: str) -> datetime | None:
    """Return the end of the named day, or None if `name` is a version number. Raises click.BadParameter."""
    number = name.strip().lstrip("vV")
    if number.isdecimal() and len(number) < len("20260331"):
        return None
    return UNTIL.convert(name, None, None)
