"""Adds two things: contents that are stored as a difference from another content, and a table for restorations of
backups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("blob") as batch:
        batch.add_column(sa.Column("base_sha256", sa.String(length=64), nullable=True))
        batch.create_foreign_key(op.f("fk_blob_base_sha256"), "blob", ["base_sha256"], ["sha256"])
        batch.create_index(op.f("ix_blob_base_sha256"), ["base_sha256"], unique=False)
    op.create_table(
        "restore",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restore")),
    )
