"""Adds the mark of an archive in which nothing is left to do, and the number of transactions that wrote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "idle_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("writes", sa.Integer(), nullable=False),
        sa.Column("noted", sa.Integer(), nullable=True),
        sa.Column("configuration", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("since", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("until", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("well_until", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("watched", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("paused", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idle_mark")),
    )
    op.bulk_insert(table, [{"id": 1, "writes": 0}])
