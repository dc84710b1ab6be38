"""Adds searchable sections, and indexes for queries over years."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Earlier versions are indexed at the first search and not here. Indexing many years of versions takes minutes, and
    # an upgrade locks the whole archive while it runs.
    _create_sections()
    _create_words()
    _replace_indexes()


def _create_sections() -> None:
    op.create_table(
        "section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("sha256", name=op.f("uq_section_sha256")),
    )
    op.create_table(
        "standing",
        sa.Column("section_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("policy_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("appeared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_standing_section_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_standing_policy_id")),
        sa.PrimaryKeyConstraint("section_id", "policy_id", "first", name=op.f("pk_standing")),
    )
    op.create_index("ix_standing_policy_id_last", "standing", ["policy_id", "last"])
    op.create_table(
        "indexed",
        sa.Column("policy_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_indexed_policy_id")),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_indexed")),
    )
    op.execute("INSERT INTO indexed (policy_id, number) SELECT DISTINCT policy_id, 0 FROM version")


def _create_words() -> None:
    """Create the full-text index. In SQLite and in PostgreSQL, it contains only stems (letters and digits), and never
    the text itself."""
    if op.get_bind().dialect.name == "sqlite":
        # This tokenizer treats every non-ASCII byte as part of a word, so it splits only at our spaces.
        op.execute("CREATE VIRTUAL TABLE section_words USING fts5(words, content='', columnsize=0, tokenize='ascii')")
        return
    op.execute(
        "CREATE TABLE section_words (section_id INTEGER PRIMARY KEY REFERENCES section (id), words TSVECTOR NOT NULL)"
    )
    op.execute("CREATE INDEX ix_section_words_words ON section_words USING gin (words)")


def _replace_indexes() -> None:
    """Create the indexes for queries over long histories. Drop each index that a unique key makes superfluous."""
    op.create_index("ix_fetch_policy_id_id", "fetch", ["policy_id", "id"])
    op.create_index(op.f("ix_version_seen_at"), "version", ["seen_at"])
    op.create_index("ix_finding_topic_change_id_severity", "finding", ["topic", "change_id", "severity"])
    op.drop_index(op.f("ix_fetch_policy_id"), "fetch")
    op.drop_index(op.f("ix_version_policy_id"), "version")
    op.drop_index(op.f("ix_finding_change_id"), "finding")
    op.drop_index(op.f("ix_suppression_change_id"), "suppression")
