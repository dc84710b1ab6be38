"""Reads the meaning of words from a language's `lexicon.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cache, cached_property, lru_cache
from itertools import product
from typing import Any

import snowballstemmer

from differ.language.words import plain, words
from languages import LanguageError, naming, read_table

GAP = 4
"""Maximum number of words that `..` in a pattern matches."""


class LexiconError(LanguageError):
    """A lexicon is invalid. The message names the pattern."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept found in a text."""

    concept: str
    start: int
    """Index of the mention's first word."""
    end: int
    """Index after the mention's last word."""
    _: KW_ONLY
    gapped: bool = False
    """Whether the mention includes words that `..` in the pattern matched."""


@lru_cache(maxsize=16_384)
def under(concept: str, wanted: tuple[str, ...]) -> bool:
    """Whether a concept is one of the wanted concepts, or a subconcept of a wanted concept. "recipient.group" is a
    subconcept of "recipient"."""
    return any(concept == one or concept.startswith(one + ".") for one in wanted)


@cache
def lineage(concept: str) -> frozenset[str]:
    """Return a concept, and all concepts above it: "recipient.group" and "recipient"."""
    parts = concept.split(".")
    return frozenset(".".join(parts[:length]) for length in range(1, len(parts) + 1))


def expand(pattern: str) -> Iterator[str]:
    """Yield the patterns that result from the `{a,b}` alternatives."""
    parts: list[list[str]] = []
    rest = pattern
    while "{" in rest:
        head, _, tail = rest.partition("{")
        inside, closed, rest = tail.partition("}")
        if not closed:
            raise LexiconError(f"pattern {pattern!r}: a brace is not closed")
        parts += [[head], inside.split(",")]
    parts.append([rest])
    for choice in product(*parts):
        yield "".join(choice)


class Patterns:
    """Finds the concepts of many patterns in a list of words, in one pass."""

    def __init__(self, concepts: dict[str, Sequence[str]]) -> None:
        self._exact: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        self._prefix: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for concept, patterns in concepts.items():
            for pattern in patterns:
                for one in expand(pattern):
                    self._add(concept, one)
        self._lengths = sorted({len(prefix) for prefix in self._prefix})
        self._begins = lru_cache(maxsize=8_192)(self._begins_with)
        self._starting = lru_cache(maxsize=8_192)(self._patterns_from)

    def _add(self, concept: str, pattern: str) -> None:
        parts = tuple(plain(part) for part in pattern.replace("-", " ").split())
        if not parts or parts[0] in ("..", "*"):
            raise LexiconError(f"pattern {pattern!r} of {concept}: it must start with a word")
        table, key = (self._prefix, parts[0][:-1]) if parts[0].endswith("*") else (self._exact, parts[0])
        table.setdefault(key, []).append((concept, parts[1:]))

    def find(self, text: Sequence[str]) -> list[Mention]:
        """Return the mentions in order. If several mentions of a concept start at the same word, only the longest
        counts.
        """
        mentions: dict[tuple[int, str], Mention] = {}
        for start, word in enumerate(text):
            beginnings = self._starting(word)
            if not beginnings.every:
                continue
            for concept, rest in beginnings.followed_by(text[start + 1 : start + 2 + GAP]):
                end = matched(rest, text, start + 1)
                longest = mentions.get((start, concept))
                if end is not None and (longest is None or end > longest.end):
                    mentions[start, concept] = Mention(concept, start, end, gapped=".." in rest)
        return list(mentions.values())

    def begins(self, concept: str, word: str) -> bool:
        """Whether a pattern of a concept or a subconcept begins with a word."""
        return self._begins(concept, word)

    def _begins_with(self, concept: str, word: str) -> bool:
        return any(under(other, (concept,)) for other, _ in self._starting(word).every)

    def _patterns_from(self, word: str) -> Beginnings:
        prefixes = (word[:length] for length in self._lengths if length <= len(word))
        return Beginnings(
            (*self._exact.get(word, ()), *(one for prefix in prefixes for one in self._prefix.get(prefix, ())))
        )


