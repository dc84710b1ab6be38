"""A visit under way to the addresses of one policy, one after the other."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime

from archive.model import Fetch, FurtherResponse, Policy, Validators


@dataclass(frozen=True, slots=True)
class VisitProgress:
    """What is asked of a policy's addresses, and what came so far.

    As long as every page is said to be as it was, the next one is only asked for what is new. Once one page comes
    whole all of them are needed, since they are read as one: those that were said to be as they were are asked again.
    """

    policy: Policy
    stored: tuple[Validators, ...] = ()
    """Of each address; none where none is asked conditionally."""
    started_at: datetime | None = None
    """When the first request left; None before that."""
    _: KW_ONLY
    answers: tuple[FurtherResponse, ...] = ()
    """By position; without a body where the server said that the page is as it was."""

    @property
    def conditional(self) -> bool:
        """Whether the next page is only asked for what is new."""
        return bool(self.stored) and all(answer.body is None for answer in self.answers)

    @property
    def position(self) -> int | None:
        """The place of the address to ask next; None where nothing is left to ask."""
        whole = [answer.body is not None for answer in self.answers]
        if any(whole) and not all(whole):
            return whole.index(False)
        return len(self.answers) if len(self.answers) < len(self.policy.urls) else None

    @property
    def validators(self) -> Validators | None:
        """What goes with the next request."""
        return self.stored[self.position] if self.conditional and self.position is not None else None

    def answered(self, position: int, answer: FurtherResponse, started_at: datetime) -> VisitProgress:
        """Return the visit with one more answer."""
        answers = (*self.answers[:position], answer, *self.answers[position + 1 :])
        return replace(self, answers=answers, started_at=self.started_at or started_at)

    def fetch(self, started_at: datetime, error: str = "", error_kind: str = "") -> Fetch:
        """Return what came of the visit: all its pages; where one of them failed, those that were asked for."""
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
