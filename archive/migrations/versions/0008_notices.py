"""Adds digests, quiet hours, and subscriptions made on the command line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ONCE_FOR_EACH_CHANGE = "uq_delivery_change_id_subscription_id_channel_recipient"
ONCE_FOR_EACH_KEY = "uq_delivery_subscription_id_kind_key_channel_recipient"


def upgrade() -> None:
    op.add_column(
        "subscription", sa.Column("source", sa.String(length=16), nullable=False, server_default="configuration")
    )
    op.add_column("subscription", sa.Column("settings", sa.JSON(), nullable=True))
    op.add_column("subscription", sa.Column("created_by", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("subscription", sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("subscription", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("subscription", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("subscription", sa.Column("digested_until", sa.DateTime(timezone=True), nullable=True))
    for name in ("digested_fetch_id", "digested_change_id"):
        op.add_column("subscription", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("alert", sa.Column("digest", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("kind", sa.String(length=16), nullable=False, server_default="alert"))
    op.add_column("delivery", sa.Column("key", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("delivery", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("delivery", sa.Column("payload", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    # Before this revision, every delivery was about one change and was sent at once.
    op.execute("UPDATE delivery SET key = CAST(change_id AS TEXT)")
    with op.batch_alter_table("delivery") as delivery:
        delivery.alter_column("change_id", existing_type=sa.Integer(), nullable=True)
        delivery.drop_constraint(ONCE_FOR_EACH_CHANGE, type_="unique")
        delivery.create_unique_constraint(ONCE_FOR_EACH_KEY, ["subscription_id", "kind", "key", "channel", "recipient"])
