"""Reasons in further languages, and what the dates and languages of a policy say of a change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns that are added with a default need no table to be written again, and rows that are there take it: of
    # changes recorded before, no timing and no drift is known.
    op.add_column("finding", sa.Column("translations", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("change", sa.Column("timing", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("change", sa.Column("drift", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
