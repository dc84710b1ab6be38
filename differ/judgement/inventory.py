"""Lists the promises of a policy: its rights and how to exercise them, and the recipients of data with their
purposes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Literal

from differ.judgement.concept_effects import GENERIC
from differ.judgement.open_words import counted
from differ.judgement.recipients import NAMED, Recipient, name_context, quoted, recipients
from differ.judgement.relevance import NAMED_RIGHTS, names_right, relevance, rights_of_reader, to_reader
from differ.language.lexicon import Mention
from differ.language.meaning import Meaning, heading_topics, lead_meaning, meaning
from differ.language.statements import Statement, statements
from document.model import Document

RIGHTS = (*NAMED_RIGHTS, "right.nondiscrimination", "right.compensation", "consent.withdraw", "optout", "complaint")
"""Concepts that are entries in the inventory of rights. Opt-outs and complaints include all their subconcepts."""

CHANNELS = ("exercise.email", "exercise.phone", "exercise.post", "exercise.form", "exercise.desk", "exercise.dpo")

OFFER_REACH = 2
"""Maximum number of words before a right that an entry of a list offers."""
FEE_AROUND = 3
"""Number of words shown on each side of a word about a fee."""


@dataclass(frozen=True, slots=True)
class Right:
    """A right that a version names. The way to exercise the right comes from the same section."""

    right: str
    """The concept: "access", "erase", "withdraw", "optout", "complaint", …"""
    language: str
    section: str
    """The first section that names the right. Sections with a heading about rights or choices are preferred."""
    _: KW_ONLY
    deadline: str = ""
    """The deadline, such as "14 days", or ""."""
    fee: str = ""
    """The words about a fee, or ""."""
    channel: str = ""
    """The address, the kind of channel, or ""."""
    sentence: str = ""
    """The sentence that names the right, cut to `LONGEST_SENTENCE` characters."""

    @property
    def identity(self) -> tuple[str, str]:
        """Key that is equal for mentions of the same right."""
        return (self.right, self.language)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The rights and recipients of one version. Each entry is listed once in each language. Entries are sorted by
    language, class and name.
    """

    rights: tuple[Right, ...] = ()
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryChange:
    """The entries that occur in only one of two inventories. Two entries that differ only in details count as the same
    entry."""

    rights_gone: tuple[Right, ...] = ()
    rights_new: tuple[Right, ...] = ()
    recipients_gone: tuple[Recipient, ...] = ()
    _: KW_ONLY
    recipients_new: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class OneSided:
    """A right or recipient that a multilingual policy names in only some of its languages."""

    what: Literal["right", "recipient"]
    entry: str
    """The right, the class of recipients, or the name of a recipient that has no class."""
    named_in: tuple[str, ...]
    _: KW_ONLY
    missing_in: tuple[str, ...]


def inventory(document: Document) -> Inventory:
    """List the rights and recipients in a document. Texts in languages without a lexicon are ignored."""
    read = statements(document)
    names = name_context(read, document.title)
    sections = by_section(read)
    rights: dict[tuple[str, str], Right] = {}
    under_rights: set[str] = set()
    receiving: dict[tuple[str, str, str], Recipient] = {}
    for statement in read:
        sense = meaning(statement.words, statement.language)
        if sense is None or statement.kind in ("heading", "contents"):
            continue
        subjects = relevance(statement)
        if "rights" in subjects:
            headed = bool(heading_topics(statement.path, statement.language) & {"rights", "choices"})
            for right in rights_of(statement, sense, sections[statement.path, statement.language]):
                earlier = rights.get((right.right, right.language))
                if earlier is None or (headed and earlier.section not in under_rights):
                    rights[right.right, right.language] = right
                    under_rights |= {right.section} if headed else set()
        if "sharing" in subjects:
            for recipient in recipients(statement, sense, names):
                receiving.setdefault(recipient.identity, recipient)
    return in_order(rights.values(), receiving.values())


def in_order(rights: Iterable[Right], receiving: Iterable[Recipient]) -> Inventory:
    """Return an inventory in its fixed order, which does not depend on the order in the text."""
    return Inventory(
        tuple(sorted(rights, key=lambda right: (right.language, right.right))),
        tuple(sorted(receiving, key=lambda other: (other.language, other.kind, other.name.casefold(), other.name))),
    )


class SectionDetails:
    """Details on exercising rights, from the statements of one section in one language. Each detail is searched for
    when it is first needed. A time limit or a fee in a statement that names a right is only about this right.
    """

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    @cached_property
    def general(self) -> list[Statement]:
        """The statements that name no right."""
        senses = ((statement, meaning(statement.words, statement.language)) for statement in self.statements)
        return [statement for statement, sense in senses if sense is None or not sense.has(*RIGHTS)]

    @cached_property
    def deadline(self) -> str:
        """The first time limit for all rights, or ""."""
        return first(map(deadline, self.general))

    @cached_property
    def fee(self) -> str:
        """The first words that say that no right has a fee. Without such words, the first words about a fee, or ""."""
        return first(map(free, self.general)) or first(map(fee, self.general))

    @cached_property
    def channel(self) -> str:
        """The first address. Without an address, the kind of channel, or ""."""
        return first(channel(statement) for statement in self.statements)


def by_section(read: Iterable[Statement]) -> Mapping[tuple[tuple[str, ...], str], SectionDetails]:
    """Return the details of each section, by its headings and language."""
    sections: dict[tuple[tuple[str, ...], str], SectionDetails] = defaultdict(SectionDetails)
    for statement in read:
        sections[statement.path, statement.language].statements.append(statement)
    return sections


