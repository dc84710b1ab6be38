"""The contents of a roundup: one message to a target with many changes, the most severe first."""

from __future__ import annotations

from dataclasses import dataclass

from differ.model import SEVERITIES, Severity
from notifier.contents.change_notice import Notice, passages


@dataclass(frozen=True, slots=True)
class Roundup:
    """The changes that one message reports to a target."""

    subscriber: str
    key: str
    """Stable key."""
    notices: tuple[Notice, ...]
    """At least one notice, the most severe first. Notices of equal severity are in the order of recording."""

    @property
    def severity(self) -> Severity:
        """The highest severity."""
        return severity_of(self.notices[0])


def severity_of(notice: Notice) -> Severity:
    """Return the highest severity of a notice."""
    return passages(notice.alerts)[0].severity


def most_severe_first(notices: list[Notice]) -> tuple[Notice, ...]:
    """Sort notices by severity. Notices of equal severity keep their order."""
    return tuple(sorted(notices, key=lambda notice: SEVERITIES.index(severity_of(notice))))
