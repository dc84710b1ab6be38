"""Decides whether an edit alters meaning at all. If the edit does not alter meaning, finds the reason, such as
`typo`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from differ.language.countries import countries
from differ.language.lexicon import Lexicon
from differ.language.meaning import Meaning, canonical, meaning
from differ.language.names import companies
from differ.language.roles import LEGAL_FORMS
from differ.language.statements import Statement
from differ.language.words import words
from differ.matching.addresses import one_form

OPERATIVE = (
    "negation", "nobody", "limiter", "modality", "scope", "consent", "share", "sell", "recipient", "merger",
    "transfer", "encryption", "threshold", "data.aggregate", "data.sensitive", "purpose.own", "purpose.marketing",
    "purpose.ai", "right",
    "optout", "default", "exercise", "complaint",
)  # fmt: skip
"""Concepts that matter. An edit that adds or removes such a concept is not a mere rewording."""

SLIGHT = frozenset(("modality.future", "scope.any"))
"""Concepts that do not alter meaning by themselves: "we will answer" means the same as "we answer", and "any of your
rights" means the same as "your rights".
"""
TURNING = ("share", "sell", "recipient", "consent", "right", "optout")
"""Concepts that have a level: a statement says that something happens, that it happens on a condition, or that it never
happens.
"""
TYPO = 0.8
"""Minimum similarity of two words that are the same word with a typing error."""
TYPO_LENGTH = 4
"""Minimum length of a word that can have a typing error. Shorter words, such as "now" and "not", count as different
words."""
YEAR = re.compile(r"(?:19|20)\d\d")
WHOLE_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
VERSION = re.compile(r"v?\d+(?:[./:-]\d+)*(?:st|nd|rd|th|er)?")
DATE_WORDS = 4
"""Maximum number of words in a date."""
DATE_LINE = 60
"""Maximum number of characters in a line that only states a date."""
_SOME_YEAR = r"[12١٢۱۲१२๑๒]\d{3}"
_MONTH = r"[^\s\d,.]{3,}"
LONG_DATE = re.compile(
    rf"""(?<![\d./-])(?:
      \d{{1,2}}\.?\s+(?:de\s+)?{_MONTH}\s+(?:(?:de|\d{{1,2}}\s+năm)\s+)?{_SOME_YEAR}       # 3 maart 2025
    | {_MONTH}\s+\d{{1,2}},?\s+{_SOME_YEAR}                                               # Machi 3, 2025
    | {_SOME_YEAR}\s?(?:年|년|\.|m\.)?\s?(?:\d{{1,2}}\s?[月월]|{_MONTH})\s?\d{{1,2}}[日일]?    # 2025. március 3.
    | \d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}
    )(?!\d)""",
    re.VERBOSE,
)
"""Matches a date with a day, a month and a year. The month may be a number, or a name in any language."""
UNREADABLE = "\ufffd"
"""The character that stands for bytes that could not be read."""
IP_ADDRESS = re.compile(
    r"(?<![\w.:/])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]{0,4}(?::[\da-fA-F]{0,4}){3,7})(?![\w:]|\.\d)"
)
"""Matches an IP address. A policy contains no IP addresses, so it is the visitor's own IP address, which some pages
show.
"""
DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th|er)?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def equivalent(before: Statement, after: Statement, lexicon: Lexicon | None) -> str | None:
    """Return the reason why an edit does not alter meaning, or None if it may alter meaning."""
    if before.words == after.words:
        return "punctuation" if words(before.text) == words(after.text) else "renamed"
    if form := same_in_form(before, after):
        return form
    if "".join(before.words) == "".join(after.words):
        return "typo"  # a space is missing or added
    gone, new = changed_words(before.words, after.words)
    if lexicon is None:
        same = LONG_DATE.sub("", before.text) == LONG_DATE.sub("", after.text)
        return "date" if same and dated_title(before) and dated_title(after) else None
    if only_dates(gone, new, lexicon.date_words):
        return "date"
    if lexicon.spelled(before.words) == lexicon.spelled(after.words):
        return "spelling"
    if not holds_alike(before, after):
        return None
    return same_meaning(before, after, lexicon) or ("typo" if mistyped(gone, new) else None)


def same_in_form(before: Statement, after: Statement) -> str | None:
    """Return the reason if only the form of an address, characters that could not be read, the legal form of a company,
    or the visitor's IP address changed. Otherwise return None.
    """
    if one_form(before.words) == one_form(after.words):
        return "contact-format"
    if mends_characters(before.text, after.text):
        return "encoding"
    if differs_in_legal_form(before, after):
        return "renamed"
    if before.text != after.text and IP_ADDRESS.sub("", before.text) == IP_ADDRESS.sub("", after.text):
        return "visitor"
    return None


def mends_characters(one: str, other: str) -> bool:
    """Whether two texts only differ in characters that could not be read in one of them. An example is "Genève"
    with a question mark in place of "è".
    """
    if UNREADABLE not in one + other or len(one) != len(other):
        return False
    return all(a == b or UNREADABLE in (a, b) for a, b in zip(one, other, strict=True))


def differs_in_legal_form(before: Statement, after: Statement) -> bool:
    """Whether one statement only lacks the legal forms of companies: "Larkpost Ltd" became "Larkpost"."""
    shorter, longer = sorted((before, after), key=lambda side: len(side.words))
    if len(longer.words) == len(shorter.words) or not companies(longer.text):
        return False
    return [word for word in longer.words if word not in LEGAL_FORMS] == list(shorter.words)


def dated_title(statement: Statement) -> bool:
    """Whether a short line under the title contains a full date. This check is for languages without a list of month
    names.
    """
    date = LONG_DATE.search(statement.text)
    return date is not None and len(statement.path) <= 1 and len(statement.text) <= DATE_LINE


def same_meaning(before: Statement, after: Statement, lexicon: Lexicon) -> str | None:
    """Return `grammar` if only inflections or function words differ, and `synonym` if only synonyms differ. Otherwise
    return None."""
    left, right = (lexicon.content_words(lexicon.spelled(s.words)) for s in (before, after))
    if Counter(map(lexicon.stem, left)) == Counter(map(lexicon.stem, right)):
        return "grammar"
    left, right = canonical(before.words, lexicon), canonical(after.words, lexicon)
    if Counter(left) == Counter(right) or set(left) == set(right):
        return "synonym"
    return None


def holds_alike(before: Statement, after: Statement) -> bool:
    """Whether both statements agree on what happens, what never happens, and what happens on a condition."""
    return same_operators(before, after) or only_reordered(before, after)


def only_reordered(before: Statement, after: Statement) -> bool:
    """Whether both statements have the same words, and each concept that both mention has the same level. If a
    statement has an exception, such as "on unless you turn it off", the result is False. The reason is that another
    order of the same words can reverse an exception.
    """
    one, other = meaning(before.words, before.language), meaning(after.words, after.language)
    if one is None or other is None or one.has("limiter.except") or people_and_words(one) != people_and_words(other):
        return False
    if one.has("purpose.own") != other.has("purpose.own"):
        return False  # "on its own and our behalf": "own" is a function word, but here it names a purpose
    levels, others = dict(one.said_of(*TURNING)), dict(other.said_of(*TURNING))
    return all(levels[concept] == others[concept] for concept in levels.keys() & others.keys())


def people_and_words(sense: Meaning) -> Counter[str]:
    """Count the words of a statement that carry meaning, and its words for the company and the reader."""
    people = sense.lexicon.company | sense.lexicon.readers
    spelled = sense.lexicon.spelled(sense.words)
    return Counter(word for word in spelled if word in people or word not in sense.lexicon.function_words)


def same_operators(before: Statement, after: Statement) -> bool:
    """Whether two statements agree in negation, modality, consent, recipients and the other concepts that matter. They
    must also name the same countries and companies."""
    one, other = meaning(before.words, before.language), meaning(after.words, after.language)
    if one is None or other is None or lands(before) != lands(after):
        return False
    if companies(before.text).keys() != companies(after.text).keys():
        return False
    return {concept for concept, _ in one.said_of(*OPERATIVE) ^ other.said_of(*OPERATIVE)} <= SLIGHT


def lands(statement: Statement) -> set[str]:
    """Return the codes of the countries that a statement names."""
    return set(countries(statement.text, statement.language))


def changed_words(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the removed words and the added words, in order."""
    gone: list[str] = []
    new: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += before[i1:i2]
            new += after[j1:j2]
    return gone, new


