"""One visit in one pure call: screening, extraction, comparison. What the crawler's worker processes run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from differ.model import Comparison
from document.model import Document, ExtractionOptions, Page

Outcome = Literal["unchanged", "changed", "not comparable"]


@dataclass(frozen=True, slots=True)
class LatestVersion:
    """What the archive knows of the version that a new answer is compared with."""

    document: Document
    identity: str
    """Its extraction identity."""
    page: Page | None
    """Its snapshot, or None where none is kept: then a new extraction identity makes a boundary."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that one assessment needs."""

    page: Page
    options: ExtractionOptions
    profile: str = "default"
    """The name of a bundled profile."""
    latest: LatestVersion | None = None
    """None at the first fetch."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a visit found."""

    outcome: Outcome
    """`changed` also for a first version."""
    reason: str | None = None
    """From the closed list of reasons, where the answer is not comparable."""
    detail: str = ""
    """One sentence for a person: what was seen that decided."""
    document: Document | None = None
    """None where the answer is not comparable."""
    identity: str = ""
    fallback: bool = False
    comparison: Comparison | None = None
    """None where nothing changed, at a first version, and at a boundary."""
    boundary: bool = False
    """True where our own extraction changed and the snapshot before could not be extracted again: no alert."""


def assess(visit: Visit) -> Assessment:
    """Screen, extract and compare one answer with the version before."""
    raise NotImplementedError
