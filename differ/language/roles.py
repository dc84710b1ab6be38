"""Decides whether words have the role in their sentence that their concept suggests. "Contact us" is a channel, "your
phone number" is a kind of data, and "our rights" are not the reader's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from differ.language.lexicon import Lexicon, Mention, under

LEGAL_FORMS = frozenset(
    (
        "inc", "llc", "ltd", "limited", "gmbh", "ag", "sa", "sas", "sarl", "bv", "nv", "pt", "tbk", "corp",
        "corporation", "plc", "oy", "ab", "aps", "as", "srl", "spa", "co", "kg", "se", "pte",
    )
)  # fmt: skip
"""Legal forms in the names of companies."""
WAYS = ("exercise.contact", "exercise.email", "exercise.phone", "exercise.post", "exercise.form")
"""Concepts that count as channels only if the sentence tells the reader to contact the company."""
REACHED = ("complaint", "exercise.desk", "exercise.dpo")
"""Contacts for questions about rights, besides the company itself."""
TOWARDS_REACH = 3
"""Maximum distance, in words, from a channel to the company ("write to the office of ours")."""
DONE_RIGHTS = ("right.access", "right.erase", "right.rectify")
"""Rights whose words describe an act. For example, "access your data" is a right only if the reader accesses the data,
or if the company gives the reader access.
"""
OBJECT_REACH = 3
"""Maximum distance, in words, from an act to the cookies or the consent that are its object."""
DECISION_REACH = 5
"""Maximum distance, in words, from "we decide whether" to the act."""
DOER_REACH = 3
"""Maximum distance, in words, from a recipient to its act ("lenders may access your history")."""
COMPANY_REACH = 5
"""Maximum distance, in words, from the company to its act ("we may need to access your data")."""
WHEN_REACH = 2
"""Maximum distance, in words, from a conditional word such as "when" to a channel or choice. After such a word, the
channel or choice is only a part of a condition.
"""
OWNER_REACH = 2
"""Maximum distance, in words, from a right to the company that has the right ("our legal rights")."""
WEB = ("http://", "https://", "www.")
NUMBER = re.compile(r"(?!(?:19|20)\d\d$)\d{4,}")
"""Matches a number that may be a telephone number or a postal code, but not a year."""


def in_role(mention: Mention, text: Sequence[str], others: Sequence[Mention], lexicon: Lexicon) -> bool:
    """Whether a mention has the meaning of its concept, judged by the words around it."""
    if under(mention.concept, WAYS):
        return is_way(mention, text, others, lexicon)
    if mention.concept in ("right.rights", "right.grant"):
        return not (is_company_right(mention, text, lexicon) or is_reserved(mention, others))
    if mention.concept in DONE_RIGHTS:
        return is_done_for_reader(mention, text, others, lexicon)
    if mention.concept in ("receive", "gets"):
        return not is_of_consent(mention, others)
    if mention.concept == "share":
        return not (is_of_complaint(mention, others) or is_to_company(mention, text, lexicon))
    if mention.concept == "scope.some":
        return not is_legal_form(mention, text, lexicon)
    if mention.concept in ("optout.sale", "optout.share"):
        return not any(word in lexicon.company for word in text[max(0, mention.start - 1) : mention.start])
    if mention.concept == "optout":
        if gives_address(text):  # "if you do not want to receive letters, write to …" offers the choice
            return True
        return not follows_when(mention, text, lexicon) or any(other.concept == "limiter.only" for other in others)
    return True


def is_done_for_reader(mention: Mention, text: Sequence[str], others: Sequence[Mention], lexicon: Lexicon) -> bool:
    """Whether an act that names a right is the reader's: nobody else does the act or decides about it, and it is not
    about cookies or about a proof of identity."""
    if mention.concept == "right.access" and is_done_by_company(mention, text, others, lexicon):
        return False
    if is_of_identity(mention, others) or is_of_cookies(mention, others) or is_decided(mention, others):
        return False
    return not is_done_by_recipient(mention, text, others, lexicon)


def is_way(mention: Mention, text: Sequence[str], others: Sequence[Mention], lexicon: Lexicon) -> bool:
    """Whether words name a way to reach the company."""
    if gives_address(text):
        return True
    within = text[mention.start : mention.end]
    if not any(word in lexicon.company for word in within):
        beside = (*text[max(0, mention.start - 1) : mention.start], *text[mention.end : mention.end + 1])
        if any(word in lexicon.readers for word in beside) or is_data(mention, others):
            return False
    if follows_when(mention, text, lexicon):
        return False
    towards = text[mention.start : mention.end + TOWARDS_REACH]
    by = text[max(0, mention.start - TOWARDS_REACH) : mention.start + 1]
    if any(word in lexicon.company for word in towards) or any(word in lexicon.means for word in by):
        return True
    return any(0 <= other.start - mention.start <= TOWARDS_REACH for other in others if under(other.concept, REACHED))


def is_data(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether a mention is only a part of the name of a kind of data: "contact details"."""
    data = (other for other in others if other.concept == "data.contact")
    return any(other.start < mention.end and mention.start < other.end for other in data)


