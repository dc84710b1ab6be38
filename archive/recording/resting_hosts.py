"""Hosts that asked to be left alone for longer than a run lasts, so that the next run does not ask them either."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from archive.storage.database import Archive
from archive.storage.tables import RestingHostRow

LONGEST_REST = timedelta(days=1)
"""Upper limit for a host's Retry-After, so that a mistaken value of a year cannot stop monitoring."""


@dataclass(frozen=True, slots=True)
class RestingHost:
    """A host that is not asked for now."""

    host: str
    """The host, with its port if the address has one."""
    until: datetime
    why: str
    """Goes on from "it is left alone": a clause for a person."""


def resting_hosts(archive: Archive, now: datetime) -> tuple[RestingHost, ...]:
    """Return the hosts that are not asked now."""
    with archive.reading() as session:
        rows = session.scalars(select(RestingHostRow).where(RestingHostRow.until > now).order_by(RestingHostRow.host))
        return tuple(RestingHost(row.host, row.until, row.why) for row in rows)


def note_resting(archive: Archive, hosts: Iterable[RestingHost], now: datetime) -> None:
    """Note what hosts asked for, for `LONGEST_REST` at most, and forget what is over."""
    with archive.writing() as session:
        session.execute(delete(RestingHostRow).where(RestingHostRow.until <= now))
        for host in hosts:
            session.merge(RestingHostRow(host=host.host, until=min(host.until, now + LONGEST_REST), why=host.why))
