"""Finds the changed words of a clause that no sentence quotes. A reader must not believe that nothing else changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby

from differ.quotation import Side, Span, occurrences, overlap, word_spans
from languages import languages_with, read_table

LONGEST_PIECE = 12
"""Maximum number of words of a piece. The rest of a longer piece is replaced by an ellipsis."""
ELLIPSIS = "…"


def remainder(side: Side, other: Side, quoted: Iterable[str]) -> list[str]:
    """Return the changed words of a side as pieces, without the words that are quoted. A piece must have a word that
    carries meaning and that the other side does not have."""
    covered = [span for text in quoted for span in occurrences(text.strip(f"{ELLIPSIS} "), side.text)]
    kept = set(folded(other.text, word_spans(other.text)))
    pieces = (
        trimmed(side.text, piece, kept)
        for run in side.changed
        for piece in uncovered(side.text, run, covered, side.language)
    )
    quiet = kept | function_words(side.language)
    telling = [piece for piece in pieces if not quiet.issuperset(folded(side.text, piece))]
    return list(dict.fromkeys(written(side.text, piece) for piece in telling))


def folded(text: str, places: Iterable[Span]) -> list[str]:
    """Return the words at some places of a text, case-folded."""
    return [text[start:end].casefold() for start, end in places]


def trimmed(text: str, piece: Sequence[Span], kept: Collection[str]) -> Sequence[Span]:
    """Return a piece without the words at its ends that the other side has too."""
    own = [number for number, word in enumerate(folded(text, piece)) if word not in kept]
    return piece[own[0] : own[-1] + 1] if own else ()


def uncovered(text: str, run: Span, covered: Sequence[Span], language: str) -> Iterator[list[Span]]:
    """Yield the words of a changed run that are not quoted. Words next to each other are in one list."""
    words = (word for word in word_spans(text) if run[0] <= word[0] and word[1] <= run[1])
    groups = groupby(words, lambda word: any(overlap(word, span) for span in covered))
    pieces = [(is_quoted, list(group)) for is_quoted, group in groups]
    for number, (is_quoted, piece) in enumerate(pieces, 1):
        if not is_quoted:
            yield without_link(text, piece, language) if number < len(pieces) else piece


def without_link(text: str, piece: Sequence[Span], language: str) -> list[Span]:
    """Return a piece without the words at its end that only link it to the quoted words after it: "Larkpost in" becomes
    "Larkpost" if "India" is quoted."""
    own = [number for number, word in enumerate(folded(text, piece)) if word not in function_words(language)]
    return list(piece[: own[-1] + 1] if own else piece)


def written(text: str, piece: Sequence[Span]) -> str:
    """Return a piece as it is written in the text, shortened if it is long."""
    shown = text[piece[0][0] : piece[:LONGEST_PIECE][-1][1]]
    return f"{shown} {ELLIPSIS}" if len(piece) > LONGEST_PIECE else shown


@cache
def function_words(language: str) -> frozenset[str]:
    """Return the words of a language that carry no meaning of their own, such as "the" and "can". Without a lexicon,
    there are none."""
    table = read_table(language, "lexicon") if language in languages_with("lexicon") else None
    if table is None:
        return frozenset()
    return frozenset((*table["function"]["words"], *table["concepts"].get("modality.may", ())))