def only_dates(gone: Sequence[str], new: Sequence[str], date_words: frozenset[str]) -> bool:
    """Whether all changed words are parts of dates. At least one word must be a year, a whole date, or a month. The
    name of a month may be a word with another meaning, such as "may". So it counts only beside a number, or if it
    replaces another part of a date.
    """
    text = [*gone, *new]
    months = bool(gone and new) or any(DAY.fullmatch(word) for word in text)
    telling = any(
        (months and word in date_words) or YEAR.fullmatch(word) or WHOLE_DATE.fullmatch(word) for word in text
    )
    return telling and all(word in date_words or YEAR.fullmatch(word) or DAY.fullmatch(word) for word in text)


def time_limits(text: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Return the dates that limit when something applies, as in "until 31 May 2027"."""
    limits: list[str] = []
    for index, word in enumerate(text):
        if word in lexicon.limits:
            following = text[index + 1 : index + 1 + DATE_WORDS]
            length = next((step for step, other in enumerate(following) if not is_date(other, lexicon)), len(following))
            if any(not DAY.fullmatch(other) or WHOLE_DATE.fullmatch(other) for other in following[:length]):
                limits.append(" ".join(text[index : index + 1 + length]))
    return limits


def is_date(word: str, lexicon: Lexicon) -> bool:
    """Whether a word is a day, a month, a year or a whole date."""
    return word in lexicon.date_words or any(form.fullmatch(word) for form in (YEAR, DAY))


def date_line(text: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a statement gives only a date or the number of a version. A statement that is only a number does not
    count."""
    numbers = [word for word in text if word not in lexicon.date_cues and word not in lexicon.function_words]
    telling = len(numbers) < len(text) or any(
        word in lexicon.date_words or WHOLE_DATE.fullmatch(word) for word in numbers
    )
    return telling and all(word in lexicon.date_words or VERSION.fullmatch(word) for word in numbers)


def mistyped(gone: Sequence[str], new: Sequence[str]) -> bool:
    """Whether each removed word and the added word in its place are two spellings of the same word."""
    if not gone or len(gone) != len(new):
        return "".join(gone) == "".join(new)
    return all(misspelled(one, other) for one, other in zip(gone, new, strict=True))


def misspelled(one: str, other: str) -> bool:
    """Whether two words are the same word with a typing error. The first letters must be equal. Words with different
    first letters are often different words ("dental", "mental") or opposites ("encrypted", "unencrypted")."""
    likely = min(len(one), len(other)) >= TYPO_LENGTH and one.isalpha() and one[0] == other[0]
    return likely and SequenceMatcher(None, one, other).ratio() >= TYPO
