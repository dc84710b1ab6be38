"""Describes a visit in progress. A visit requests the addresses of one policy one after another."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime

from archive.model import Fetch, FurtherResponse, Policy, Validators


@dataclass(frozen=True, slots=True)
class VisitProgress:
    """The addresses of a policy, and the responses so far.

    As long as all pages have returned 304, the next page is requested conditionally. As soon as a page returns 200, all
    pages are needed, because they are read as one text. So the pages that returned 304 are then fetched again.
    """

    policy: Policy
    stored: tuple[Validators, ...] = ()
    """The validators of each address. They are empty if the visit is unconditional."""
    started_at: datetime | None = None
    """Time at which the first request was sent; None if no request was sent yet."""
    _: KW_ONLY
    answers: tuple[FurtherResponse, ...] = ()
    """Responses so far, in the order of the addresses. A 304 has no body."""

    @property
    def conditional(self) -> bool:
        """Whether the next page is requested conditionally."""
        return bool(self.stored) and all(answer.body is None for answer in self.answers)

    @property
    def position(self) -> int | None:
        """Index of the next address to request; None if the visit is complete."""
        whole = [answer.body is not None for answer in self.answers]
        if any(whole) and not all(whole):
            return whole.index(False)
        return len(self.answers) if len(self.answers) < len(self.policy.urls) else None

    @property
    def validators(self) -> Validators | None:
        """The validators to send with the next request."""
        return self.stored[self.position] if self.conditional and self.position is not None else None

    def answered(self, position: int, answer: FurtherResponse, started_at: datetime) -> VisitProgress:
        """Return the visit with one more response added."""
        answers = (*self.answers[:position], answer, *self.answers[position + 1 :])
        return replace(self, answers=answers, started_at=self.started_at or started_at)

    def fetch(self, started_at: datetime, error: str = "", error_kind: str = "") -> Fetch:
        """Return the result of the visit. It contains all pages, or the pages up to the first page that failed."""
        first, *further = self.answers
        return Fetch(
            policy=self.policy.name,
            started_at=self.started_at or started_at,
            status=first.status,
            final_url=first.final_url,
            headers=first.headers,
            body=first.body,
            error=error,
            error_kind=error_kind,
            further=tuple(further),
        )
