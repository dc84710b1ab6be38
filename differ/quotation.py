"""Quotes the deciding words of an edit as the policy writes them: with its capitals, hyphens and brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from languages import languages_with, read_table

Span = tuple[int, int]
"""The start and the end of a part of a text, in characters."""

SHORT = 20
"""Maximum number of words of a clause that is quoted whole."""
EXCERPT = 16
"""Number of words that are quoted of a longer clause."""
LEAD = 5
"""Number of words that an excerpt shows before the first changed word."""
LONGEST_RUN = 6
"""Maximum number of changed words beside the deciding words that are quoted together with the deciding words."""
_WORD = r"\w(?:[\w’'&%@-]|[.,/]\w)*"
_WORDS = re.compile(_WORD)
_GAP = re.compile(rf"[\s-]*|\s+{_WORD}\s+")
"""Matches the text between two quoted words that become one quotation: a hyphen, spaces, or one other word."""
_NEAR = re.compile(rf"\s*(?:{_WORD}\s+){{0,2}}")
"""Matches the text between a changed word and the deciding words that belong to it."""
_NUMBER = rf"\s+[^\s\w]?[A-Za-z]{{0,3}}\d(?:[.,]?\d)*(?:\s+{_WORD})?"
_REST = re.compile(rf"(?:\s+{_WORD})?{_NUMBER}|(?:[\s-]+{_WORD}){{1,2}}(?=\s*(?:[.,;:!?)(|\n]|$))")
"""Matches the rest of a phrase: a number with its unit, or one or two words at the end of the phrase."""


@dataclass(frozen=True, slots=True)
class Side:
    """The text before or after an edit."""

    text: str = ""
    changed: tuple[Span, ...] = ()
    """The parts that the other text does not have, in order."""
    language: str = ""

    def inside(self, span: Span) -> bool:
        """Whether a span is inside a changed part."""
        return any(start <= span[0] and span[1] <= end for start, end in self.changed)

    def touched(self, span: Span) -> Span | None:
        """Return the first changed part that overlaps a span, or None."""
        return next((run for run in self.changed if overlap(run, span)), None)


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans have a character in common."""
    return one[0] < other[1] and other[0] < one[1]


def quotes(phrases: Iterable[str], side: Side, *, are_names: bool = False) -> list[str]:
    """Return phrases as they are written in the text, in the order of the text. Phrases that overlap or touch become
    one quotation. A phrase that the text does not contain comes last, unchanged. A phrase with capitals, such as a
    heading, must occur with the same capitals. The place after a name does not belong to the name.
    """
    spans: list[Span] = []
    missing = []
    for phrase in phrases:
        places = occurrences(phrase, side.text)
        if phrase != phrase.casefold():
            places = [place for place in places if side.text[slice(*place)] == phrase]
        if places:
            spans.append(next(filter(side.inside, places), None) or next(filter(side.touched, places), places[0]))
        else:
            missing.append(phrase)
    widened = [completed(beside_change(span, side), side, are_names=are_names) for span in deciding(spans, side)]
    written = [side.text[start:end] for start, end in joined(widened, side.text)]
    return [*{text.casefold(): text for text in reversed(written)}.values()][::-1] + missing


def occurrences(phrase: str, text: str) -> list[Span]:
    """Return the places of a phrase in a text. A number in digits in the phrase may be a number word in the text."""
    parts = phrase.split()
    if not parts or not text:
        return []
    found = [match.span() for match in phrase_pattern(tuple(parts)).finditer(text)]
    if found or len(parts) == 1 or not parts[0].isdigit():
        return found
    return [match.span() for match in phrase_pattern(("", *parts[1:])).finditer(text)]


def occurs(phrase: str, text: str) -> bool:
    """Whether a text has exactly the words of a phrase."""
    parts = phrase.split()
    return bool(parts) and phrase_pattern(tuple(parts)).search(text) is not None


