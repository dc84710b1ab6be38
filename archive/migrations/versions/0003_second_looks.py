"""Adds second looks, returns to earlier texts, and flapping texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HALF_AN_HOUR, THREE_DAYS, A_WEEK = "1800", "259200", "604800"


def upgrade() -> None:
    # The text hash of an earlier version is computed when it is first needed. No earlier version was odd.
    for name, seconds in (("confirm_after", HALF_AN_HOUR), ("confirm_max", THREE_DAYS), ("flap_quiet", A_WEEK)):
        column = sa.Column(f"{name}_seconds", sa.Integer(), nullable=False, server_default=sa.text(seconds))
        op.add_column("policy", column)
    op.add_column("version", sa.Column("text_sha256", sa.String(length=64), nullable=True))
    op.add_column("version", sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("version", sa.Column("returns_to", sa.Integer(), nullable=True))
    op.add_column("version", sa.Column("flapping", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "pending",
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("fetch_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_pending_policy_id")),
        sa.ForeignKeyConstraint(["fetch_id"], ["fetch.id"], name=op.f("fk_pending_fetch_id")),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_pending")),
    )