Rest = tuple[str, tuple[str, ...]]
"""A concept, and the remaining parts of one of its patterns."""


class Beginnings:
    """The patterns that begin with the same word, grouped by their next word, so that most of them need not be
    tried.
    """

    def __init__(self, every: tuple[Rest, ...]) -> None:
        self.every = every
        self._open: list[tuple[int, Rest]] = []
        """Patterns whose next part can match several words, each with its position among all patterns."""
        self._next: dict[str, list[tuple[int, Rest]]] = {}
        """Patterns whose next part is a single fixed word, by this word."""
        self._later: dict[str, list[tuple[int, Rest]]] = {}
        """Patterns whose next part is a gap, by the word after the gap."""
        for place in enumerate(every):
            _, (_, rest) = place
            if rest and is_word(rest[0]):
                self._next.setdefault(rest[0], []).append(place)
            elif len(rest) > 1 and rest[0] == ".." and is_word(rest[1]):
                self._later.setdefault(rest[1], []).append(place)
            else:
                self._open.append(place)
        self._always = [rest for _, rest in self._open]

    def followed_by(self, words: Sequence[str]) -> Sequence[Rest]:
        """Return the patterns that the text may match, in their order. `words` are the words of the text that come
        next. If the next part of a pattern is a word, the first of `words` must be this word. If the next part is a
        gap, any of `words` may be the word after the gap.
        """
        fixed = [*self._next.get(words[0], ())] if words else []
        if self._later:
            for word in words:
                fixed += self._later.get(word, ())
        return [rest for _, rest in sorted((*self._open, *fixed))] if fixed else self._always


def is_word(part: str) -> bool:
    """Whether a part of a pattern matches only one word."""
    return part != ".." and not part.endswith("*")


def matched(parts: Sequence[str], text: Sequence[str], at: int) -> int | None:
    """Match the parts of a pattern with a text from index `at` on. Return the index after the last word that matches.
    Return None if the parts do not match.
    """
    for index, part in enumerate(parts):
        if part == "..":
            rest = parts[index + 1 :]
            ends = (matched(rest, text, at + skip) for skip in range(GAP + 1) if fits(rest, text, at + skip))
            return next((end for end in ends if end is not None), None)
        if not fits((part,), text, at):
            return None
        at += 1
    return at


def fits(parts: Sequence[str], text: Sequence[str], at: int) -> bool:
    """Whether the word at a place can match the first of the parts."""
    if not parts or parts[0] == "..":
        return True
    if at >= len(text):
        return False
    part, word = parts[0], text[at]
    return word == part or (part.endswith("*") and word.startswith(part[:-1]))


