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

FORMATS = click.Choice(["text", "json", "html"])


class NoAnswerError(ClausewatchError):
    """The requested version, section or finding does not exist."""

    exit_code = ExitCode.USAGE


class Moment(click.ParamType[datetime]):
    """A day or a time, in UTC unless it has a zone. A day may be relative to today: "yesterday", "3 days ago"."""

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
"""A moment at which a period begins. A day without a time means its first moment."""
UNTIL = Moment(times.end)
"""A moment at which a period ends. A day without a time means its last moment."""


def print_page(page: str) -> None:
    """Print a page as UTF-8, as the page itself declares, whatever the terminal's encoding."""
    click.echo(page.encode(), nl=False)


def named_version(archive: Archive, policy: str, name: str) -> Version:
    """Return the version with this number, or the version that was current at the end of this day.

    Raises click.BadParameter. Raises the archive's errors for an unknown policy or version.
    """
    at = _moment_of(name)
    return version(archive, policy, int(name.strip().lstrip("vV"))) if at is None else as_of(archive, policy, at)


def known_days(archive: Archive, policy: str, *names: str | None) -> tuple[DayKnowledge, ...]:
    """Return what is known about each day in `names`. Numbers of versions are skipped."""
    moments = [_moment_of(name) for name in names if name is not None]
    return tuple(known_at(archive, policy, at) for at in moments if at is not None)


def _moment_of(name: str) -> datetime | None:
    """Return the end of the day with this name, or None if the name is a version number. Raises click.BadParameter."""
    number = name.strip().lstrip("vV")
    if number.isdecimal() and len(number) < len("20260331"):
        return None
    return UNTIL.convert(name, None, None)
