"""Adds the owner of a policy, and the time since which the policy is paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policy", sa.Column("owner", sa.Text(), nullable=False, server_default=""))
    op.add_column("policy", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
