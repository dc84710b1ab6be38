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
    """The kind of flaw. `changed`: a sealed row was altered. `missing`: a sealed row is missing. `inserted`: a row has
    no seal. `chain`: an entry of the chain is wrong. `head`: the chain does not contain a saved head. `content`: a
    stored body or document is damaged. `text`: a document does not match its version or its page. `name`: the name of a
    policy differs from the evidence. `stamp`: a time stamp is invalid. `database`: pages or indexes of the database are
    damaged. `schema`: the schema has a table, index, view or trigger that the migrations did not make. `search`:
    sections in the search index are wrong. These sections are not evidence.
    """
    where: str
    """The row, entry or content with the flaw."""
    problem: str
