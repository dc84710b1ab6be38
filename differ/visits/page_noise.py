"""Suppresses three kinds of changes outside the policy: a hidden address, a menu, and a policy that returned after
another page. The text still becomes a version, but these changes are not reported.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby

from differ.judgement.relevance import relevance
from differ.language.lexicon import load_lexicon
from differ.language.meaning import heading_topics
from differ.language.sentences import sentences
from differ.language.statements import Statement, statements, whole_blocks
from differ.language.words import words
from differ.model import Comparison, Finding, Suppression
from differ.visits.comparability import SUBSTANTIAL
from document import Screening
from document.model import Block, Document, Section
from document.text.rights_links import LinkWords
from languages import records

RESTORED = 4
"""Minimum ratio of a text's length to the length of the previous version, if the previous version was perhaps a
different page and the policy has returned. With a smaller ratio, the text only grew.
"""
PASSAGE = 300
"""Minimum number of new words in whole new sections, if the text states the same date as before, that show that the
previous page was incomplete.
"""
SECTIONS = 3
"""Minimum number of new sections that contain the new words."""
DATED_SHARE = 0.25
"""Share of new text with which `SECTIONS` need not be reached, if both texts state the same date. An author who adds so
much usually also changes the date.
"""
LOST = 150
"""Minimum number of lost words in a text that may be incomplete because long passages are missing."""
LOST_SECTIONS = 60
"""Minimum number of lost words if several sections are missing. It is lower than `LOST`, because an author seldom
deletes several sections and changes nothing else.
"""
RESIDUE = 0.03
"""Maximum number of lost words in a text that only grew, as a share of its new words. The same maximum applies to new
words in a text that only lost passages, as a share of its lost words.
"""
RESTORED_UNWATCHED = 1.5
"""Minimum ratio of length if the previous version was not a policy. It is used instead of `RESTORED`. A version without
any statement on sharing or rights is not a policy.
"""
WATCHED = 3
"""Minimum number of statements on sharing or rights in a text that returned."""
MENU_WORDS = 5
"""Maximum number of words in a line of a menu."""
LINKED_MENU = 5
"""Minimum number of lines in a menu of links."""
BARE_MENU = 8
"""Minimum number of lines in a menu before the first prose, if the lines are not known to be links."""
ALIKE = 0.8
"""Minimum share of a menu's lines that look like menu items."""
PROSE = 15
"""Minimum number of words in a sentence that begins a page's prose."""

_MASK_IN_ANY_LANGUAGE = r"e-?mail\s+protected"
"""Pattern for the placeholder for an address, without its brackets. A content delivery network shows this placeholder
to readers whose browser runs no scripts.
"""
_REMEMBERED = 4_096
"""Maximum number of lines that are cached with their result: whether they contain a placeholder."""
_PLAIN_ADDRESS = r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_ADDRESS = re.compile(rf"\[?{_PLAIN_ADDRESS}\]?(?:\(\s*mailto:\s*{_PLAIN_ADDRESS}\s*\))?")
"""An address, or a link to it that was written as Markdown by mistake."""
_HIDDEN = "[email protected]"
"""The token that replaces each placeholder for an address."""
_ENDS = (".", ":", ";", "!", "?", ",")


