"""Decides whether a text is the whole policy. A text may break off, lack a language, or be the edition for another
country.

The company may also have made such a change on purpose. So a second look is needed, and after `confirm_max` the text is
recorded as unconfirmed. Only an unfinished end, such as half a sentence, proves that a text was cut. If the last
quarter of a text is missing, the company may have deleted it on purpose, for example the part about rights.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date

from differ.language.lexicon import load_lexicon
from differ.language.statements import Statement, statements, whole_blocks
from differ.language.words import amount, words
from differ.model import Comparison
from document import Screening
from document.model import UNKNOWN_LANGUAGE, Document, Page

CUT = 0.75
"""Maximum length of a text that breaks off, as a share of the previous version's words. A longer text is accepted."""
HALF_SENTENCE = 0.9
"""Maximum length if the text breaks off within a sentence, also as a share of the previous version's words. It is
higher than `CUT`, because no author ends a policy within a sentence.
"""
OWN_WORDS = 0.25
"""Maximum share of an older edition's words that are not in the previous version."""
VERBATIM = 0.95
"""Minimum share of words that a text and the beginning of the previous version have in common, in the same order. If
the share is reached both in the text and in this beginning, the text counts as the beginning.
"""
LOOK_AHEAD = 10
"""Maximum number of successive statements of the previous version that may be missing before the end of the text."""
SECTION = 30
"""Minimum number of lost words for which a text needs a second look even if it ends properly."""
FOOT = 40
"""Maximum number of words in a foot, such as a copyright notice, that may remain below a missing part."""
A_LANGUAGE = 0.25
"""Minimum share of a text's words that are in a language. With a smaller share, the words in that language are only a
quotation."""
LEFT_OVER = 0.1
"""Maximum share of a missing language's words that are left in the text. Such words are names or headings."""
RESPELLED = 4
"""Minimum number of different words whose spelling changed, such as "colour" and "color". A text with this number of
respelled words is the edition for a different country.
"""
RESPELLED_AND_DATED = 2
"""Minimum number of different words whose spelling changed, if the order of day and month in dates changed too."""
REWRITTEN = 0.6
"""Minimum share of old statements that are gone, and of new statements that were not in the old text, in a rewritten
text. An author who rewrites so much usually also changes the date.
"""
MANY = 40
"""Minimum number of statements in both texts for the check of `REWRITTEN`."""
DATED = 3
"""Minimum number of dates in which the order of day and month changed. If this number is reached, the text is another
edition, even if the spelling of no word changed.
"""

_DAY_FIRST = re.compile(
    r"\b(?:(?:1[3-9]|2\d|3[01])[./-]\d{1,2}[./-]\d{4}|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8},? \d{4})\b"
)
_MONTH_FIRST = re.compile(
    r"\b(?:\d{1,2}[./-](?:1[3-9]|2\d|3[01])[./-]\d{4}|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})\b"
)
_FOOT = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ending:
    """Facts about the end of a text that is only the beginning of the previous version."""

    words: int
    """Number of words of the text."""
    words_before: int
    """Number of words of the previous version."""
    open: str
    """A clause that says why the text seems unfinished; "" if the text ends properly."""
    _: KW_ONLY
    gone: tuple[Statement, ...]
    """Statements of the previous version that are missing after the end of the text."""
    within_sentence: bool = False
    """Whether the text ends within a statement."""

    @property
    def is_cut(self) -> bool:
        """Whether the text is too short to be the policy and was cut by accident."""
        longest = HALF_SENTENCE if self.within_sentence else CUT
        return bool(self.open) and self.words < longest * self.words_before

    @property
    def sentence(self) -> str:
        """A sentence that explains the early end to a person."""
        amounts = f"{self.words:,} words of {self.words_before:,}"
        if self.open:
            return f"The text is the beginning of the previous version ({amounts}), and {self.open}."
        return f"The end is gone: the text is the beginning of the previous version ({amounts})."


def incomplete(before: Document, after: Document, comparison: Comparison, ending: Ending | None) -> Screening | None:
    """Return the reason why a text may not be the whole policy, or None."""
    if ending is not None and ending.is_cut:
        return Screening("cut", ending.sentence)
    return (
        language_gone(before, after)
        or older_edition(before, after, comparison)
        or other_edition(before, after, comparison)
        or rewritten_on_the_same_date(before, after, comparison)
    )


