"""The answers about policies, visits, runs, messages, and the program itself."""

from __future__ import annotations

from archive.access.people import Role
from archive.model import FetchOutcome
from archive.questions.status import Health
from clausewatch.desk.api.schemas.base import Answer, Sha256, Stamp
from clausewatch.desk.api.schemas.questions import ListedPage
from clausewatch.desk.api.schemas.versions import Version
from notifier.outbox.listing import ListedState


class Check(Answer):
    """A visit of a policy."""

    at: Stamp
    outcome: FetchOutcome
    reason: str | None
    detail: str
    status: int | None


class Pending(Answer):
    """An odd text that waits for a second look."""

    since: Stamp
    seen_at: Stamp
    tried_at: Stamp
    visits: int
    reason: str
    text_sha256: Sha256


class PolicyStatus(Answer):
    """The status of a policy."""

    policy: str
    url: str
    further_urls: list[str]
    tags: list[str]
    owner: str | None
    every_seconds: int
    health: Health
    paused_at: Stamp | None
    retired_at: Stamp | None
    last_check: Check | None
    last_seen_at: Stamp | None
    trouble_since: Stamp | None
    trouble_visits: int
    versions: int
    last_change: Version | None
    due: bool
    next_due: Stamp | None
    overdue: bool
    pending: Pending | None
    flapping: bool
    to_review: int


class Policies(ListedPage):
    """A part of the policies with their status."""

    policies: list[PolicyStatus]
    count: int


class Note(Answer):
    """The note on a policy. All values are null if there is no note."""

    policy: str
    text: str | None
    by: str | None
    at: Stamp | None


class Visit(Answer):
    """A policy that the next run will visit."""

    policy: str
    asked_at: Stamp


class ListedCheck(Check):
    """A visit with its policy."""

    id: int
    policy: str


class Checks(ListedPage):
    """A part of the visits, the newest first."""

    checks: list[ListedCheck]


class Run(Answer):
    """A run of `clausewatch run`."""

    id: int
    started_at: Stamp
    ended_at: Stamp | None
    error: str | None


class Runs(ListedPage):
    """A part of the runs, the newest first."""

    runs: list[Run]


class Delivery(Answer):
    """A message to one target."""

    id: int
    state: ListedState
    kind: str
    policy: str | None
    version: int | None
    urgent: bool
    subscriber: str
    channel: str
    recipient: str | None
    planned_at: Stamp | None
    next_attempt: Stamp | None
    attempts: int
    accepted_at: Stamp | None
    error: str | None


class Deliveries(Answer):
    """The messages. Messages that wait come first."""

    deliveries: list[Delivery]


class Problems(Answer):
    """The problems with the watch, a sentence for each problem."""

    problems: list[str]


class Head(Answer):
    """The last entry of the chain of evidence."""

    head: str
    sealed_at: Stamp


class Access(Answer):
    """An entry of the access log."""

    id: int
    at: Stamp
    person: str | None
    deed: str
    about: str | None


class Accesses(ListedPage):
    """A part of the access log, the newest entry first."""

    accesses: list[Access]


class Me(Answer):
    """The token that was sent, its person, and what the program may do."""

    token: str
    person: str
    role: Role
    permissions: list[str]
    ends_at: Stamp
    api_requests: int
    """Maximum number of requests that are answered in a minute."""
