"""The contents of messages to operators: problems with the monitoring, and the end of such problems.

All problems of one kind are in one message. For example, if a name server fails, one message may list a hundred
policies.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Literal

from archive.questions.watch_problems import PolicyTrouble
from archive.recording.policies import PolicyEventKind

TroubleKind = Literal[PolicyTrouble, "idle", "waiting", "undelivered", "template", "crashed", "list"]
"""The kinds of trouble. `PolicyTrouble` has the kinds that concern a policy. `idle`: a subscription covers no policy.
`waiting`: messages have waited too long to be sent. `undelivered`: messages were given up. `template`: a user's
template cannot be used. `crashed`: a run was not completed. `list`: policies were added, removed or renamed. The last
kind is news and not a problem."""

Stage = Literal["began", "ended"]

TOLD_WHEN_OVER: tuple[TroubleKind, ...] = ("gone", "unread", "fallback", "flapping")
"""Kinds of trouble whose end is reported. The end of any other trouble is not reported, because the person who fixed it
knows."""

SUPERSEDES: dict[TroubleKind, TroubleKind] = {"gone": "unread", "undelivered": "waiting"}
"""Kinds of trouble, each with the kind that it replaces. For example, if a policy is `gone`, its trouble `unread`
counts as over. The end of the replaced trouble is not reported.
"""

MOST_INCIDENTS = 20
"""Maximum number of incidents that a message names. The remaining incidents are only counted."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A policy, subscription, target or template with a trouble, as it was when the message was planned."""

    about: str
    """Name of a policy, a subscription, a target or a template."""
    since: datetime
    visits: int = 0
    """Number of failed visits in a row, or number of messages that wait or were given up."""
    _: KW_ONLY
    detail: str = ""
    """A sentence about the cause."""
    reason: str = ""
    """The cause as a code, for readers of other languages. It is "" if there is no code."""
    came: tuple[str, ...] = ()
    """Sentences that appeared on the policy's page outside the policy."""
    gone: tuple[str, ...] = ()
    """Sentences that disappeared on the policy's page outside the policy."""
    event: PolicyEventKind | None = None
    """The change to the list of policies. None for every other kind of trouble."""
    former: str = ""
    """Name of the policy before it was renamed."""


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """A kind of trouble that began or ended, with its incidents."""

    kind: TroubleKind
    stage: Stage
    at: datetime
    _: KW_ONLY
    incidents: tuple[Incident, ...]
    """At most `MOST_INCIDENTS` incidents."""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """The contents of a message to an operator."""

    subscriber: str
    key: str
    """Stable key."""
    report: IncidentReport