@lru_cache(maxsize=1_024)
def phrase_pattern(parts: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for words in upper or lower case, with any signs between them. An empty part matches any
    word.
    """
    forms = [re.escape(part).replace("'", "['’]") if part else r"\w+" for part in parts]
    return re.compile(r"(?<!\w)" + r"[\W_]+".join(forms) + r"(?!\w)", re.IGNORECASE)


def deciding(spans: Sequence[Span], side: Side) -> list[Span]:
    """Return the spans that changed as a whole. If there are none, return the spans that changed in part. If there are
    none of these either, return all spans.
    """
    inside = [span for span in spans if side.inside(span)]
    return inside or [span for span in spans if side.touched(span)] or list(spans)


def beside_change(span: Span, side: Side) -> Span:
    """Return a span together with the short change right before it. For example, if "at present" was added before
    "sell", the word "sell" alone would not show the change.
    """
    if side.touched(span):
        return span
    for start, end in reversed(side.changed):
        run = len(_WORDS.findall(side.text[start:end]))
        if end <= span[0] and 0 < run <= LONGEST_RUN and _NEAR.fullmatch(side.text[end : span[0]]):
            return start + leading_spaces(side.text[start:end]), span[1]
    return span


def word_spans(text: str) -> list[Span]:
    """Return the places of the words of a text."""
    return [match.span() for match in _WORDS.finditer(text)]


def leading_spaces(text: str) -> int:
    """Return the number of characters before the first word."""
    first = _WORDS.search(text)
    return first.start() if first else 0


def completed(span: Span, side: Side, *, are_names: bool = False) -> Span:
    """Return a span with the few words that complete its phrase: "for their own" becomes "for their own purposes". An
    open bracket is completed too. A name is not completed with a place.
    """
    start, end = span
    run = side.touched(span)
    rest = _REST.match(side.text, end)
    if rest and rest.end() <= (run[1] if run else len(side.text)):
        added = without_limiter(side.text[end : rest.end()]).rstrip()
        end += len(before_place(added, side.language) if are_names else added)
    if side.text.count(")", start, end) > side.text.count("(", start, end):
        start = max(side.text.rfind("(", 0, start), 0)
    if side.text.count("(", start, end) > side.text.count(")", start, end):
        end = side.text.find(")", end) + 1 or end
    return start, end


@cache
def limiting_words() -> frozenset[str]:
    """Return the words of all languages that limit a name and are not part of the name: "only", "hanya"."""
    tables = [read_table(language, "lexicon") or {} for language in languages_with("lexicon")]
    phrases = (phrase for table in tables for phrase in table.get("concepts", {}).get("limiter.only", ()))
    return frozenset(phrase for phrase in phrases if phrase.isalpha())


def without_limiter(text: str) -> str:
    """Return a text without the words at its end that only limit it: "Larkpost only" becomes "Larkpost"."""
    kept = text.rstrip()
    while (last := kept.rpartition(" "))[1] and last[2].strip(".,;:!?()").casefold() in limiting_words():
        kept = last[0].rstrip(" ,")
    return kept if len(kept) < len(text.rstrip()) else text


def before_place(text: str, language: str) -> str:
    """Return a text up to a word such as "in"."""
    table = read_table(language, "lexicon") if language in languages_with("lexicon") else None
    places = table["persons"]["place"] if table else ()
    start = next((start for start, end in word_spans(text) if text[start:end].casefold() in places), len(text))
    return text[:start].rstrip()


def joined(spans: Iterable[Span], text: str) -> list[Span]:
    """Return spans in order. Spans that overlap, or have at most one word between them, are one span."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and (start <= merged[-1][1] or _GAP.fullmatch(text[merged[-1][1] : start])):
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def excerpt(side: Side) -> str:
    """Return a short clause as a whole. Of a longer clause, return the words around the first change."""
    places = word_spans(side.text)
    if len(places) <= SHORT:
        return side.text.strip().rstrip(".")
    changed = side.changed[0][0] if side.changed else 0
    first = max(next((number for number, place in enumerate(places) if place[1] > changed), 0) - LEAD, 0)
    shown = places[first : first + EXCERPT]
    text = side.text[shown[0][0] : shown[-1][1]] if first else side.text[: shown[-1][1]].strip()
    return f"{'… ' if first else ''}{text}{' …' if first + EXCERPT < len(places) else ''}"
