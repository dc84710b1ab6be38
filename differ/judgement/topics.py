"""Decides the topics of a statement from its headings and words. Two of the topics are sharing and rights."""

from __future__ import annotations

from dataclasses import replace

from differ.judgement.relevance import relevance
from differ.language.meaning import Meaning, heading_topics, meaning
from differ.language.statements import Statement, statements
from document.model import Document, Section

CONCEPTS = {
    "children": ("children",),
    "retention": ("retention",),
    "security": ("security",),
    "cookies": ("cookies",),
    "collection": ("collection",),
    "use": ("use",),
    "policy_change": ("change",),
    "contact": ("contact",),
}
"""Topics other than sharing and rights, each with its concepts, in the order in which they are tried."""

FINE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("sharing", "sale", ("sell",)),
    ("sharing", "transfer", ("transfer.abroad", "transfer.safeguard")),
    ("sharing", "merger", ("merger",)),
    ("rights", "withdrawal", ("consent.withdraw",)),
    ("rights", "choices", ("optout", "default")),
    ("rights", "complaint", ("complaint",)),
)
"""Fine topics of sharing and rights with their concepts."""


def topics(statement: Statement) -> tuple[str, ...]:
    """Return all topics of a statement. The watched topics and their fine topics come first. A statement without any
    topic has the topic `other`.

    Both the words and the headings count, because headings alone may be wrong.
    """
    sense = meaning(statement.words, statement.language)
    watched = relevance(statement)
    fine = [topic for subject, topic, concepts in FINE if subject in watched and sense and sense.has(*concepts)]
    all_topics = [*sorted(watched, reverse=True), *fine, *unwatched_topics(statement, sense)]
    return tuple(dict.fromkeys(all_topics)) or ("other",)


def unwatched_topics(statement: Statement, sense: Meaning | None) -> list[str]:
    """Return the topics outside sharing and rights. The topics of the headings come first, then the topics of the
    words."""
    heads = heading_topics(statement.path, statement.language)
    by_heading = [topic for topic in CONCEPTS if topic in heads]
    by_words = [topic for topic, concepts in CONCEPTS.items() if sense is not None and sense.has(*concepts)]
    return by_heading + by_words


def on_topic(document: Document, topic: str) -> tuple[Section, ...]:
    """Return the blocks of a document that are on a topic, in their sections. Sections without such a block are left
    out.
    """
    wanted = {statement.block for statement in statements(document) if topic in topics(statement)}
    kept: list[Section] = []
    number = 0
    for section in document.sections:
        number += bool(section.heading)
        blocks = tuple(block for block_number, block in enumerate(section.blocks, number) if block_number in wanted)
        number += len(section.blocks)
        if blocks:
            kept.append(replace(section, blocks=blocks))
    return tuple(kept)
