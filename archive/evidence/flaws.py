"""Flaws that a verification reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

What = Literal[
    "changed",
    "missing",
    "inserted",
    "chain",
    "head",
    "content",
    "text",
    "name",
    "stamp",
    "database",
    "schema",
    "search",
]


@dataclass(frozen=True, slots=True)
class Flaw:
    """A record or content that differs from what was recorded."""

    what: What
    """`changed`, `missing`: a sealed row. `inserted`: a row without a seal. `chain`: a wrong entry. `head`: the chain
    does not contain a saved head. `content`: a stored body or document. `text`: a document that does not match its
    version or its page. `name`: a policy whose name differs from its evidence. `stamp`: an invalid time stamp.
    `database`: its pages or indexes. `schema`: a table, index, view or trigger that the migrations did not make.
    `search`: indexed sections, which are not evidence."""
    where: str
    """The row, entry or content with the flaw."""
    problem: str
