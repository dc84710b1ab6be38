"""Decides which two versions of a policy a message compares. All functions are pure.

The last message about the policy told the reader of a version, so the reader knows this version. The next message is
about the difference between this version and the current version. Messages that failed in between do not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of a policy, with the facts that matter for one subscription."""

    number: int
    text: str
    """Identity of the version's text."""
    _: KW_ONLY
    boundary: bool
    """Whether the version cannot be compared with the versions before it."""
    reported: bool
    """Whether the subscription must be notified of the version's change, now or later."""

    @property
    def begins(self) -> bool:
        """Whether no comparison with later versions may begin before this version."""
        return self.boundary or self.number == 1


def comparisons(editions: Iterable[Edition], waiting: Collection[int], known: int) -> list[tuple[int, int]]:
    """Return the pairs of versions that a message compares, by their numbers. Usually there is one pair or none.
    `editions` are all versions of a policy. `waiting` are the versions whose changes wait to be reported. `known` is
    the version that the reader knows. If the reader knows the current text, there is nothing to report. Versions before
    and after a boundary are compared separately.
    """
    comparable = (part for part in _parts(editions) if any(edition.number in waiting for edition in part))
    pairs = (_comparison(part, known) for part in comparable)
    return [pair for pair in pairs if pair is not None]


def _parts(editions: Iterable[Edition]) -> Iterator[list[Edition]]:
    """Divide versions at the boundaries."""
    part: list[Edition] = []
    for edition in editions:
        if edition.begins and part:
            yield part
            part = []
        part.append(edition)
    if part:
        yield part


def _comparison(part: Sequence[Edition], known: int) -> tuple[int, int] | None:
    last = part[-1]
    if known >= last.number:
        return None
    base = part[0]
    for edition in part[1:]:
        if edition.number > known and edition.reported:
            break
        base = edition  # the reader knows this version, or did not subscribe to its change
    if base.text == last.text:
        return None
    before = part[-2]
    return (before.number if before.text == base.text else base.number), last.number
