"""Inserts rows, unless another transaction has already stored the same row."""

from __future__ import annotations

from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Insert

from archive.storage.tables import Base


def insert_if_absent(session: Session, kind: type[Base]) -> Insert:
    """Return an INSERT statement that skips a row whose key exists already. SQLite and PostgreSQL have different syntax
    for this."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(kind).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # not loaded for SQLite

    return postgresql.insert(kind).on_conflict_do_nothing()
