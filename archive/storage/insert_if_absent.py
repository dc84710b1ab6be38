"""Inserts rows that another transaction may have stored already."""

from __future__ import annotations

from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Insert

from archive.storage.tables import Base


def insert_if_absent(session: Session, kind: type[Base]) -> Insert:
    """Return an insert that ignores a row with an existing key. Each database has its own syntax for it."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(kind).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # not loaded for SQLite

    return postgresql.insert(kind).on_conflict_do_nothing()
