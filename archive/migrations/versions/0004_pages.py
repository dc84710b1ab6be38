"""Adds three things: further pages for policies with several addresses, fingerprints of pages, and hosts that asked for
a pause."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Earlier policies had one address. The extraction of earlier fetches is unknown.
    op.add_column("policy", sa.Column("further_urls", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("policy", sa.Column("render", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("fetch", sa.Column("identity", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "fetch_page",
        sa.Column("fetch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=True),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["fetch_id"], ["fetch.id"], name=op.f("fk_fetch_page_fetch_id")),
        sa.ForeignKeyConstraint(["snapshot_sha256"], ["blob.sha256"], name=op.f("fk_fetch_page_snapshot_sha256")),
        sa.PrimaryKeyConstraint("fetch_id", "position", name=op.f("pk_fetch_page")),
    )
    op.create_table(
        "known_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("exact", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_known_page_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_page")),
    )
    op.create_index(op.f("ix_known_page_policy_id"), "known_page", ["policy_id"], unique=False)
    op.create_table(
        "resting_host",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_resting_host")),
    )
