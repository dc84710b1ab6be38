"""Adds the tables of the desk: people, their sessions, links, tokens and secret addresses, and who did what."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(3), server_default="en", nullable=False),
        sa.Column("zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("keys", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
    )
    _secrets("desk_session", _time("seen_at"), _time("ends_at"))
    _secrets("desk_browser")
    _secrets("desk_link", _time("ends_at"))
    name = sa.Column("name", sa.Text(), nullable=False)
    role = sa.Column("role", sa.String(16), nullable=False)
    _secrets("desk_token", name, role, _time("ends_at"))
    _secrets("desk_feed", sa.Column("kind", sa.String(16), nullable=False))
    op.create_table(
        "desk_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_access")),
    )
    op.create_index(op.f("ix_desk_access_at"), "desk_access", ["at"], unique=False)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _secrets(table: str, *columns: sa.Column[Any]) -> None:
    """Create a table of secrets that belong to people."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("sha256", name=op.f(f"uq_{table}_sha256")),
    )
    op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"], unique=False)
