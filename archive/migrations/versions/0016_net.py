"""Adds net changes. Besides the change from the previous version, a version may now have changes from earlier
versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("change") as change:
        change.drop_constraint("uq_change_version_id", type_="unique")
        change.create_index(op.f("ix_change_version_id"), ["version_id"], unique=False)
    op.create_table(
        "net",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_net_change_id")),
        sa.ForeignKeyConstraint(["earlier_id"], ["version.id"], name=op.f("fk_net_earlier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_net")),
        sa.UniqueConstraint("change_id", name=op.f("uq_net_change_id")),
    )
    op.create_index(op.f("ix_net_earlier_id"), "net", ["earlier_id"], unique=False)
