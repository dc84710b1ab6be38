"""News about the list of policies, as digests and operators receive it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.recording.policy_events import PolicyEventKind


@dataclass(frozen=True, slots=True)
class PolicyNews:
    """An event in the list of policies."""

    event: PolicyEventKind
    policy: str
    """The policy's name after the event."""
    at: datetime
    former: str = ""
    """The name before, if the policy was renamed; else ""."""
