"""A visit in progress to the addresses of one policy, one after the other."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime

from archive.model import Fetch, FurtherResponse, Policy, Validators


@dataclass(frozen=True, slots=True)
class VisitProgress:
    """The addresses of a policy to request, and the responses so far.

    While every page so far returned 304, the next is requested conditionally. Once one returns 200, all pages are
    needed, since they are read as one: those that returned 304 are fetched again.
    """

    policy: Policy
    stored: tuple[Validators, ...] = ()
    """Validators of each address; empty if no address is requested conditionally."""
    started_at: datetime | None = None
    """Time when the first request left; None before that."""
    _: KW_ONLY
    answers: tuple[FurtherResponse, ...] = ()
    """Responses by position, without a body if the server answered 304."""

    @property
    def conditional(self) -> bool:
        """Whether the next page is requested conditionally."""
        return bool(self.stored) and all(answer.body is None for answer in self.answers)

    @property
    def position(self) -> int | None:
        """The position of the address to request next; None if the visit is complete."""
        whole = [answer.body is not None for answer in self.answers]
        if any(whole) and not all(whole):
            return whole.index(False)
        return len(self.answers) if len(self.answers) < len(self.policy.urls) else None

    @property
    def validators(self) -> Validators | None:
        """The validators to send with the next request."""
        return self.stored[self.position] if self.conditional and self.position is not None else None

    def answered(self, position: int, answer: FurtherResponse, started_at: datetime) -> VisitProgress:
        """Return the visit with one more response."""
        answers = (*self.answers[:position], answer, *self.answers[position + 1 :])
        return replace(self, answers=answers, started_at=self.started_at or started_at)

    def fetch(self, started_at: datetime, error: str = "", error_kind: str = "") -> Fetch:
        """Return the result of the visit: all its pages, or, if one of them failed, the pages requested so far."""
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
