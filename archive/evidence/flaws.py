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
    """A record or content that is not as it was recorded."""

    what: What
    """`changed`, `missing`: a sealed row. `inserted`: a row that nobody sealed. `chain`: an entry. `head`: the chain
    does not lead to a saved head. `content`: a stored body or document. `text`: one that is not what its version or its
    page says. `name`: a policy that is called otherwise than its evidence says. `stamp`: a time stamp that does not
    hold. `database`: its pages or indexes. `schema`: a table, index, view or trigger not as the migrations make it.
    `search`: sections by which versions are searched, which are not evidence."""
    where: str
    """The row, entry or content."""
    problem: str
