"""Adds reviews of suppressions, the list of findings that wait for a review, days that policies state for changes,
notes, assignments, and the time when somebody asked for a visit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATED_DAY = sa.table(
    "stated_day", sa.column("change_id"), sa.column("kind"), sa.column("day", sa.DateTime(timezone=True))
)

FILL_WAITING = """
INSERT INTO waiting (finding_id, change_id, policy_id, rank, topic, language, seen_at, stated_due)
SELECT f.id, f.change_id, v.policy_id,
    CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
    f.topic, f.language, v.seen_at,
    (SELECT min(d.day) FROM stated_day d WHERE d.change_id = f.change_id AND d.day > v.seen_at)
FROM finding f JOIN change c ON c.id = f.change_id JOIN version v ON v.id = c.version_id
WHERE (f.material OR f.id IN (SELECT finding_id FROM alert))
    AND f.change_id NOT IN (SELECT change_id FROM net)
    AND coalesce((SELECT r.kind FROM review r WHERE r.id = (
        SELECT max(l.id) FROM review l WHERE l.finding_id = f.id AND l.kind <> 'comment'
    )), 'take-back') = 'take-back'
"""

DROP_REPEATS = """
DELETE FROM waiting WHERE finding_id IN (
    SELECT f.id FROM review r
    JOIN finding a ON a.id = r.finding_id
    JOIN change ac ON ac.id = a.change_id
    JOIN version av ON av.id = ac.version_id
    JOIN version v ON v.policy_id = av.policy_id
    JOIN change c ON c.version_id = v.id
    JOIN finding f ON f.change_id = c.id AND f.rule = a.rule AND f.before = a.before AND f.after = a.after
    WHERE r.kind = 'false-alarm' AND f.id <> a.id
        AND r.id = (SELECT max(l.id) FROM review l WHERE l.finding_id = a.id AND l.kind <> 'comment')
)
"""


def upgrade() -> None:
    op.create_table(
        "quiet_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suppression_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        _time("at"),
        _reference("quiet_review", "suppression"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_review")),
    )
    op.create_index(op.f("ix_quiet_review_suppression_id"), "quiet_review", ["suppression_id"], unique=False)
    _create_notes()
    _create_stated_days()
    _create_waiting()
    op.add_column("policy", sa.Column("visit_asked_at", sa.DateTime(timezone=True), nullable=True))
    unread = sa.text("outcome IN ('failed', 'not comparable')")
    op.create_index("ix_fetch_unread", "fetch", ["id"], sqlite_where=unread, postgresql_where=unread)


def _create_notes() -> None:
    op.create_table(
        "policy_note",
        sa.Column("policy_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        _time("at"),
        _reference("policy_note", "policy"),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_policy_note")),
    )
    op.create_table(
        "assignment",
        sa.Column("change_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        _time("at"),
        _reference("assignment", "change"),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_assignment")),
    )


def _create_stated_days() -> None:
    op.create_table(
        "stated_day",
        sa.Column("change_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        _time("day"),
        _reference("stated_day", "change"),
        sa.PrimaryKeyConstraint("change_id", "kind", name=op.f("pk_stated_day")),
    )
    op.create_index(op.f("ix_stated_day_day"), "stated_day", ["day"], unique=False)
    change = sa.table("change", sa.column("id"), sa.column("timing", sa.JSON()))
    for part in op.get_bind().execute(sa.select(change.c.id, change.c.timing).order_by(change.c.id)).partitions(1000):
        rows = [row for change_id, timing in part for row in _days(change_id, timing)]
        if rows:
            op.bulk_insert(STATED_DAY, rows)


def _days(change_id: int, timing: dict[str, Any] | str) -> Iterator[dict[str, Any]]:
    stored = json.loads(timing) if isinstance(timing, str) else timing
    for kind in ("effective", "due"):
        if stored.get(kind):
            day = datetime.fromisoformat(stored[kind]).replace(tzinfo=UTC)
            yield {"change_id": change_id, "kind": kind, "day": day}


def _create_waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("finding_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        _time("seen_at"),
        sa.Column("stated_due", sa.DateTime(timezone=True), nullable=True),
        _reference("waiting", "finding"),
        _reference("waiting", "change"),
        _reference("waiting", "policy"),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_waiting")),
    )
    op.create_index("ix_waiting_rank_change_id", "waiting", ["rank", "change_id"], unique=False)
    op.create_index(op.f("ix_waiting_change_id"), "waiting", ["change_id"], unique=False)
    op.create_index(op.f("ix_waiting_policy_id"), "waiting", ["policy_id"], unique=False)
    op.execute(FILL_WAITING)
    op.execute(DROP_REPEATS)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _reference(table: str, other: str) -> sa.ForeignKeyConstraint:
    column = f"{other}_id"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
