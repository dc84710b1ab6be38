"""Adds the time at which each message was planned, so that a message that waits too long is noticed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The time is unknown for earlier messages.
    op.add_column("delivery", sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
