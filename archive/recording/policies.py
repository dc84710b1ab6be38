"""Keeps the policies of the configuration, and decides which of them are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from archive.errors import UnknownPolicyError
from archive.model import Policy, SecondLooks
from archive.recording.policy_events import PolicyEventKind, note_policy_events
from archive.recording.second_looks import second_look
from archive.storage.database import Archive
from archive.storage.tables import PendingRow, PolicyRow
from document.model import ExtractionOptions

_TRIED = (
    update(PolicyRow)
    .where(PolicyRow.id.in_(bindparam("policies", expanding=True)))
    .values(tried_at=bindparam("started"))
)

DUE_SHARE = 0.9
"""A policy is due from this share of `every` on, so that a cron line at exactly `every` never skips a check."""


@dataclass(frozen=True, slots=True)
class Synchronised:
    """The changes that the configuration made: names of policies, each in the configuration's order."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    """Their address, interval, extraction, profile or tags changed."""
    renamed: tuple[str, ...] = ()
    """New names that took over the history of their `renamed_from`."""
    _: KW_ONLY
    retired: tuple[str, ...] = ()
    """No longer configured: kept and shown as retired."""
    returned: tuple[str, ...] = ()
    """Configured again after they were retired."""
    not_joined: tuple[str, ...] = ()
    """Their `renamed_from` was not followed: both names have a history in the archive, and two cannot become one."""


def synchronise(archive: Archive, policies: Iterable[Policy], now: datetime) -> Synchronised:
    """Make the archive's policies those of the configuration: add, update, rename, retire, bring back.

    Doing it twice changes nothing. Nothing is ever deleted. What it did to the list is recorded as events.
    """
    configured = {policy.name: policy for policy in policies}
    with archive.writing() as session:
        rows = {row.name: row for row in session.scalars(select(PolicyRow))}
        renamed, not_joined = _rename(session, rows, configured)
        added = tuple(name for name in configured if name not in rows)
        kept = [(rows[name], policy) for name, policy in configured.items() if name in rows]
        returned = tuple(row.name for row, _ in kept if row.retired_at is not None)
        updated = tuple(row.name for row, policy in kept if _update(row, policy))
        retired = _retire([row for name, row in rows.items() if name not in configured], now)
        rows |= {name: row_of(configured[name], now) for name in added}
        session.add_all(rows.values())
        done = Synchronised(added, updated, renamed, retired=retired, returned=returned, not_joined=not_joined)
        _note_events(session, rows, configured, done=done, now=now)
    return done


def _retire(rows: Iterable[PolicyRow], now: datetime) -> tuple[str, ...]:
    """Retire the policies that are no longer configured; return the names of those that were until now."""
    retired = [row for row in rows if row.retired_at is None]
    for row in retired:
        row.retired_at = now
    return tuple(row.name for row in retired)


def _note_events(
    session: Session,
    rows: Mapping[str, PolicyRow],
    configured: Mapping[str, Policy],
    *,
    done: Synchronised,
    now: datetime,
) -> None:
    session.flush()  # new rows get their numbers
    events: dict[PolicyEventKind, tuple[str, ...]] = {
        "added": done.added,
        "renamed": done.renamed,
        "removed": done.retired,
        "returned": done.returned,
    }
    for kind, names in events.items():
        formers = [(configured[name].renamed_from or "") if kind == "renamed" else "" for name in names]
        changed = [(rows[name], former) for name, former in zip(names, formers, strict=True)]
        note_policy_events(session, kind, changed, now)


