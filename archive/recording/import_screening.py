"""Finds the copies in an imported history that are not the policy. Examples are an empty file, a banner, and a text
that the next copy reverted. A visit must be judged at once. A copy in a history can be judged with the help of later
copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from differ.visits.comparability import comparability
from differ.visits.page_noise import replaces_another_page
from document import Screening
from document.model import Document

MOST_WAITING = 100
"""Maximum number of copies that wait until a later copy shows whether they are the policy. If more copies wait, the
oldest waiting copy is refused as not the policy.
"""

AGAIN = ("other-document", "other-language")
"""Doubts about a copy that end if a second copy is similar to it, because two similar copies show that the policy was
rewritten. The doubt about a text that lost its words does not end in this way.
"""


class Screenable(Protocol):
    """A copy, with the fields that screening needs."""

    @property
    def document(self) -> Document:
        """The text of the copy."""
        ...

    @property
    def screening(self) -> Screening | None:
        """The reason why this copy by itself is not a policy, or None."""
        ...


Copied = TypeVar("Copied", bound=Screenable)


def sifted(
    copies: Iterable[Copied], latest: Document | None, *, history: bool = True
) -> Iterator[tuple[Copied, Screening | None]]:
    """Yield the copies in order, each with the reason why it is not the policy. The reason is None if the copy becomes
    a version. `latest` is the text of the version before the first copy. A copy waits if it cannot be compared with the
    version before it. If a later copy can be compared with that version, the waiting copy was not the policy. If a
    later copy is similar to the waiting copy, both become versions. Some copies may still wait at the end. If `history`
    is true and the policy has no version, these copies become versions, because the source recorded them as this
    policy. Otherwise they are not accepted.
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
    """Return the reason why a copy is not a policy, or why it cannot be the next version."""
    if copy.screening is not None and copy.screening.reason not in AGAIN:
        return copy.screening
    between = None if latest is None else comparability(latest, copy.document)
    if latest is not None and between is not None and replaces_another_page(latest, copy.document):
        between = None
    return between or copy.screening


def confirms(copy: Screenable, waiting: Iterable[tuple[Screenable, Screening]]) -> bool:
    """Whether a copy confirms the last waiting copy, because the two are similar."""
    doubted = [each for each, doubt in waiting if doubt.reason in AGAIN]
    return bool(doubted) and comparability(doubted[-1].document, copy.document) is None


def settled(copy: Screenable, doubt: Screening) -> Screening | None:
    """Return the doubt that remains about an accepted copy, or None. A copy is accepted if a second copy confirmed it,
    or if the policy has no other version.
    """
    return None if doubt.reason in AGAIN else doubt
