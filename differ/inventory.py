"""What a policy promises, listed: which rights it names and how they are exercised, and who receives data for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from differ.countries import countries
from differ.effects import counted
from differ.meaning import Meaning, meaning
from differ.relevance import NAMED_RIGHTS, names_right, relevance
from differ.statements import Statement, statements
from document.model import Document

RIGHTS = (*NAMED_RIGHTS, "right.nondiscrimination", "right.compensation", "consent.withdraw", "optout", "complaint")
"""The concepts that are entries of the inventory of rights; opt-outs and complaints with all that is under them."""

PURPOSES = ("purpose",)
CHANNELS = ("exercise.email", "exercise.phone", "exercise.post", "exercise.form", "exercise.desk", "exercise.dpo")


@dataclass(frozen=True, slots=True)
class Right:
    """A right that a version names, with what the same section says of exercising it."""

    right: str
    """The concept: "access", "erase", "withdraw", "optout", "complaint", …"""
    language: str
    section: str
    """The first section that names it."""
    deadline: str = ""
    """"14 days", or ""."""
    fee: str = ""
    """The words about a fee, or ""."""
    channel: str = ""
    """The address, or the kind of channel, or ""."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who receives data, as a version names them."""

    kind: str
    """The class: group, processors, partners, advertising, brokers, analytics, finance, authorities, buyers, third, …;
    `named` for one that is given by name alone."""
    name: str
    """The words that name them."""
    language: str
    section: str
    purpose: str = ""
    """The words that say what for, or ""."""
    country: str = ""
    """The countries named with them, or ""."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The rights and recipients of one version, in reading order, each once a language."""

    rights: tuple[Right, ...] = ()
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryChange:
    """The entries that only one of two inventories has; details alone make no difference."""

    rights_gone: tuple[Right, ...] = ()
    rights_new: tuple[Right, ...] = ()
    recipients_gone: tuple[Recipient, ...] = ()
    recipients_new: tuple[Recipient, ...] = ()


def inventory(document: Document) -> Inventory:
    """List the rights and recipients that a document names; languages without a lexicon add nothing."""
    read = statements(document)
    rights: dict[tuple[str, str], Right] = {}
    recipients: dict[tuple[str, str], Recipient] = {}
    for statement in read:
        sense = meaning(statement.words, statement.language)
        if sense is None or statement.kind in ("heading", "contents"):
            continue
        subjects = relevance(statement)
        if "rights" in subjects:
            for right in rights_of(statement, sense, read):
                rights.setdefault((right.right, right.language), right)
        if "sharing" in subjects:
            for recipient in recipients_of(statement, sense):
                recipients.setdefault((recipient.name.casefold(), recipient.language), recipient)
    return Inventory(tuple(rights.values()), tuple(recipients.values()))


def rights_of(statement: Statement, sense: Meaning, read: Iterable[Statement]) -> list[Right]:
    """Return the rights that one statement names."""
    named = {mention.concept for mention in sense.of(*RIGHTS)}
    if not named or not (names_right(sense) or sense.has("optout", "complaint", "consent.withdraw")):
        return []
    near = [other for other in read if other.path == statement.path and other.language == statement.language]
    return [
        Right(
            right=concept.removeprefix("right.").removeprefix("consent."),
            language=statement.language,
            section=statement.section,
            deadline=first(deadline(other) for other in near),
            fee=first(said(other, ("exercise.fee", "exercise.free")) for other in near),
            channel=first(channel(other) for other in near),
        )
        for concept in sorted(named)
    ]


def recipients_of(statement: Statement, sense: Meaning) -> list[Recipient]:
    """Return the recipients that one statement names."""
    return [
        Recipient(
            kind=mention.concept.removeprefix("recipient."),
            name=sense.said(mention),
            language=statement.language,
            section=statement.section,
            purpose=said(statement, PURPOSES),
            country=", ".join(countries(statement.text, statement.language).values()),
        )
        for mention in sense.of("recipient")
    ]


def deadline(statement: Statement) -> str:
    """Return the first time limit of a statement ("14 days"), or ""."""
    sense = meaning(statement.words, statement.language)
    if sense is None or not sense.has("exercise.deadline"):
        return ""
    return first(counted(statement.words, statement, frozenset(sense.lexicon.days)))


def channel(statement: Statement) -> str:
    """Return the first address of a statement, else how the company is reached, or ""."""
    return first(word for word in statement.words if "@" in word) or said(statement, CHANNELS)


def said(statement: Statement, concepts: tuple[str, ...]) -> str:
    """Return the first words of a statement that say one of the concepts, or ""."""
    sense = meaning(statement.words, statement.language)
    return first(sense.said(mention) for mention in sense.of(*concepts)) if sense else ""


def first(found: Iterable[str]) -> str:
    """Return the first text that is not empty, or ""."""
    return next((text for text in found if text), "")


def inventory_change(before: Inventory, after: Inventory) -> InventoryChange:
    """Return the entries that came and went between two versions."""
    old_rights, new_rights = ({(r.right, r.language) for r in each.rights} for each in (before, after))
    old, new = ({(r.name.casefold(), r.language) for r in each.recipients} for each in (before, after))
    return InventoryChange(
        rights_gone=tuple(r for r in before.rights if (r.right, r.language) not in new_rights),
        rights_new=tuple(r for r in after.rights if (r.right, r.language) not in old_rights),
        recipients_gone=tuple(r for r in before.recipients if (r.name.casefold(), r.language) not in new),
        recipients_new=tuple(r for r in after.recipients if (r.name.casefold(), r.language) not in old),
    )