def _rename(
    session: Session, rows: dict[str, PolicyRow], configured: dict[str, Policy]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Carry histories over to their new names; return the new names, and the names that have a history under both."""
    renamed, not_joined = [], []
    for name, policy in configured.items():
        before = policy.renamed_from
        if before is None or before not in rows or before == name:
            continue
        if name not in rows:
            rows[name] = rows.pop(before)
            rows[name].name = name
            session.flush()  # the old name may be taken again by a new policy
            renamed.append(name)
        elif before not in configured:
            not_joined.append(name)
    return tuple(renamed), tuple(not_joined)


def _update(row: PolicyRow, policy: Policy) -> bool:
    """Bring a row to its configuration; return whether anything but its retirement changed."""
    row.retired_at = None
    differs = False
    for field, value in _settings(policy).items():
        if getattr(row, field) != value:
            setattr(row, field, value)
            differs = True
    return differs


def _settings(policy: Policy) -> dict[str, object]:
    return {
        "url": policy.url,
        "further_urls": list(policy.options.further),
        "every_seconds": int(policy.every.total_seconds()),
        "languages": list(policy.options.languages),
        "selects": list(policy.options.select),
        "removes": list(policy.options.remove),
        "render": policy.options.rendered,
        "profile": policy.profile,
        "tags": list(policy.tags),
        "confirm_after_seconds": int(policy.looks.confirm_after.total_seconds()),
        "confirm_max_seconds": int(policy.looks.confirm_max.total_seconds()),
        "flap_quiet_seconds": int(policy.looks.flap_quiet.total_seconds()),
    }


def row_of(policy: Policy, now: datetime) -> PolicyRow:
    """Return the row of a policy that the archive does not know yet."""
    return PolicyRow(name=policy.name, created_at=now, retired_at=None, tried_at=None, **_settings(policy))


def due_policies(archive: Archive, now: datetime) -> tuple[Policy, ...]:
    """Return the policies to check now: those never tried first, then those that wait longest.

    It is due from `DUE_SHARE` of its `every` after the start of the last run that tried it, and sooner for a second
    look; a retired one never is.
    """
    with archive.reading() as session:
        rows = session.scalars(select(PolicyRow).where(PolicyRow.retired_at.is_(None)).order_by(PolicyRow.id)).all()
        looks = {row.policy_id: row for row in session.scalars(select(PendingRow))}
    waiting = [row for row in rows if is_due_at(next_check(row, looks.get(row.id)), row.tried_at, now)]
    waiting.sort(key=lambda row: (row.tried_at is not None, row.tried_at))
    return tuple(_policy(row) for row in waiting)


def next_check(row: PolicyRow, waiting: PendingRow | None) -> datetime | None:
    """Return when a policy is due; None if it was never tried, so that it is due at once."""
    usual = next_due(row.tried_at, timedelta(seconds=row.every_seconds))
    sooner = second_look(row, waiting)
    return usual if usual is None or sooner is None else min(usual, sooner)


def next_due(tried_at: datetime | None, every: timedelta) -> datetime | None:
    """Return when a policy is due, second looks apart; None if it was never tried."""
    return None if tried_at is None else tried_at + DUE_SHARE * every


def is_due_at(start: datetime | None, tried_at: datetime | None, now: datetime) -> bool:
    """Return whether the time has come. One tried in the future is due: the clock was set back, and may stay so."""
    return start is None or tried_at is None or now >= start or now < tried_at


def configured(archive: Archive, names: Iterable[str] = ()) -> tuple[Policy, ...]:
    """Return the policies of these names, or all that are not retired, in the order they were added.

    For `--policy NAME` and `--all`. Raises UnknownPolicyError for a name that is unknown or retired.
    """
    with archive.reading() as session:
        rows = session.scalars(select(PolicyRow).where(PolicyRow.retired_at.is_(None)).order_by(PolicyRow.id)).all()
    policies = {row.name: _policy(row) for row in rows}
    wanted = tuple(names)
    for name in wanted:
        if name not in policies:
            raise UnknownPolicyError(name, policies)
    return tuple(policy for name, policy in policies.items() if not wanted or name in wanted)


def mark_tried(archive: Archive, names: Iterable[str], run_started_at: datetime) -> None:
    """Note that a run which started then tried these policies, whatever comes of it."""
    wanted = list(names)
    with archive.writing() as session:
        session.execute(update(PolicyRow).where(PolicyRow.name.in_(wanted)).values(tried_at=run_started_at))


def options_of(row: PolicyRow) -> ExtractionOptions:
    """Return how the policy's pages are read, as it was configured last."""
    return ExtractionOptions(
        languages=tuple(row.languages),
        select=tuple(row.selects),
        remove=tuple(row.removes),
        rendered=row.render,
        further=tuple(row.further_urls),
    )


def note_tried(session: Session, policies: Sequence[int], run_started_at: datetime | None) -> None:
    """Note, by their ids, that a run which started then tried policies; with None, nothing.

    In the transaction that records what came of it: a run that is killed before leaves them due.
    """
    if policies and run_started_at is not None:
        session.connection().execute(_TRIED, {"policies": policies, "started": run_started_at})


def _policy(row: PolicyRow) -> Policy:
    return Policy(
        name=row.name,
        url=row.url,
        every=timedelta(seconds=row.every_seconds),
        options=options_of(row),
        profile=row.profile,
        tags=tuple(row.tags),
        looks=SecondLooks(
            timedelta(seconds=row.confirm_after_seconds),
            timedelta(seconds=row.confirm_max_seconds),
            timedelta(seconds=row.flap_quiet_seconds),
        ),
    )
