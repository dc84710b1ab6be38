"""Finds the copies in a history that are not the policy. Examples are an empty file, a banner, and a text that the next
copy reverted.

A visit must be judged at once. A copy in a history can be judged with the help of later copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from differ.visits.comparability import comparability
from differ.visits.page_noise import replaces_another_page
from document import Screening
from document.model import Document

MOST_WAITING = 100
"""Maximum number of copies that wait for a later copy to decide. If there are more, the oldest is not the policy."""

AGAIN = ("other-document", "other-language")
"""Doubts that a second copy removes, because the policy was rewritten. A text that lost its words stays in doubt."""


class Screenable(Protocol):
    """A copy, with the fields that screening needs."""

    @property
    def document(self) -> Document:
        """Its text."""
        ...

    @property
    def screening(self) -> Screening | None:
        """The reason why the copy alone is not a policy, or None."""
        ...


Copied = TypeVar("Copied", bound=Screenable)


def sifted(
    copies: Iterable[Copied], latest: Document | None, *, history: bool = True
) -> Iterator[tuple[Copied, Screening | None]]:
    """Yield the copies in order, each with the reason why it is not the policy; None if it becomes a version.

    `latest` is the text of the version before the first copy. A copy that cannot be compared with the version before it
    waits. If a later copy can be compared, the waiting one was not the policy. If a second copy is like the waiting
    one, both are versions. A `history` without any other copies is accepted, because its source recorded it as this
    policy; a single copy is not.
    """
    waiting: list[tuple[Copied, Screening]] = []
    for copy in copies:
        doubt = doubt_of(copy, latest)
        if doubt is None or (doubt.reason in AGAIN and confirms(copy, waiting)):
            yield from waiting if doubt is None else ((each, settled(each, former)) for each, former in waiting)
            waiting, latest = [], copy.document
            yield copy, None
        else:
            waiting.append((copy, doubt))
            if len(waiting) > MOST_WAITING:
                yield waiting.pop(0)
    believed = history and latest is None
    yield from ((each, settled(each, former)) for each, former in waiting) if believed else waiting


def doubt_of(copy: Screenable, latest: Document | None) -> Screening | None:
    """Return the reason why a copy is not a policy, or why it cannot follow the version before it."""
    if copy.screening is not None and copy.screening.reason not in AGAIN:
        return copy.screening
    between = None if latest is None else comparability(latest, copy.document)
    if latest is not None and between is not None and replaces_another_page(latest, copy.document):
        between = None
    return between or copy.screening


def confirms(copy: Screenable, waiting: Iterable[tuple[Screenable, Screening]]) -> bool:
    """Whether a copy resembles the last waiting copy and so confirms it."""
    doubted = [each for each, doubt in waiting if doubt.reason in AGAIN]
    return bool(doubted) and comparability(doubted[-1].document, copy.document) is None


def settled(copy: Screenable, doubt: Screening) -> Screening | None:
    """Return the remaining doubt about a copy after a second copy confirmed it, or if there are no others."""
    return None if doubt.reason in AGAIN else doubt
