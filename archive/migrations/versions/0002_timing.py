"""Adds two things: reasons in further languages, and how a change relates to the dates and languages of the policy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # To add a column with a default, the table need not be rewritten, and existing rows get the default. The timing and
    # drift of earlier changes are unknown.
    op.add_column("finding", sa.Column("translations", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("change", sa.Column("timing", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("change", sa.Column("drift", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