class Lexicon:
    """The meaning of the words of one language."""

    def __init__(self, language: str, content: Mapping[str, Any]) -> None:
        self.language = language
        self.short: bool = content["short"]
        self.capitals: bool = content["writing"]["capitals"]
        self.joining = frozenset(content["function"]["joining"])
        self.function_words = frozenset(content["function"]["words"])
        self.date_words = frozenset(content["dates"]["months"]) | frozenset(content["dates"]["weekdays"])
        self.readers = frozenset(content["persons"]["reader"])
        self.possessives = frozenset(content["persons"]["possessive"])
        self.company = frozenset(content["persons"]["company"])
        self.agents = frozenset(content["persons"]["agent"])
        self.sources = frozenset(content["persons"]["source"])
        self.places = frozenset(content["persons"]["place"])
        self.when = frozenset(content["persons"]["when"])
        self.means = frozenset(content["persons"]["means"])
        self.owners = frozenset(content["persons"]["owner"])
        self.towards = frozenset(content["persons"].get("toward", ()))
        self.limits = frozenset(content["dates"]["limits"])
        self.date_cues = frozenset(content["dates"]["cues"])
        self.numbers = frozenset(content["numbers"]["words"])
        self.values: dict[str, int] = content["numbers"]["values"]
        self.days: dict[str, int] = content["numbers"]["days"]
        self.units = frozenset(content["numbers"]["units"])
        self.money = frozenset(content["numbers"]["money"])
        self._endings: list[tuple[str, str]] = [(old, new) for old, new in content["spelling"]["endings"]]
        self.concepts = Patterns(content["concepts"])
        self.vocabulary = self.function_words | vocabulary_of(content)
        self.headings = Patterns(content["headings"])
        self.contents_phrases = Patterns({"contents": content["contents"]["phrases"]})
        self._groups: list[list[str]] = content["synonyms"]["groups"]
        self._spellings: list[list[str]] = content["spelling"]["pairs"]
        self._stems: dict[str, str] = {}

    @cached_property
    def _spelling_rows(self) -> Rewriting:
        return Rewriting(self._spellings)

    def spelled(self, text: Iterable[str]) -> list[str]:
        """Return the words, each in a single spelling. For example, "organisation" and "organization" become the same
        word."""
        return self._spelling_rows.rewrite([self._ending(word) for word in text])

    def _ending(self, word: str) -> str:
        for old, new in self._endings:
            if word.endswith(old) and len(word) > len(old) + 2:
                return word[: -len(old)] + new
        return word

    @cached_property
    def synonyms(self) -> Rewriting:
        """The rewriting that replaces each synonym with the first word of its row in the lexicon."""
        return Rewriting([[" ".join(self.spelled(words(phrase))) for phrase in row] for row in self._groups])

    @cached_property
    def _stemmer(self) -> Any:
        algorithm = naming(self.language).stemmer
        return snowballstemmer.stemmer(algorithm) if algorithm else None

    def stem(self, word: str) -> str:
        """Return the stem of a word, without inflection. If the language has no stemmer, return the word itself."""
        if word not in self._stems:
            self._stems[word] = self._stemmer.stemWord(word) if self._stemmer else word
        return self._stems[word]

    def content_words(self, text: Iterable[str]) -> list[str]:
        """Return the words that carry meaning."""
        return [word for word in text if word not in self.function_words]


def vocabulary_of(content: Mapping[str, Any]) -> frozenset[str]:
    """Return all words in the patterns of concepts and synonyms, after the patterns were expanded."""
    patterns = [pattern for row in content["concepts"].values() for pattern in row]
    phrases = [phrase for row in content["synonyms"]["groups"] for phrase in row]
    plain = [one for pattern in (*patterns, *phrases) for one in expand(pattern)]
    return frozenset(word for one in plain for word in one.replace("-", " ").split() if not word.endswith(("*", "..")))


class Rewriting:
    """Replaces all phrases of the same meaning by one of these phrases."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for row in rows:
            target = words(row[0])
            for phrase in row:
                parts = tuple(words(phrase))
                self._phrases.setdefault(parts[0], []).append((parts, " ".join(target)))
        for choices in self._phrases.values():
            choices.sort(key=lambda choice: -len(choice[0]))

    def rewrite(self, text: Sequence[str]) -> list[str]:
        """Return the text with each phrase replaced. The longest phrase is replaced first."""
        done: list[str] = []
        at = 0
        while at < len(text):
            for parts, target in self._phrases.get(text[at], ()):
                if tuple(text[at : at + len(parts)]) == parts:
                    done.append(target)
                    at += len(parts)
                    break
            else:
                done.append(text[at])
                at += 1
        return done


def _refuse_text_for_list(content: Mapping[str, Any]) -> None:
    """Raise LexiconError if a key has a single text instead of a list of texts, because each letter would count as a
    word.
    """
    for table, lists in content.items():
        for key, value in lists.items() if isinstance(lists, Mapping) else ():
            if isinstance(value, str):
                raise LexiconError(f'{table}.{key} is not a list of texts: write ["{value}"]')


@cache
def load_lexicon(language: str) -> Lexicon | None:
    """Return the lexicon of a language, or None if the language has no lexicon.

    Raises LanguageError if the file is invalid.
    """
    content = read_table(language, "lexicon")
    if content is None:
        return None
    try:
        _refuse_text_for_list(content)
        return Lexicon(language, content)
    except KeyError as error:
        raise LexiconError(f"the lexicon of {language!r}: the key {error} is missing") from error
    except LexiconError as error:
        raise LexiconError(f"the lexicon of {language!r}: {error}") from error
