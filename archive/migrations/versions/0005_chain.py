"""Adds three things: the chain that seals the evidence, evidence rows for names and removals, and time stamps of the
chain."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
import zstandard
from alembic import op

from archive.errors import DamagedArchiveError
from archive.migrations.seals_at_0005 import seal
from document import from_json, text_identity

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SEALED = ("naming", "fetch", "version", "change", "finding", "suppression")
"""The kinds of evidence that existed before the chain."""


def upgrade() -> None:
    _create_evidence()
    _create_chain()
    _name_policies()
    _identify_texts()
    _seal()


def _create_evidence() -> None:
    op.create_table(
        "naming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_naming_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_naming")),
    )
    op.create_index(op.f("ix_naming_policy_id"), "naming", ["policy_id"], unique=False)
    op.create_table(
        "removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fetch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["fetch_id"], ["fetch.id"], name=op.f("fk_removal_fetch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
        sa.UniqueConstraint("fetch_id", "position", name=op.f("uq_removal_fetch_id_position")),
    )


def _create_chain() -> None:
    op.create_table(
        "chain_entry",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_chain_entry")),
        sa.UniqueConstraint("kind", "row_id", name=op.f("uq_chain_entry_kind_row_id")),
    )
    op.create_table(
        "chain_stamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_stamp")),
    )


def _name_policies() -> None:
    """Record the current names of the policies. Their earlier names are unknown."""
    op.execute("INSERT INTO naming (policy_id, name, since) SELECT id, name, created_at FROM policy ORDER BY id")


def _identify_texts() -> None:
    """Store the text hash of earlier versions. It is sealed together with the version."""
    version = sa.table("version", *map(sa.column, ("id", "document_sha256", "text_sha256")))
    connection = op.get_bind()
    query = sa.select(version.c.id, version.c.document_sha256).where(version.c.text_sha256.is_(None))
    for version_id, address in connection.execute(query).all():
        text = text_identity(from_json(_content(connection, address)))
        connection.execute(sa.update(version).where(version.c.id == version_id).values(text_sha256=text))
    with op.batch_alter_table("version") as batch:
        batch.alter_column("text_sha256", existing_type=sa.String(length=64), nullable=False)


def _content(connection: sa.Connection, address: str) -> bytes:
    row = connection.execute(sa.select(_BLOB.c.content, _BLOB.c.size).where(_BLOB.c.sha256 == address)).one()
    try:
        return zstandard.ZstdDecompressor().decompress(row.content, max_output_size=row.size)
    except zstandard.ZstdError as error:
        location = connection.engine.url.render_as_string(hide_password=True)
        problem = f"the stored content {address} cannot be read; restore the last backup"
        raise DamagedArchiveError(location, problem) from error


_BLOB = sa.table("blob", sa.column("sha256"), sa.column("size"), sa.column("content", sa.LargeBinary()))
"""The table of contents in this revision: each content is compressed by itself."""


def _seal() -> None:
    """Begin the chain, and seal the rows of older programs. From now on every alteration can be detected."""
    seal(op.get_bind(), SEALED, secrets.token_hex(32), datetime.now(UTC))
