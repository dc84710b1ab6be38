"""What operators are told: what is wrong with the watch itself, and when it is over.

All that is wrong in one way is one message: a hundred policies behind one dead name server are one.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Literal

from archive.questions.watch_problems import PolicyTrouble

TroubleKind = Literal[PolicyTrouble, "idle", "undelivered", "template"]
"""Besides those of policies, `idle`: a subscription covers no policy. `undelivered`: messages were given up.
`template`: a template of the user's cannot be used."""

Stage = Literal["began", "ended"]

TOLD_WHEN_OVER: tuple[TroubleKind, ...] = ("gone", "unread", "fallback", "flapping")
"""The other kinds end in silence: who mended it knows."""

SUPERSEDES: dict[TroubleKind, TroubleKind] = {"gone": "unread"}
"""A kind that a trouble of another kind may turn into: that one is over then, and nothing is said of its end."""

MOST_INCIDENTS = 20
"""Things that one message names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that is affected, as it stood when the message was planned."""

    about: str
    """The name of a policy, a subscription, a target or a template."""
    since: datetime
    visits: int = 0
    """In a row that went wrong; of messages, how many were given up."""
    _: KW_ONLY
    detail: str = ""
    """Why, a sentence."""


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """One kind of trouble that began, or that is over."""

    kind: TroubleKind
    stage: Stage
    at: datetime
    _: KW_ONLY
    incidents: tuple[Incident, ...]
    """At most `MOST_INCIDENTS`."""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """What one message tells an operator."""

    subscriber: str
    key: str
    """Stable."""
    report: IncidentReport
