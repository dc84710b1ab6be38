"""The contents of messages to operators: problems with the monitoring, and their end.

All problems of one kind are in one message, even a hundred policies behind one dead name server.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Literal

from archive.questions.watch_problems import PolicyTrouble
from archive.recording.policies import PolicyEventKind

TroubleKind = Literal[PolicyTrouble, "idle", "waiting", "undelivered", "template", "crashed", "list"]
"""The kinds of trouble: those of policies, and a few more. `idle`: a subscription covers no policy. `waiting`: messages
could not be sent for too long. `undelivered`: messages were given up. `template`: a user's template cannot be used.
`crashed`: a run was not completed. `list`: policies were added, removed or renamed, which is news and not a problem."""

Stage = Literal["began", "ended"]

TOLD_WHEN_OVER: tuple[TroubleKind, ...] = ("gone", "unread", "fallback", "flapping")
"""Kinds whose end is reported. The others end silently, because the person who fixed them knows."""

SUPERSEDES: dict[TroubleKind, TroubleKind] = {"gone": "unread", "undelivered": "waiting"}
"""Kinds, and the kind that each replaces. The replaced trouble is then over, and its end is not reported."""

MOST_INCIDENTS = 20
"""Maximum number of incidents that a message names. The others are counted."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An affected policy, subscription, target or template at the time when the message is planned."""

    about: str
    """Name of a policy, a subscription, a target or a template."""
    since: datetime
    visits: int = 0
    """Number of failed visits in a row, or number of messages that wait or were given up."""
    _: KW_ONLY
    detail: str = ""
    """A sentence about the cause."""
    reason: str = ""
    """The cause as a code, for readers of other languages; "" if there is none."""
    came: tuple[str, ...] = ()
    """Sentences that appeared beside a policy."""
    gone: tuple[str, ...] = ()
    """Sentences that disappeared from beside a policy."""
    event: PolicyEventKind | None = None
    """The change to the list of policies; None for a trouble."""
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