@cache
def _masks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return two patterns that find the placeholders in all languages. The second pattern includes the brackets and is
    slower."""
    written = [phrase for _, words in records("links", LinkWords) for phrase in words.hidden_addresses]
    brackets = rf"\[?\s*{_MASK_IN_ANY_LANGUAGE}\s*\]?"
    quick, whole = ("|".join([common, *written]) for common in (_MASK_IN_ANY_LANGUAGE, brackets))
    return re.compile(quick, re.IGNORECASE), re.compile(whole, re.IGNORECASE)


@lru_cache(maxsize=_REMEMBERED)
def with_token(line: str) -> str:
    """Return a line with the same token for each placeholder for an address."""
    quick, whole = _masks()
    return whole.sub(f" {_HIDDEN} ", line).strip() if quick.search(line) else line


@dataclass(frozen=True, slots=True)
class Unmasked:
    """The previous version with its hidden addresses replaced by the addresses of the new text. The sentences that
    became equal in this way are recorded too.
    """

    before: Document
    after: Document
    suppressed: tuple[Suppression, ...]


def unmask(before: Document, after: Document) -> Unmasked:
    """Treat a placeholder in one text as equal to any address in the same sentence of the other text. Addresses in all
    other sentences are compared as usual.
    """
    before, after = with_one_mask(before), with_one_mask(after)
    if not any(_HIDDEN in line for document in (before, after) for line in document.lines()):
        return Unmasked(before, after, ())
    written: dict[str, list[str]] = defaultdict(list)
    for sentence in _sentences(after):
        if _hides(sentence) or _ADDRESS.search(sentence):
            written[_key(sentence)].append(sentence)
    suppressed: list[Suppression] = []

    def alike(block: Block, section: str) -> Block:
        parts = []
        for sentence in sentences(block.text):
            other = next((one for one in written.get(_key(sentence), ()) if _hides(one) != _hides(sentence)), None)
            if other is not None:
                suppressed.append(Suppression(section, "masked-address", sentence, after=other))
            parts.append(sentence if other is None else other)
        return replace(block, text=" ".join(parts))

    sections = tuple(
        replace(section, blocks=tuple(alike(block, " > ".join(section.path)) for block in section.blocks))
        for section in before.sections
    )
    return Unmasked(replace(before, sections=sections), after, tuple(suppressed))


def with_one_mask(document: Document) -> Document:
    """Return a document with the same token for each placeholder for an address."""
    if all(with_token(line) is line for line in document.lines()):
        return document
    sections = tuple(
        replace(section, blocks=tuple(replace(block, text=with_token(block.text)) for block in section.blocks))
        for section in document.sections
    )
    return replace(document, sections=sections)


def _sentences(document: Document) -> Iterator[str]:
    for section in document.sections:
        for block in section.blocks:
            yield from sentences(block.text)


def _hides(sentence: str) -> bool:
    return _HIDDEN in sentence


def _key(sentence: str) -> str:
    """Return a sentence's words with the same token in place of each address. It does not matter whether the address is
    hidden."""
    return " ".join(words(_ADDRESS.sub(" hiddenaddress ", sentence.replace(_HIDDEN, " hiddenaddress "))))


def restored(before: Document, after: Document) -> str | None:
    """Return a sentence for a person if the policy is back after a page that was not the complete policy. Otherwise
    return None.
    """
    old, new = statements(before), statements(after)
    size, former = (sum(len(statement.words) for statement in some) for some in (new, old))
    if size < SUBSTANTIAL or size < RESTORED_UNWATCHED * former:
        return None
    amounts = f"{size:,} words after {former:,}"
    if size >= RESTORED * former:
        return f"The text is back after a page that was not the complete policy ({amounts}): nothing in it is new."
    if only_grew(before, after):
        return f"The text was not complete before: it has all of that and more, with the same date ({amounts})."
    if (
        all(map(is_judged, (*old, *new)))
        and not any(map(relevance, old))
        and sum(map(bool, map(relevance, new))) >= WATCHED
    ):
        return f"The text is back after a page that said nothing about sharing and rights ({amounts})."
    return None


def only_grew(before: Document, after: Document) -> bool:
    """Whether a text gained whole sections, or a large part, and lost nothing. It must still state all dates that it
    stated before. If a company adds so much on purpose, it usually edits other sections on the same day, or at least
    changes the date.
    """
    old, new = Counter(words(before.text)), Counter(words(after.text))
    came, went = (new - old).total(), (old - new).total()
    if came < PASSAGE or went > RESIDUE * came or set(before.dates) - set(after.dates):
        return False
    if before.dates and set(before.dates) == set(after.dates) and came >= DATED_SHARE * new.total():
        return True
    paths = {section.path for section in before.sections}
    fresh = [section for section in after.sections if section.path not in paths]
    within = words(" ".join(text for section in fresh for text in (section.heading, *block_texts(section))))
    return len(fresh) >= SECTIONS and len(within) >= (1 - RESIDUE) * came


def block_texts(section: Section) -> list[str]:
    """Return the texts of a section's blocks."""
    return [block.text for block in section.blocks]


def lost_in_bulk(before: Document, after: Document) -> Screening | None:
    """Return a screening if a text lost long passages and gained nothing, not even a new date. Such a text may be
    incomplete. If only one section is missing, the result is None, because a company may delete a single section on
    purpose."""
    old, new = Counter(words(before.text)), Counter(words(after.text))
    went, came = (old - new).total(), (new - old).total()
    paths = {section.path for section in after.sections}
    sections = sum(section.path not in paths for section in before.sections)
    least = LOST_SECTIONS if sections > 1 else LOST
    if sections == 1 or went < least or came > RESIDUE * went or set(after.dates) - set(before.dates):
        return None
    return Screening("shrunk", f"Long passages are gone and nothing is new: {new.total():,} words of {old.total():,}.")


