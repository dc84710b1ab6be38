"""Stores the configured policies in the archive, and decides which policies are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from archive.errors import UnknownPolicyError
from archive.model import Policy, SecondLooks
from archive.recording.renames import RenameQuestion, follow_renames, rename_questions, under_former_names
from archive.recording.second_looks import second_look
from archive.storage.database import Archive
from archive.storage.evidence_rows import BATCH
from archive.storage.tables import Columns, PendingRow, PolicyEventRow, PolicyRow
from archive.storage.version_reader import policy_row
from document.model import ExtractionOptions

_TRIED = (
    update(PolicyRow)
    .where(PolicyRow.id.in_(bindparam("policies", expanding=True)))
    .values(tried_at=bindparam("started"))
)

DUE_SHARE = 0.9
"""Share of the interval `every` after which a policy is due. It is less than 1 because a cron job with the same
interval may start a little early, and would then skip the check.
"""


PolicyEventKind = Literal["added", "removed", "returned", "renamed", "paused", "resumed"]
POLICY_EVENT_KINDS: tuple[PolicyEventKind, ...] = ("added", "removed", "returned", "renamed", "paused", "resumed")
"""Kinds of changes to the list of policies. Subscribers and operators are notified of these changes. `returned` means
that a retired policy is configured again.
"""


@dataclass(frozen=True, slots=True)
class Synchronised:
    """The changes that a new configuration makes. Each field has names of policies, in the order of the
    configuration.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    """Policies with a new address, interval, extraction, profile or tags."""
    renamed: tuple[str, ...] = ()
    """New names of policies that took over the history of their `renamed_from`."""
    _: KW_ONLY
    retired: tuple[str, ...] = ()
    """Policies that are no longer configured. They stay in the archive and are shown as retired."""
    returned: tuple[str, ...] = ()
    """Retired policies that are configured again."""
    paused: tuple[str, ...] = ()
    """Policies whose fetching is now paused."""
    resumed: tuple[str, ...] = ()
    """Policies whose fetching is now resumed."""
    not_joined: tuple[str, ...] = ()
    """Policies whose `renamed_from` was ignored, because the old and the new name both have a history. Two histories
    cannot be joined.
    """
    questions: tuple[RenameQuestion, ...] = ()
    """Questions about new names that may be renames. Until the configuration answers a question, the policy keeps its
    former name.
    """


def synchronise(archive: Archive, policies: Iterable[Policy], now: datetime) -> Synchronised:
    """Make the policies in the archive agree with the configuration. Policies are added, updated, renamed, retired or
    restored, but never deleted. A second call with the same configuration changes nothing. Changes to the list of
    policies are recorded as events.
    """
    named = {policy.name: policy for policy in policies}
    with archive.writing() as session:
        rows = {row.name: row for row in session.scalars(select(PolicyRow))}
        questions = rename_questions(rows, named, now)
        configured = under_former_names(named, questions)
        renamed, not_joined = follow_renames(session, rows, configured)
        added = tuple(name for name in configured if name not in rows)
        kept = [(rows[name], policy) for name, policy in configured.items() if name in rows]
        returned = tuple(row.name for row, _ in kept if row.retired_at is not None)
        updated = tuple(row.name for row, policy in kept if _update(row, policy))
        paused, resumed = _pause(kept, now)
        retired = _retire([row for name, row in rows.items() if name not in configured], now)
        rows |= {name: row_of(configured[name], now) for name in added}
        session.add_all(rows.values())
        done = Synchronised(
            added,
            updated,
            renamed,
            retired=retired,
            returned=returned,
            paused=paused,
            resumed=resumed,
            not_joined=not_joined,
            questions=questions,
        )
        _note_events(session, rows, configured, done=done, now=now)
    return done


def _retire(rows: Iterable[PolicyRow], now: datetime) -> tuple[str, ...]:
    """Retire the policies that are no longer configured. Return the names of the policies that this call retired."""
    retired = [row for row in rows if row.retired_at is None]
    for row in retired:
        row.retired_at = now
    return tuple(row.name for row in retired)


