"""The outcome of sending a message once."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service accepted the message."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The service did not accept the message, or did not confirm it in time."""

    reason: str
    """A line for a person that gives the reason, with secrets masked."""
    permanent: bool = False
    """Whether another attempt is useless."""
    unreachable: bool = False
    """Whether the whole channel is unreachable, not only this recipient."""
    _: KW_ONLY
    not_before: datetime | None = None
    """Earliest time for a retry, if the service gave one."""


Outcome = Accepted | Failed
