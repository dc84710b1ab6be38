"""Splits a document into statements: the sentences, headings, list items and table rows that are compared and
judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from itertools import count
from typing import Literal

from differ.language.sentences import answers, forget_sentences, sentences
from differ.language.words import words
from document.model import UNKNOWN_LANGUAGE, Block, Document, Section

LONG_ROW = 400
"""Minimum length, in characters, of a table row that is split into sentences like prose."""
LINE = 80
"""Maximum length of a line that is not a sentence, in characters."""

LONGEST_ANSWER = 8

REMEMBERED = 4_096
"""Maximum number of sentences whose words are remembered."""

StatementKind = Literal["heading", "paragraph", "item", "row", "contents"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with its place in the document."""

    position: int
    """Position in the document, from 0."""
    kind: StatementKind
    text: str
    _: KW_ONLY
    words: tuple[str, ...]
    """Words of the statement. An answer begins with the words of its question: "No" after "Do we sell data?"."""
    path: tuple[str, ...]
    """Headings above the statement, with their markers."""
    language: str
    lead: str
    """The sentence that introduces its list ("We share your data with:"), or ""."""
    context: str
    """Context of a line such as an address line: the last sentence before the line in the same section ("Write to our
    privacy team."), or "".
    """
    block: int
    """Number of the statement's block in the document. Sentences of one block have the same number."""
    marker: str = ""
    linked: bool = False
    """Whether the statement consists only of links, like a menu."""

    @property
    def section(self) -> str:
        """The heading path, joined by " > "."""
        return " > ".join(self.path)


@dataclass(frozen=True, slots=True)
class SectionPart:
    """A heading or block of a section, before it is split."""

    kind: StatementKind
    text: str
    lead: str = ""
    _: KW_ONLY
    context: str = ""
    label: str = ""
    """The question or label before an answer."""
    marker: str = ""
    linked: bool = False


Pieces = Callable[[SectionPart, str], Iterable[tuple[str, str]]]
"""A function that splits a part of a text in a given language. It returns each piece together with the sentence that
introduces the piece."""


@lru_cache(maxsize=2)
def statements(document: Document) -> tuple[Statement, ...]:
    """Return the statements of a document in reading order.

    The results for the last two documents are cached, because a comparison asks for them many times.
    """
    return tuple(_numbered(document, led))


def forget_texts() -> None:
    """Forget the texts that were read last."""
    statements.cache_clear()
    sentence_words.cache_clear()
    forget_sentences()


def whole_blocks(document: Document) -> tuple[Statement, ...]:
    """Return each heading and block of a document, in reading order, as one statement."""
    return tuple(_numbered(document, lambda part, _: [(part.text, part.lead)]))


def _numbered(
    document: Document, pieces: Callable[[SectionPart, str], Iterable[tuple[str, str]]]
) -> Iterator[Statement]:
    """Yield a statement for each piece of a document that has words. `pieces` splits a part and gives the introducing
    sentences."""
    main = next((language for language in document.languages if language != UNKNOWN_LANGUAGE), UNKNOWN_LANGUAGE)
    numbers = count()
    block = 0
    for section in document.sections:
        language = main if section.language == UNKNOWN_LANGUAGE else section.language
        for part in unsplit_parts(section, language):
            label = sentence_words(part.label)
            for text, lead in pieces(part, language):
                plain = (*label, *sentence_words(text)) if label else sentence_words(text)
                if plain:
                    yield Statement(
                        position=next(numbers),
                        kind=part.kind,
                        text=text,
                        words=plain,
                        path=section.path,
                        language=language,
                        lead=lead,
                        context=part.context,
                        block=block,
                        marker=part.marker,
                        linked=part.linked,
                    )
            block += 1


@lru_cache(maxsize=REMEMBERED)
def sentence_words(text: str) -> tuple[str, ...]:
    """Return the words of a sentence. They are cached, because most sentences of a version are also in the version
    before."""
    return tuple(words(text))


def led(part: SectionPart, language: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences of a part, each with the sentence that introduces it. For example, in "Write to: Lantern Ltd,
    Attn: Privacy." the words before the first colon introduce all other words.
    """
    lead = ""
    for sentence in split(part, language):
        yield sentence, lead or part.lead
        if not sentence.endswith(":"):
            lead = ""
        elif not lead:
            lead = sentence


def split(part: SectionPart, language: str) -> Sequence[str]:
    """Return the sentences of a part. Headings, short rows and entries of a table of contents are not split."""
    if part.kind == "row" and len(part.text) > LONG_ROW:
        return [sentence for cell in part.text.split(" | ") for sentence in sentences(cell, language)]
    return sentences(part.text, language) if part.kind in ("paragraph", "item") else [part.text]


def unsplit_parts(section: Section, language: str) -> Iterator[SectionPart]:
    """Yield the heading and each block of a section."""
    if section.heading:
        yield SectionPart("heading", section.heading, marker=section.marker)
    lead = prose = label = opening = ""
    for block in section.blocks:
        line, answer = is_line(block.text), is_answer(block.text)
        yield SectionPart(
            kind="contents" if block.kind == "jump" else block.kind,
            text=block.text,
            label=label if answer else "",
            lead=lead if is_introduced(block, lead) else "",
            context=sentences(prose, language)[-1] if line and prose else "",
            marker=block.marker,
            linked=all_links(block),
        )
        opening = next_opening(block, opening, language)
        lead = opening or (lead if is_introduced(block, lead) else "")
        prose = prose if line else block.text
        label = "" if answer else block.text


def all_links(block: Block) -> bool:
    """Whether a block consists only of links."""
    linked = sum(len(words(link.text)) for link in block.links)
    return linked > 0 and linked >= len(words(block.text))


def is_introduced(block: Block, lead: str) -> bool:
    """Whether a block belongs to the list or the address lines that a sentence introduces."""
    listed = block.kind in ("item", "row") or bool(block.marker)
    return bool(lead) and (listed or is_line(block.text))


def is_answer(text: str) -> bool:
    """Whether a text is only a yes or a no."""
    return len(text) <= LONGEST_ANSWER and text.strip(" .!").casefold() in answers()


def is_line(text: str) -> bool:
    """Whether a text is a line of an address or a list, and not a sentence."""
    return len(text) <= LINE and not text.rstrip().endswith((".", ":"))


def next_opening(block: Block, opening: str, language: str) -> str:
    """Return the sentence at the end of a block that introduces the next block, or "". If the block directly follows
    such a sentence, both introduce the next block: "Write to us at this address:" and "If you live in Norway:".
    """
    if block.kind != "paragraph" or not block.text.rstrip().endswith(":"):
        return ""
    own = sentences(block.text, language)[-1]
    return f"{opening} {own}" if opening else own
