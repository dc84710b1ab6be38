"""The rule that says how long raw bodies of pages are kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """The time for which bodies are kept, and the policies whose bodies are kept forever."""

    keep: timedelta
    """Time since the fetch, after which the body is removed."""
    held: Collection[str] = ()
    """Policies under legal hold, by name."""
    held_tags: Collection[str] = ()
    """Tags whose policies are under legal hold."""

    @property
    def reason(self) -> str:
        """The rule in words. Each removal records these words."""
        return f"older than {self.keep.total_seconds() / 86_400:g} days"