def is_company_right(mention: Mention, text: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a right belongs to the company: "to protect our rights", "our legal rights"."""
    beside = (*text[max(0, mention.start - 1) : mention.start], *text[mention.end : mention.end + 1])
    if any(word in lexicon.owners for word in beside):
        return True
    owner, adjective = text[mention.start - OWNER_REACH : mention.start] if mention.start >= OWNER_REACH else ("", "")
    return owner in lexicon.owners and adjective not in lexicon.function_words | lexicon.readers


def is_reserved(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether the company only reserves a right: "we reserve the right to share"."""
    return any(other.start < mention.start < other.end for other in others if other.concept == "modality.discretion")


def is_of_cookies(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether a mention is about deleting or changing cookies: "delete cookies in your browser"."""
    return any(0 <= other.start - mention.end < OBJECT_REACH for other in others if other.concept == "cookies")


def is_of_identity(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether a mention is part of a proof of identity: "a copy of your identity card"."""
    proofs = (other for other in others if other.concept == "exercise.identity")
    return any(proof.start < mention.end and mention.start < proof.end for proof in proofs)


def is_decided(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether the company decides about an act: "we decide whether your data is deleted". This is not a right."""
    return any(0 <= mention.start - other.end <= DECISION_REACH for other in others if other.concept == "decision")


def is_of_complaint(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether a mention of giving is about a complaint: "send a complaint to the authority"."""
    return any(mention.start < other.start <= mention.end for other in others if other.concept == "complaint")


def is_of_consent(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether a mention of receiving is about consent, and not about data: "after obtaining your consent"."""
    return any(0 <= other.start - mention.end < OBJECT_REACH for other in others if under(other.concept, ("consent",)))


def is_to_company(mention: Mention, text: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether the reader is the giver and the company the receiver: "data that you share with us"."""
    before, after = text[max(0, mention.start - 1) : mention.start], text[mention.end - 1 : mention.end + 2]
    return any(word in lexicon.readers for word in before) and any(word in lexicon.company for word in after)


def is_legal_form(mention: Mention, text: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a word such as "Limited" is the end of a company's name: "Harbour Freight Limited". In "limited data", it
    is not.
    """
    if mention.start == 0 or text[mention.start] not in LEGAL_FORMS or mention.end - mention.start > 1:
        return False
    before, after = text[mention.start - 1], text[mention.end : mention.end + 1]
    return before not in lexicon.vocabulary and (not after or after[0] in lexicon.function_words)


def is_done_by_recipient(mention: Mention, text: Sequence[str], others: Sequence[Mention], lexicon: Lexicon) -> bool:
    """Whether somebody other than the reader does the act that names a right: "lenders may access your history"."""
    return any(
        0 <= mention.start - other.end <= DOER_REACH
        and not any(word in lexicon.readers for word in text[other.end : mention.start])
        for other in others
        if under(other.concept, ("recipient",))
    )


def is_done_by_company(mention: Mention, text: Sequence[str], others: Sequence[Mention], lexicon: Lexicon) -> bool:
    """Whether the company accesses the data: "we need to access your data". In "you can ask us for access", the reader
    comes first, so it is a right of the reader.
    """
    before = text[: mention.start]
    asked = any(other.start < mention.start and under(other.concept, ("exercise", "right")) for other in others)
    near = any(word in lexicon.company - lexicon.owners for word in before[-COMPANY_REACH:])
    return near and not asked and not any(word in lexicon.readers for word in before)


def follows_when(mention: Mention, text: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a word such as "if" or "when" comes right before a mention: "when you contact us"."""
    return any(word in lexicon.when for word in text[max(0, mention.start - WHEN_REACH) : mention.start])


def gives_address(text: Sequence[str]) -> bool:
    """Whether the words contain an e-mail or web address, or a telephone number."""
    return any(is_address(word) for word in text)


def is_address(word: str) -> bool:
    """Whether a word is an e-mail or web address, or may be part of a telephone number or postal address."""
    return "@" in word or word.startswith(WEB) or NUMBER.fullmatch(word) is not None