def ends_early(before: Document, after: Document, pages: Sequence[tuple[Page, Page]]) -> Ending | None:
    """Return the ending of a text that is only the beginning of the previous version; None for any other text.

    `pages` are pairs of an earlier page and the corresponding later page, if the earlier pages were kept. If whole
    sections are missing, a short foot, such as a copyright notice, may remain at the end.
    """
    old, new = statements(before), statements(after)
    lost = _size(old) - _size(new)
    if not new or lost < 0:
        return None
    end = length_of_beginning(old, new)
    if end is not None:
        opened = breaks_off(old, new, end) or next(filter(None, (unfinished(*pair) for pair in pages)), "")
        if not opened and not is_a_part(old[end:], lost):
            return None
        half = end < len(old) and begins(new[-1], old[end])
        return Ending(_size(new), _size(old), opened, gone=old[end:], within_sentence=half)
    foot = common_foot(old, new)
    end = length_of_beginning(old[:-foot], new[:-foot]) if foot else None
    gone = () if end is None else old[end:-foot]
    clean = bool(gone) and gone[0].kind == "heading" and is_a_part(gone, lost)
    return Ending(_size(new), _size(old), "", gone=gone) if clean else None


def is_a_part(gone: Sequence[Statement], lost: int) -> bool:
    """Whether the statements that are missing at the end are a whole section, or have as many words as a section.
    `lost` is the number of words by which the text became shorter, without words that only moved.
    """
    if not gone or 2 * lost < _size(gone):
        return False
    section = gone[0].kind == "heading" and any(statement.kind != "heading" for statement in gone)
    return section or lost >= SECTION


def common_foot(old: Sequence[Statement], new: Sequence[Statement]) -> int:
    """Return the number of equal statements at the end of both texts. Together, these statements have at most `FOOT`
    words, and they are never the whole text.
    """
    number = 0
    pairs = zip(reversed(old[1:]), reversed(new[1:]), strict=False)
    for one, other in pairs:
        if one.words != other.words or _size(new[-number - 1 :]) > FOOT:
            break
        number += 1
    return number


def length_of_beginning(old: Sequence[Statement], new: Sequence[Statement]) -> int | None:
    """Return the number of statements of the previous version that a text contains, if the text is the beginning of
    that version. Return None for any other text. If the last statement of the text is incomplete, it is not counted.
    """
    at, skipped, unknown, recognised = 0, 0, 0, False
    for statement in new:
        ahead = range(at, min(at + LOOK_AHEAD, len(old)))
        index = next((index for index in ahead if old[index].words == statement.words), None)
        recognised = index is not None
        if index is None:
            unknown += len(statement.words)
        else:
            skipped += _size(old[at:index])
            at = index + 1
    if not recognised and at < len(old) and begins(new[-1], old[at]):
        recognised, unknown = True, unknown - len(new[-1].words)
    return at if recognised and at and max(skipped, unknown) <= (1 - VERBATIM) * _size(new) else None


def begins(broken: Statement, whole: Statement) -> bool:
    """Whether a statement is the beginning of another statement. The beginning may end within a word."""
    size = len(broken.words)
    if not size or broken.words == whole.words:
        return False
    start = whole.words[:size]
    return start[:-1] == broken.words[:-1] and len(start) == size and start[-1].startswith(broken.words[-1])


def breaks_off(old: Sequence[Statement], new: Sequence[Statement], end: int) -> str:
    """Return a clause that says why a text seems to continue after its last statement; "" if it ends properly."""
    last, before, following = new[-1], old[end - 1], old[end] if end < len(old) else None
    if following is not None and begins(last, following):
        return f"breaks off within a sentence: “…{_tail(last)}”"
    if following is None or following.kind == "heading":
        return ""
    if last.kind == "heading":
        return f"ends with a heading that nothing follows: “{_tail(last)}”"
    if last.text.rstrip().endswith((":", ",", ";")):
        return f"ends where more is announced: “…{_tail(last)}”"
    if following.path != before.path:
        return ""
    if following.block == before.block:
        return f"breaks off within a paragraph, after “…{_tail(last)}”"
    if following.kind == before.kind and before.kind in ("item", "row"):
        return f"breaks off within a list, after “…{_tail(last)}”"
    return ""


def unfinished(before: Page, after: Page) -> str:
    """Return a clause that says why a page seems incomplete; "" if it does not."""
    headers = dict(after.headers)
    length = headers.get("content-length", "")
    if length.isdigit() and "content-encoding" not in headers and len(after.body) < int(length):
        return f"the page has {len(after.body):,} of the {int(length):,} bytes that its server announced"
    if _FOOT.search(before.body) and not _FOOT.search(after.body):
        return "the page is incomplete: its markup breaks off"
    return ""


def language_gone(before: Document, after: Document) -> Screening | None:
    """Return a screening if one of a text's languages is missing together with its words."""
    old, new = amounts(before), amounts(after)
    for language, size in old.items():
        lost = old.total() - new.total()
        if (
            language != UNKNOWN_LANGUAGE
            and A_LANGUAGE * old.total() <= size < old.total()
            and new[language] <= LEFT_OVER * size
            and lost >= size / 2
        ):
            share = f"{size:,} of the {old.total():,} words of the previous version"
            return Screening("language-gone", f"The text in the language “{language}” is gone: {share}.")
    return None


