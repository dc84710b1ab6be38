"""Finds the copies of a history that are not the policy: an empty file, a banner, a text that the next copy undid.

A visit has to decide at once. A history need not: the copies after one say what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from differ.visits.comparability import comparability
from differ.visits.page_noise import replaces_another_page
from document import Screening
from document.model import Document

MOST_WAITING = 100
"""Copies that may wait for the one that decides on them; of more, the oldest is not the policy."""

AGAIN = ("other-document", "other-language")
"""Doubts that a second copy settles: the policy was rewritten. A text that lost its words is not believed for that."""


class Screenable(Protocol):
    """A copy, as far as it is screened."""

    @property
    def document(self) -> Document:
        """Its text."""
        ...

    @property
    def screening(self) -> Screening | None:
        """Why the copy by itself is not a policy, or None."""
        ...


Copied = TypeVar("Copied", bound=Screenable)


def sifted(
    copies: Iterable[Copied], latest: Document | None, *, history: bool = True
) -> Iterator[tuple[Copied, Screening | None]]:
    """Yield copies in their order, each with why it is not the policy; None for a version.

    `latest` is the text of the version before the first. A copy that cannot be compared with the version before waits
    until one comes that can: then it was not the policy. If instead a second copy is like it, both are. A `history`
    that holds nothing else is believed, as its source names what it recorded; a copy by itself is not.
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
    """Return why a copy is not a policy, or cannot follow the version before it."""
    if copy.screening is not None and copy.screening.reason not in AGAIN:
        return copy.screening
    between = None if latest is None else comparability(latest, copy.document)
    if latest is not None and between is not None and replaces_another_page(latest, copy.document):
        between = None
    return between or copy.screening


def confirms(copy: Screenable, waiting: Iterable[tuple[Screenable, Screening]]) -> bool:
    """Whether a copy is like the last one that waits and that another may confirm."""
    doubted = [each for each, doubt in waiting if doubt.reason in AGAIN]
    return bool(doubted) and comparability(doubted[-1].document, copy.document) is None


def settled(copy: Screenable, doubt: Screening) -> Screening | None:
    """Return what is left of a doubt once a second copy confirmed the text, or nothing else is there."""
    return None if doubt.reason in AGAIN else doubt
