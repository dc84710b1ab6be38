"""The rule that says how long raw bodies of pages are kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """The time for which bodies are kept, and the policies under legal hold. The bodies of these policies are not
    removed.
    """

    keep: timedelta
    """Time after its fetch for which a body is kept."""
    held: Collection[str] = ()
    """Policies under legal hold, by name."""
    held_tags: Collection[str] = ()
    """Tags. Every policy with one of these tags is under legal hold."""

    @property
    def reason(self) -> str:
        """The rule in words. These words are recorded with each removal."""
        return f"older than {self.keep.total_seconds() / 86_400:g} days"
