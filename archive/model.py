"""The data that crosses the archive's boundary. Rows stay inside; times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from differ.assessment import Assessment
from document.model import ExtractionOptions

Outcome = Literal["unchanged", "changed", "pending", "not comparable", "failed"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One monitored document, as configured."""

    name: str
    """Its key in the archive."""
    url: str
    every: timedelta
    options: ExtractionOptions
    profile: str = "default"
    tags: tuple[str, ...] = ()
    renamed_from: str | None = None
    """The name under which the archive knows its history."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """One visit, as the crawler saw it."""

    policy: str
    started_at: datetime
    status: int | None = None
    """HTTP status; None where no complete answer came."""
    final_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    """The decompressed body; None where no complete answer came."""
    error: str = ""
    """Why no complete answer came: one sentence for a person."""
    error_kind: str = ""
    """dns, tls, timeout, refused, robots, too-large, connection, or other; "" where an answer came."""


@dataclass(frozen=True, slots=True)
class Result:
    """A fetch and what was made of it: what the pipeline hands to the recorder."""

    fetch: Fetch
    assessment: Assessment | None
    """None where the fetch failed."""
    against: int | None = None
    """The number of the version that the assessment was made against, as `recorder.latest` gave it; None where there
    was none. The recorder refuses an assessment that another run has overtaken."""
