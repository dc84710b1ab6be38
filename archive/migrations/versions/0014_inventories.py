"""Adds the rights and recipients that policies name, each with its first and last version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # For earlier versions, the next runs list the rights and recipients.
    op.create_table(
        "listed",
        sa.Column("policy_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(length=16), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_listed_policy_id")),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_listed")),
    )
    _create("named_right", "right", "deadline", "fee", "channel")
    _create("named_recipient", "kind", "name", "purpose", "country", "codes")
    op.create_index("ix_named_right_right_last_policy_id", "named_right", ["right", "last", "policy_id"])
    op.create_index("ix_named_recipient_kind_last_policy_id", "named_recipient", ["kind", "last", "policy_id"])
    op.create_index(
        "ix_named_recipient_codes",
        "named_recipient",
        ["codes", "last", "policy_id"],
        sqlite_where=sa.text("codes <> ''"),
        postgresql_where=sa.text("codes <> ''"),
    )


def _create(table: str, *facts: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("appeared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("language", "section", "sentence", *facts)),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f(f"fk_{table}_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_policy_id_last", table, ["policy_id", "last"], unique=False)
