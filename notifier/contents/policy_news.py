"""News about the list of policies, for digests and operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.recording.policies import PolicyEventKind


@dataclass(frozen=True, slots=True)
class PolicyNews:
    """A change to the list of policies."""

    event: PolicyEventKind
    policy: str
    """Name of the policy after the change."""
    at: datetime
    former: str = ""
    """The name of the policy before it was renamed; "" if it was not renamed."""
