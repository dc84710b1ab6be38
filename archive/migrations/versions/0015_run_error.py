"""Adds the reason why a run was interrupted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("error", sa.Text(), server_default=sa.text("''"), nullable=False))
