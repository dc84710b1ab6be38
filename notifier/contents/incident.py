"""Contents of messages to operators: problems with the monitoring itself, and their end.

All problems of one kind are one message, even for a hundred policies behind one dead name server.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Literal

from archive.questions.watch_problems import PolicyTrouble
from archive.recording.policy_events import PolicyEventKind

TroubleKind = Literal[PolicyTrouble, "idle", "waiting", "undelivered", "template", "list"]
"""Kinds of trouble. In addition to the troubles that a policy can have: `idle`: a subscription covers no policy;
`waiting`: messages could not be sent for too long; `undelivered`: messages were given up; `template`: a user's template
cannot be used; `list`: policies were added, removed or renamed, which is news and not a trouble."""

Stage = Literal["began", "ended"]

TOLD_WHEN_OVER: tuple[TroubleKind, ...] = ("gone", "unread", "fallback", "flapping")
"""Kinds whose end is reported; the others end silently, as the person who fixed them knows."""

SUPERSEDES: dict[TroubleKind, TroubleKind] = {"gone": "unread", "undelivered": "waiting"}
"""Kinds by the kind that replaces them: the replaced trouble is then over, and its end is not reported."""

MOST_INCIDENTS = 20
"""Maximum number of incidents that a message names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An affected policy, subscription, target or template, as of the planning of the message."""

    about: str
    """The name of a policy, a subscription, a target or a template."""
    since: datetime
    visits: int = 0
    """Number of failed visits in a row or, for messages, number of messages that wait or were given up."""
    _: KW_ONLY
    detail: str = ""
    """A sentence on the cause."""
    event: PolicyEventKind | None = None
    """Event in the list of policies; None for a trouble."""
    former: str = ""
    """The policy's name before it was renamed."""


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """A kind of trouble that began or ended."""

    kind: TroubleKind
    stage: Stage
    at: datetime
    _: KW_ONLY
    incidents: tuple[Incident, ...]
    """Incidents, at most `MOST_INCIDENTS`."""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """Contents of a message to an operator."""

    subscriber: str
    key: str
    """Stable key."""
    report: IncidentReport
