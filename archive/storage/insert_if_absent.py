"""Rows that another transaction may have stored meanwhile."""

from __future__ import annotations

from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Insert

from archive.storage.tables import Base


def insert_if_absent(session: Session, kind: type[Base]) -> Insert:
    """Return an insert that leaves alone what has the same key; both databases write it in their own way."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(kind).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # a run on SQLite need not load it

    return postgresql.insert(kind).on_conflict_do_nothing()
