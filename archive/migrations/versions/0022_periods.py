"""Adds indexes for the report of a period and for the counts of rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_fetch_started_at", "fetch", ["started_at", "outcome", "policy_id"], unique=False)
    op.create_index(
        "ix_finding_material_rule",
        "finding",
        ["rule"],
        unique=False,
        sqlite_where=sa.text("material = 1"),
        postgresql_where=sa.text("material"),
    )
