"""Stores which hosts asked for a pause. If a pause lasts longer than a run, the next run must respect it too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from archive.storage.database import Archive
from archive.storage.tables import RestingHostRow

LONGEST_REST = timedelta(days=1)
"""Upper limit for the pause that a host asks for with the header Retry-After. Without a limit, a wrong value such as a
year would stop the monitoring.
"""


@dataclass(frozen=True, slots=True)
class RestingHost:
    """A host that receives no requests for a while."""

    host: str
    """The host, with its port if the address has one."""
    until: datetime
    why: str
    """The reason in words: the end of a sentence that begins with "HOST is left alone until TIME:" in a log."""


def resting_hosts(archive: Archive, now: datetime) -> tuple[RestingHost, ...]:
    """Return the hosts that must not receive requests now."""
    with archive.reading() as session:
        rows = session.scalars(select(RestingHostRow).where(RestingHostRow.until > now).order_by(RestingHostRow.host))
        return tuple(RestingHost(row.host, row.until, row.why) for row in rows)


def note_resting(archive: Archive, hosts: Iterable[RestingHost], now: datetime) -> None:
    """Record the pauses that hosts asked for, up to `LONGEST_REST`. Delete the pauses that are over."""
    with archive.writing() as session:
        session.execute(delete(RestingHostRow).where(RestingHostRow.until <= now))
        for host in hosts:
            session.merge(RestingHostRow(host=host.host, until=min(host.until, now + LONGEST_REST), why=host.why))
