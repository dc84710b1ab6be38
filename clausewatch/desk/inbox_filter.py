"""Reads the filter of the inbox from the address of a page. The page of a change has the same filter in its address, so
that its links to the next and the previous change stay within the filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import Depends, Query

from archive.questions.lists.inbox import InboxFilter
from differ.model import SEVERITIES, Severity

Word = Annotated[str, Query(max_length=200)]

NOBODY = "-"
"""The value in the address that selects changes that are assigned to nobody."""


@dataclass(frozen=True, slots=True)
class ChosenFilter:
    """The filter of the inbox, and its form in an address."""

    wanted: InboxFilter
    words: Mapping[str, str]
    """The parameters of the address. Parameters that select everything are ""."""

    @property
    def query(self) -> dict[str, str]:
        """The parameters that limit the inbox."""
        return {name: value for name, value in self.words.items() if value}


def chosen_filter(
    topic: Word = "",
    severity: Word = "",
    tag: Word = "",
    policy: Word = "",
    language: Word = "",
    owner: Word = "",
    assigned: Word = "",
    since: date | None = None,
    overdue: bool = False,
) -> ChosenFilter:
    """Return the filter that the parameters of an address describe."""
    wanted = InboxFilter(
        topic=topic or None,
        severity=_severity(severity),
        tag=tag or None,
        policy=policy or None,
        language=language or None,
        owner=owner or None,
        assigned="" if assigned == NOBODY else assigned or None,
        since=None if since is None else datetime.combine(since, time.min, UTC),
        overdue=overdue,
    )
    words = {"topic": topic, "severity": severity, "tag": tag, "policy": policy, "language": language, "owner": owner}
    days = {"since": since.isoformat() if since else "", "overdue": "true" if overdue else ""}
    return ChosenFilter(wanted, words | {"assigned": assigned} | days)


Chosen = Annotated[ChosenFilter, Depends(chosen_filter)]


def _severity(text: str) -> Severity | None:
    return next((severity for severity in SEVERITIES if severity == text), None)