def replaces_another_page(before: Document, after: Document) -> bool:
    """Whether the previous version was a page that is not a policy, and the policy is back now. The two texts need not
    resemble each other in this case.
    """
    old = statements(before)
    return restored(before, after) is not None and all(map(is_judged, old)) and not any(map(relevance, old))


def is_judged(statement: Statement) -> bool:
    """Whether a statement's language has a lexicon."""
    return load_lexicon(statement.language) is not None


def menus(document: Document) -> frozenset[str]:
    """Return the lines of menus. A menu is a run of short lines that are links, or that come before all prose and have
    no function words."""
    menu_lines: set[str] = set()
    prose, before = False, None
    for short, run in groupby(whole_blocks(document), is_short):
        lines = list(run)
        if short and is_menu(lines, before, prose=prose):
            menu_lines.update(line.text for line in lines)
        before = lines[-1]
        prose = prose or any(len(line.words) >= PROSE for line in lines)
    return frozenset(menu_lines)


def is_short(statement: Statement) -> bool:
    """Whether a line is short enough for a menu and is not a sentence."""
    return len(statement.words) <= MENU_WORDS and not ends(statement.text)


def ends(text: str) -> bool:
    """Whether a text ends with a punctuation mark that a line of a menu does not have."""
    return text.rstrip().endswith(_ENDS) and not text.rstrip().endswith("&.")


def is_menu(lines: Sequence[Statement], before: Statement | None, *, prose: bool) -> bool:
    """Whether successive short lines are a menu.

    A list after a sentence or heading about sharing or rights is never a menu, even if its lines are links. It lists
    recipients, data or choices. In a language without a lexicon the heading cannot be understood, so the list is not a
    menu either."""
    if not looks_like_menu(lines, prose=prose):
        return False
    if not all(is_judged(line) and not line.lead and not heading_topics(line.path, line.language) for line in lines):
        return False
    return before is None or not relevance(before)


def looks_like_menu(lines: Sequence[Statement], *, prose: bool) -> bool:
    """Whether enough lines look like menu items. Such a line is a link, or it comes before all prose and has no
    function words."""
    if len(lines) >= LINKED_MENU and sum(line.linked for line in lines) >= ALIKE * len(lines):
        return True
    return not prose and len(lines) >= BARE_MENU and sum(map(says_nothing, lines)) >= ALIKE * len(lines)


def says_nothing(line: Statement) -> bool:
    """Whether a line has no function words. Such a line cannot be a sentence."""
    lexicon = load_lexicon(line.language)
    return lexicon is not None and len(lexicon.content_words(line.words)) == len(line.words)


def without_noise(comparison: Comparison, before: Document, after: Document) -> Comparison:
    """Return a comparison without findings in menus or in a text that returned."""
    if not comparison.findings:
        return comparison
    if restored(before, after):
        return quiet(comparison, dict.fromkeys(range(len(comparison.findings)), "restored"))
    lines = {
        index: finding
        for index, finding in enumerate(comparison.findings)
        if (finding.before or finding.after) and not ends(finding.before) and not ends(finding.after)
    }
    gone, come = (menus(before), menus(after)) if lines else (frozenset[str](), frozenset[str]())
    of_menus = {
        index: "menu"
        for index, finding in lines.items()
        if in_menu(finding.before, gone) and in_menu(finding.after, come)
    }
    return quiet(comparison, of_menus)


def in_menu(text: str, lines: frozenset[str]) -> bool:
    """Whether a text is empty or a line of a menu."""
    return not text or text in lines


def quiet(comparison: Comparison, reasons: dict[int, str]) -> Comparison:
    """Return a comparison in which the findings at these positions are suppressed, each with its reason."""
    reported = tuple(finding for index, finding in enumerate(comparison.findings) if index not in reasons)
    kept = tuple(_suppression(comparison.findings[index], reason) for index, reason in reasons.items())
    return replace(comparison, findings=reported, suppressed=(*comparison.suppressed, *kept))


def _suppression(finding: Finding, reason: str) -> Suppression:
    return Suppression(finding.section, reason, finding.before, after=finding.after)