def amounts(document: Document) -> Counter[str]:
    """Count the words in each language."""
    counts: Counter[str] = Counter()
    for statement in whole_blocks(document):
        counts[statement.language] += amount(statement.words)
    return counts


def older_edition(before: Document, after: Document, comparison: Comparison) -> Screening | None:
    """Return a screening if a text seems to be an old edition that a server sent by mistake. Such a text states an
    earlier date than the previous version, has mostly the same words, and differs in material points.
    """
    old, new = comparison.timing.stated_before, comparison.timing.stated_after
    if old is None or new is None or not comparison.material or not is_earlier(new, old):
        return None
    right = Counter(words(after.text))
    if (right - Counter(words(before.text))).total() > OWN_WORDS * right.total():
        return None
    return Screening("other-edition", f"The text is dated {new}, the previous version {old}: perhaps an older edition.")


def is_earlier(one: date, other: date) -> bool:
    """Whether one date is before the other date. If a date is the first day of a month or year, it may mean the whole
    month or year.
    """
    exact = 1 if one.month == one.day == 1 else 2 if one.day == 1 else 3
    return (one.year, one.month, one.day)[:exact] < (other.year, other.month, other.day)[:exact]


def other_edition(before: Document, after: Document, comparison: Comparison) -> Screening | None:
    """Return a screening if a text is written for a different country and differs in material points.

    A text that differs only in spelling is the same policy.
    """
    if not comparison.material:
        return None
    spellings = respelled(before, after)
    dated = other_order(before.text, after.text)
    if dated >= DATED or len(spellings) >= (RESPELLED_AND_DATED if dated else RESPELLED):
        examples = ", ".join(f"“{old}” is “{new}”" for old, new in spellings[:3])
        order = "its dates have day and month in another order" if dated else ""
        shown = "; ".join(filter(None, (examples, order)))
        return Screening("other-edition", f"The text is perhaps the edition for another country: {shown}.")
    return None


def rewritten_on_the_same_date(before: Document, after: Document, comparison: Comparison) -> Screening | None:
    """Return a screening if most of a text was replaced although it states the same date as before."""
    days = {stated.day for stated in before.dates}
    if not comparison.material or not days or days != {stated.day for stated in after.dates}:
        return None
    old, new = ([statement.words for statement in statements(document)] for document in (before, after))
    gone, come = share_outside(old, new), share_outside(new, old)
    if min(len(old), len(new)) < MANY or min(gone, come) < REWRITTEN:
        return None
    amounts = f"{gone:.0%} of the statements are gone and {come:.0%} are new"
    return Screening("other-edition", f"Most of the text was replaced, but it states the same date: {amounts}.")


def share_outside(some: Sequence[tuple[str, ...]], others: Sequence[tuple[str, ...]]) -> float:
    """Return the share of statements that another text does not contain."""
    there = set(others)
    return sum(words not in there for words in some) / max(1, len(some))


def respelled(before: Document, after: Document) -> list[tuple[str, str]]:
    """Return the words whose spelling changed, sorted. Each is a pair of its earlier and its present spelling."""
    language = next(iter(after.languages), UNKNOWN_LANGUAGE)
    lexicon = load_lexicon(language)
    if lexicon is None or language not in before.languages:
        return []
    old, new = set(words(before.text)), set(words(after.text))
    gone = {lexicon.spelled([word])[0]: word for word in sorted(old - new)}
    come = {lexicon.spelled([word])[0]: word for word in sorted(new - old)}
    return [(gone[form], come[form]) for form in sorted(gone.keys() & come.keys())]


def other_order(before: str, after: str) -> int:
    """Count the dates whose order of day and month is not the same as in the previous version."""
    old, new = order(before), order(after)
    return min(sum(old), sum(new)) if 0 in old and 0 in new and old.index(0) != new.index(0) else 0


def order(text: str) -> tuple[int, int]:
    """Count the dates that begin with the day, and the dates that begin with the month."""
    return len(_DAY_FIRST.findall(text)), len(_MONTH_FIRST.findall(text))


def _size(some: Sequence[Statement]) -> int:
    return sum(len(statement.words) for statement in some)


def _tail(statement: Statement) -> str:
    return " ".join(statement.text.split()[-8:])


def pages_in_pairs(before: Sequence[Page], after: Sequence[Page]) -> Iterator[tuple[Page, Page]]:
    """Yield each page of the previous version together with the corresponding page of this visit. Yield nothing if the
    numbers of pages differ.
    """
    if len(before) == len(after):
        yield from zip(before, after, strict=True)
