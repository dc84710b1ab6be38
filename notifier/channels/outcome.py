"""The outcome of one send."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service has taken the message."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The service has not taken the message, or did not say so in time."""

    reason: str
    """A line for a person, without secrets."""
    permanent: bool = False
    """Whether another attempt is pointless."""
    unreachable: bool = False
    """Whether the whole channel is unreachable, not just this recipient."""
    _: KW_ONLY
    not_before: datetime | None = None
    """Earliest time for a retry, if the service gave one; else None."""


Outcome = Accepted | Failed
