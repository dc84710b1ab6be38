"""Decides between which two versions of a policy a message compares. Pure.

A reader knows the version that the last message about the policy ended with. A message is about the difference between
that text and the current one, whatever was planned, and failed, in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of a policy, as far as one subscription is concerned."""

    number: int
    text: str
    """Identity of its text."""
    _: KW_ONLY
    boundary: bool
    """Whether it cannot be compared with the versions before it."""
    reported: bool
    """Whether its change is to be reported to the subscription, now or later."""

    @property
    def begins(self) -> bool:
        """Whether a comparison can only begin with it or after it."""
        return self.boundary or self.number == 1


def comparisons(editions: Iterable[Edition], waiting: Collection[int], known: int) -> list[tuple[int, int]]:
    """Return the numbers of the versions between which a message compares; usually one pair, or none.

    `editions` are all versions of a policy, `waiting` are those whose changes wait to be reported, and `known` is the
    version that the reader knows. Nothing is to be reported if the current text is the one that the reader knows. On
    each side of a boundary there is a comparison of its own.
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
        base = edition  # the reader knows it, or does not ask for what it changed
    if base.text == last.text:
        return None
    before = part[-2]
    return (before.number if before.text == base.text else base.number), last.number