def rights_of(statement: Statement, sense: Meaning, near: SectionDetails) -> list[Right]:
    """Return the rights that one statement names, with the details of its section."""
    named = {
        mention.concept
        for mention in sense.of(*RIGHTS)
        if not is_promise(sense, mention) and not is_denied(sense, mention) and is_right(statement, sense, mention)
    }
    return [
        Right(
            right=concept.removeprefix("right.").removeprefix("consent."),
            language=statement.language,
            section=statement.section,
            deadline=deadline(statement) or near.deadline,
            fee=free(statement) or fee(statement) or near.fee,
            channel=near.channel,
            sentence=quoted(statement.text),
        )
        for concept in sorted(named)
    ]


def is_right(statement: Statement, sense: Meaning, mention: Mention) -> bool:
    """Whether a mention is a right in its statement. If no other words of the statement show that, the mention must
    contain the word "right" itself, or the sentence before the list must offer the right.
    """
    if names_right(sense) or sense.has("optout", "complaint", "consent.withdraw"):
        return True
    parts = sense.lexicon.concepts.find(sense.words[mention.start : mention.end])
    return any(part.concept in GENERIC for part in parts) or is_offered(statement, mention)


def is_offered(statement: Statement, mention: Mention) -> bool:
    """Whether a mention begins an entry of a list of things that the reader may do: "You can: …"."""
    lead = lead_meaning(statement)
    if lead is None or mention.start > OFFER_REACH:
        return False
    return lead.has("modality.may", *GENERIC) and to_reader(lead)


def is_promise(sense: Meaning, mention: Mention) -> bool:
    """Whether a phrase such as "do not sell" is a promise of the company, and not a choice of the reader. In "we do not
    sell", the word before the phrase names the company.
    """
    before = sense.words[max(0, mention.start - 1) : mention.start]
    return mention.concept in ("optout.sale", "optout.share") and any(word in sense.lexicon.company for word in before)


def is_denied(sense: Meaning, mention: Mention) -> bool:
    """Whether a statement says that the reader does not have a right: "you cannot object"."""
    of_reader = mention.concept == "consent.withdraw" or mention in rights_of_reader(sense)
    return of_reader and sense.negated(mention)


def deadline(statement: Statement) -> str:
    """Return the first time limit of a statement ("14 days"), or ""."""
    sense = meaning(statement.words, statement.language)
    if sense is None or not sense.has("exercise.deadline"):
        return ""
    return first(counted(statement.words, statement, sense.lexicon.units))


def free(statement: Statement) -> str:
    """Return the first words of a statement that say that there is no fee, or ""."""
    return first_wording(statement, ("exercise.free",))


def fee(statement: Statement) -> str:
    """Return the words about a fee, or "". The words around them are included, because they show whether a fee must be
    paid."""
    sense = meaning(statement.words, statement.language)
    mention = next(iter(sense.of("exercise.fee")), None) if sense else None
    if mention is None:
        return ""
    return " ".join(statement.words[max(0, mention.start - FEE_AROUND) : mention.end + FEE_AROUND])


def channel(statement: Statement) -> str:
    """Return the first address in a statement. Without an address, return the kind of channel, or ""."""
    return first(word for word in statement.words if "@" in word) or first_wording(statement, CHANNELS)


def first_wording(statement: Statement, concepts: tuple[str, ...]) -> str:
    """Return the first words of a statement that express one of the concepts, or ""."""
    sense = meaning(statement.words, statement.language)
    return first(sense.said(mention) for mention in sense.of(*concepts)) if sense else ""


def first(texts: Iterable[str]) -> str:
    """Return the first text that is not empty, or ""."""
    return next((text for text in texts if text), "")


def inventory_change(before: Inventory, after: Inventory) -> InventoryChange:
    """Return the entries that were added and removed between two versions."""
    old_rights, new_rights = ({r.identity for r in version.rights} for version in (before, after))
    old, new = ({r.identity for r in version.recipients} for version in (before, after))
    return InventoryChange(
        rights_gone=tuple(r for r in before.rights if r.identity not in new_rights),
        rights_new=tuple(r for r in after.rights if r.identity not in old_rights),
        recipients_gone=tuple(r for r in before.recipients if r.identity not in new),
        recipients_new=tuple(r for r in after.recipients if r.identity not in old),
    )


def one_sided(inventory: Inventory) -> tuple[OneSided, ...]:
    """Return the rights and recipients that a policy names in only some of its languages. If a language has no rights
    and no recipients at all, the language is ignored, because its text could not be read."""
    rights = [(right.right, right.language) for right in inventory.rights]
    receiving = [
        (recipient.name if recipient.kind == NAMED else recipient.kind, recipient.language)
        for recipient in inventory.recipients
    ]
    spoken = tuple(dict.fromkeys(language for _, language in rights + receiving))
    return (*uneven("right", rights, spoken), *uneven("recipient", receiving, spoken))


def uneven(
    what: Literal["right", "recipient"], named: Iterable[tuple[str, str]], spoken: tuple[str, ...]
) -> list[OneSided]:
    """Return the entries that occur in only some of the languages, in the order in which the text names them."""
    entries: dict[str, tuple[str, set[str]]] = {}
    for entry, language in named:
        entries.setdefault(entry.casefold(), (entry, set()))[1].add(language)
    return [
        OneSided(
            what,
            entry,
            tuple(language for language in spoken if language in languages),
            missing_in=tuple(language for language in spoken if language not in languages),
        )
        for entry, languages in entries.values()
        if len(languages) < len(spoken)
    ]
