"""Gives the history of a renamed policy the new name. Also finds new names that may be renames, although the
configuration has no `renamed_from` for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.model import Policy
from archive.storage.database import Archive
from archive.storage.tables import PolicyRow

JUST_LEFT = timedelta(days=7)
"""Time after its retirement during which a policy counts as just retired."""


@dataclass(frozen=True, slots=True)
class RenameQuestion:
    """The question whether a new name is a rename. It is asked if the new policy has an address of a policy that was
    just retired.
    """

    name: str
    """The new name."""
    former: str
    """The former name, which is no longer in the configuration. The policy keeps this name until the question is
    answered.
    """


def open_rename_questions(archive: Archive, policies: Iterable[Policy], now: datetime) -> tuple[RenameQuestion, ...]:
    """Return the open questions about renames, given the configured policies."""
    with archive.reading() as session:
        rows = {row.name: row for row in session.scalars(select(PolicyRow))}
    return rename_questions(rows, {policy.name: policy for policy in policies}, now)


def rename_questions(
    rows: Mapping[str, PolicyRow], configured: Mapping[str, Policy], now: datetime
) -> tuple[RenameQuestion, ...]:
    """Return a question for each new policy that has an address of a policy that was just retired. There is no question
    if the new policy has the setting `renamed_from` or `new`.
    """
    continued = {policy.renamed_from for policy in configured.values()}
    left = {
        name: {row.url, *row.further_urls}
        for name, row in rows.items()
        if name not in configured and name not in continued and _just_left(row, now)
    }
    questions = []
    for name, policy in configured.items():
        if name in rows or policy.new or policy.renamed_from is not None:
            continue
        former = next((former for former, urls in left.items() if not urls.isdisjoint(policy.urls)), None)
        if former is not None:
            questions.append(RenameQuestion(name, former))
            del left[former]
    return tuple(questions)


def _just_left(row: PolicyRow, now: datetime) -> bool:
    return row.retired_at is None or now - row.retired_at <= JUST_LEFT


def under_former_names(configured: Mapping[str, Policy], questions: Iterable[RenameQuestion]) -> dict[str, Policy]:
    """Return the policies by name. A policy with an open question has its former name."""
    formers = {question.name: question.former for question in questions}
    renamed = (replace(policy, name=formers.get(name, name)) for name, policy in configured.items())
    return {policy.name: policy for policy in renamed}


def follow_renames(
    session: Session, rows: dict[str, PolicyRow], configured: Mapping[str, Policy]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give histories their new names. Return two lists: the new names, and the names that could not change because the
    old and the new name both have a history.
    """
    renamed, not_joined = [], []
    for name, policy in configured.items():
        before = policy.renamed_from
        if before is None or before not in rows or before == name:
            continue
        if name not in rows:
            rows[name] = rows.pop(before)
            rows[name].name = name
            session.flush()  # a new policy may have the old name of a renamed policy
            renamed.append(name)
        elif before not in configured:
            not_joined.append(name)
    return tuple(renamed), tuple(not_joined)
