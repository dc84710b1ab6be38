"""Describes in everyday words the rights and the recipients of data that a policy names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from clausewatch.output.change_text import enumerated
from clausewatch.output.terminal import wrapped
from differ.judgement.inventory import Inventory, InventoryChange, OneSided, Right, one_sided
from differ.judgement.recipients import NAMED, Recipient
from languages import language_name

RIGHTS = {
    "access": "access",
    "rectify": "correction",
    "erase": "deletion",
    "restrict": "restriction of processing",
    "object": "objection",
    "portability": "portability",
    "automated": "review of automated decisions",
    "informed": "being informed",
    "sensitive": "limits on sensitive data",
    "nondiscrimination": "no discrimination",
    "compensation": "compensation",
    "withdraw": "withdrawal of consent",
    "optout": "opting out",
    "optout.sale": "opting out of sale",
    "optout.share": "opting out of sharing",
    "optout.signal": "opting out by a signal",
    "optout.settings": "choices in settings",
    "complaint": "complaint",
}
"""Everyday words for each right."""

CLASSES = {
    "group": "group companies",
    "processors": "service providers",
    "partners": "partners",
    "advertising": "advertising",
    "brokers": "data brokers",
    "analytics": "analytics and research",
    "finance": "financial institutions",
    "employment": "employers and schools",
    "authorities": "authorities",
    "buyers": "buyers of the company",
    "third": "third parties",
    "users": "other users",
    NAMED: "by name",
}
"""Everyday words for each class of recipients."""


def inventory_lines(inventory: Inventory) -> Iterator[str]:
    """Yield lines with the rights and recipients of each language.

    Then yield the rights and recipients that only one language names.
    """
    speaking = [right.language for right in inventory.rights] + [
        recipient.language for recipient in inventory.recipients
    ]
    languages = list(dict.fromkeys(speaking))
    if not languages:
        yield "No right and no recipient is named in a language that Clausewatch has word lists for."
    for language in languages:
        yield from _rights([right for right in inventory.rights if right.language == language], language)
        yield ""
        yield from _recipients(
            [recipient for recipient in inventory.recipients if recipient.language == language], language
        )
        yield ""
    if len(languages) > 1:
        yield from _one_sided(one_sided(inventory))


def _rights(rights: list[Right], language: str) -> Iterator[str]:
    yield f"Rights named in the {language_name(language)} text: {len(rights)}"
    for right in rights:
        yield from wrapped(right_words(right), indent="  * ", hanging="    ")
        details = (("answered within", right.deadline), ("cost", right.fee), ("how", right.channel))
        parts = [f"{name}: {words}" for name, words in details if words]
        yield from wrapped("; ".join([*parts, f"section: {_section_name(right.section)}"]), indent="      ")


def _recipients(recipients: list[Recipient], language: str) -> Iterator[str]:
    yield f"Recipients named in the {language_name(language)} text: {len(recipients)}"
    order = list(CLASSES)
    ordered = sorted(
        recipients, key=lambda recipient: order.index(recipient.kind) if recipient.kind in order else len(order)
    )
    for kind, members in groupby(ordered, key=lambda recipient: recipient.kind):
        yield f"  {CLASSES.get(kind, kind)}"
        for member in members:
            yield from wrapped(member.name, indent="  * ", hanging="    ")
            parts = [f"{name}: {words}" for name, words in (("for", member.purpose), ("in", member.country)) if words]
            yield from wrapped("; ".join([*parts, f"section: {_section_name(member.section)}"]), indent="      ")


def _one_sided(entries: Iterable[OneSided]) -> Iterator[str]:
    sides = list(entries)
    if not sides:
        yield "Every language names the same rights and the same classes of recipients."
        return
    yield f"Named in one language and not in another: {len(sides)}"
    for side in sides:
        called = RIGHTS.get(side.entry, side.entry) if side.what == "right" else CLASSES.get(side.entry, side.entry)
        named = enumerated([language_name(code) for code in side.named_in])
        missing = enumerated([language_name(code) for code in side.missing_in])
        yield from wrapped(
            f"{side.what} ({called}): {named} text only, not in {missing}", indent="  * ", hanging="    "
        )


def _section_name(section: str) -> str:
    return section or "before the first heading"


def right_words(right: Right) -> str:
    """Return everyday words for a right."""
    return RIGHTS.get(right.right, right.right)


def change_notes(change: InventoryChange) -> Iterator[str]:
    """Yield a short line for each right and recipient that was added or removed."""
    rights = (("no longer names", change.rights_gone), ("newly names", change.rights_new))
    for verb, named in rights:
        yield from (f"{verb} the right: {right_words(right)} ({language_name(right.language)})" for right in named)
    recipients = (("no longer names", change.recipients_gone), ("newly names", change.recipients_new))
    for verb, receivers in recipients:
        yield from (
            f"{verb} the recipient: {_called(recipient)} ({language_name(recipient.language)})"
            for recipient in receivers
        )


def _called(recipient: Recipient) -> str:
    kind = CLASSES.get(recipient.kind, recipient.kind)
    return recipient.name if recipient.kind == NAMED or recipient.name == kind else f"{kind}, “{recipient.name}”"