def _pause(kept: Sequence[tuple[PolicyRow, Policy]], now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pause and resume policies as configured. Return the names of the paused policies, and the names of the resumed
    policies."""
    paused = [row for row, policy in kept if policy.paused and row.paused_at is None]
    resumed = [row for row, policy in kept if not policy.paused and row.paused_at is not None]
    for row in paused:
        row.paused_at = now
    for row in resumed:
        row.paused_at = None
    return tuple(row.name for row in paused), tuple(row.name for row in resumed)


def _note_events(
    session: Session,
    rows: Mapping[str, PolicyRow],
    configured: Mapping[str, Policy],
    *,
    done: Synchronised,
    now: datetime,
) -> None:
    session.flush()  # new rows get their numbers now
    events: dict[PolicyEventKind, tuple[str, ...]] = {
        "added": done.added,
        "renamed": done.renamed,
        "removed": done.retired,
        "returned": done.returned,
        "paused": done.paused,
        "resumed": done.resumed,
    }
    for kind, names in events.items():
        formers = [(configured[name].renamed_from or "") if kind == "renamed" else "" for name in names]
        session.add_all(
            PolicyEventRow(
                policy_id=rows[name].id, kind=kind, name=name, former=former, tags=list(rows[name].tags), at=now
            )
            for name, former in zip(names, formers, strict=True)
        )


def _update(row: PolicyRow, policy: Policy) -> bool:
    """Update a row to its configuration. Return whether a setting changed."""
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
        "owner": policy.owner,
        "confirm_after_seconds": int(policy.looks.confirm_after.total_seconds()),
        "confirm_max_seconds": int(policy.looks.confirm_max.total_seconds()),
        "flap_quiet_seconds": int(policy.looks.flap_quiet.total_seconds()),
    }


def row_of(policy: Policy, now: datetime) -> PolicyRow:
    """Return the row for a policy that is not in the archive yet."""
    paused_at = now if policy.paused else None
    return PolicyRow(
        name=policy.name, created_at=now, retired_at=None, tried_at=None, paused_at=paused_at, **_settings(policy)
    )


TIMES = (
    PolicyRow.id,
    PolicyRow.created_at,
    PolicyRow.tried_at,
    PolicyRow.every_seconds,
    PolicyRow.visit_asked_at,
    PolicyRow.confirm_after_seconds,
    PolicyRow.confirm_max_seconds,
)
"""The columns that decide when a policy is due."""


def due_policies(archive: Archive, now: datetime) -> tuple[Policy, ...]:
    """Return the policies to check now. Policies that were never tried come first. The other policies follow, the
    longest waiting policy first.

    A policy is due when `DUE_SHARE` of its `every` has passed since the start of the last run that tried it. A policy
    that needs a second look is due earlier. A retired or paused policy is never due.
    """
    with archive.reading() as session:
        looks = {row.policy_id: row for row in session.scalars(select(PendingRow))}
        # Usually, few policies are due. So only a few columns of each policy are read first, because reading whole rows
        # would take longer.
        every = session.execute(fetched_policies().with_only_columns(*TIMES)).all()
        waiting = [row for row in every if is_due_at(next_check(row, looks.get(row.id)), row.tried_at, now)]
        waiting.sort(key=lambda row: (row.tried_at is not None, row.tried_at))
        policies: dict[int, Policy] = {}
        for part in range(0, len(waiting), BATCH):
            ids = [row.id for row in waiting[part : part + BATCH]]
            policies |= {
                row.id: _policy(row) for row in session.scalars(select(PolicyRow).where(PolicyRow.id.in_(ids)))
            }
    return tuple(policies[row.id] for row in waiting)


def fetched_policies() -> Select[PolicyRow]:
    """Select the policies that are fetched, in the order in which they were added."""
    return select(PolicyRow).where(PolicyRow.retired_at.is_(None), PolicyRow.paused_at.is_(None)).order_by(PolicyRow.id)


def next_check(row: PolicyRow | Columns, waiting: PendingRow | None) -> datetime | None:
    """Return the time at which a policy is due. Return None if the policy is due at once, because it was never
    tried.
    """
    usual = next_due(row.tried_at, timedelta(seconds=row.every_seconds))
    if usual is None:
        return None
    return min([usual, *filter(None, (second_look(row, waiting), visit_asked(row)))])


def visit_asked(row: PolicyRow | Columns) -> datetime | None:
    """Return the time at which somebody asked for a visit. Return None if nobody asked, or if a visit was made after
    that.
    """
    asked = row.visit_asked_at
    return None if asked is None or (row.tried_at is not None and row.tried_at >= asked) else asked


def ask_for_visit(archive: Archive, name: str, now: datetime) -> None:
    """Make a policy due at once, so that the next run visits it. Raises UnknownPolicyError for an unknown, retired or
    paused policy.
    """
    with archive.writing() as session:
        rows = {row.name: row for row in session.scalars(fetched_policies())}
        if name not in rows:
            raise UnknownPolicyError(name, rows)
        rows[name].visit_asked_at = now


def asked_visit(archive: Archive, name: str) -> datetime | None:
    """Return the time at which somebody asked for a visit of a policy. Return None if nobody asked, or if a visit was
    made since. Raises UnknownPolicyError.
    """
    with archive.reading() as session:
        return visit_asked(policy_row(session, name))


def next_due(tried_at: datetime | None, every: timedelta) -> datetime | None:
    """Return the time at which a policy is due. Second looks are not considered. Return None if the policy was never
    tried.
    """
    return None if tried_at is None else tried_at + DUE_SHARE * every


def is_due_at(start: datetime | None, tried_at: datetime | None, now: datetime) -> bool:
    """Return whether a policy is due. If `tried_at` is in the future, the clock was set back, and the policy is due."""
    return start is None or tried_at is None or now >= start or now < tried_at


def configured(archive: Archive, names: Iterable[str] = ()) -> tuple[Policy, ...]:
    """Return the policies with these names in the order in which they were added. If no names are given, return all
    policies except retired and paused ones. The options `--policy NAME` and `--all` use this function. Raises
    UnknownPolicyError for an unknown, retired or paused policy.
    """
    with archive.reading() as session:
        rows = session.scalars(fetched_policies()).all()
    policies = {row.name: _policy(row) for row in rows}
    wanted = tuple(names)
    for name in wanted:
        if name not in policies:
            raise UnknownPolicyError(name, policies)
    return tuple(policy for name, policy in policies.items() if not wanted or name in wanted)


def mark_tried(archive: Archive, names: Iterable[str], run_started_at: datetime) -> None:
    """Record that a run tried these policies, with or without success. `run_started_at` is the start of the run."""
    wanted = list(names)
    with archive.writing() as session:
        session.execute(update(PolicyRow).where(PolicyRow.name.in_(wanted)).values(tried_at=run_started_at))


def options_of(row: PolicyRow) -> ExtractionOptions:
    """Return the extraction options of a policy, as last configured."""
    return ExtractionOptions(
        languages=tuple(row.languages),
        select=tuple(row.selects),
        remove=tuple(row.removes),
        rendered=row.render,
        further=tuple(row.further_urls),
    )


def note_tried(session: Session, policies: Sequence[int], run_started_at: datetime | None) -> None:
    """Record that a run tried the policies with these ids. `run_started_at` is the start of the run; if it is None, do
    nothing. Call this function in the transaction that records the results. So the policies stay due if the run is
    killed before the commit.
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
        owner=row.owner,
        paused=row.paused_at is not None,
        looks=SecondLooks(
            timedelta(seconds=row.confirm_after_seconds),
            timedelta(seconds=row.confirm_max_seconds),
            timedelta(seconds=row.flap_quiet_seconds),
        ),
    )
