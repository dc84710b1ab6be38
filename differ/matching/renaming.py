"""Finds names that changed everywhere in the text. Such a change of a product's or company's name does not affect how
data is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from differ.language.roles import LEGAL_FORMS
from differ.language.statements import Statement
from differ.matching.alignment import Pair

OFTEN = 2
"""Minimum number of statements in which a renamed name changes. A name that changes in fewer statements is judged like
other words.
"""
LONGEST = 4
"""Maximum number of words in a name."""

Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Renames:
    """Pairs of old and new names."""

    pairs: tuple[tuple[Name, Name], ...]

    def apply(self, statement: Statement) -> Statement:
        """Return a statement of the old text with the names of the new text."""
        words = statement.words
        for old, new in self.pairs:
            words = substituted(words, old, new)
        return statement if words == statement.words else replace(statement, words=words)


def renames(pairs: Iterable[Pair], after: Sequence[Statement]) -> Renames:
    """Return the old names that were replaced by the same new name in several statements. A name that still occurs in
    the new text is left out.
    """
    counts: Counter[tuple[Name, Name]] = Counter()
    for pair in pairs:
        if pair.before is not None and pair.after is not None and pair.before.words != pair.after.words:
            counts.update(set(renamed_runs(pair.before, pair.after)))
    often = [exchanged for exchanged, count in counts.most_common() if count >= OFTEN]
    standing = " ".join(" ".join(statement.words) for statement in after) if often else ""
    return Renames(tuple((old, new) for old, new in often if f" {' '.join(old)} " not in f" {standing} "))


def renamed_runs(before: Statement, after: Statement) -> list[tuple[Name, Name]]:
    """Return the pairs of an old and a new run of words that replace each other and both look like names."""
    exchanged = []
    matcher = SequenceMatcher(None, before.words, after.words, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "replace" or max(i2 - i1, j2 - j1) > LONGEST:
            continue
        old, new = before.words[i1:i2], after.words[j1:j2]
        if is_name(old, before.text) and is_name(new, after.text):
            exchanged.append((old, new))
    return exchanged


def is_name(words: Name, text: str) -> bool:
    """Whether every long word is capitalised in the text, and no word is a legal form such as "Ltd"."""
    if LEGAL_FORMS & set(words):
        return False
    return all(word[0].isdigit() or word.title() in text or word.upper() in text or cased(word, text) for word in words)


def cased(word: str, text: str) -> bool:
    """Whether the word occurs in the text with a capital letter, at its beginning or inside it ("iPhone")."""
    at = text.casefold().find(word)
    return at >= 0 and any(letter.isupper() for letter in text[at : at + len(word)])


def substituted(words: Name, old: Name, new: Name) -> Name:
    """Return words with each occurrence of a name replaced."""
    done: list[str] = []
    at = 0
    while at < len(words):
        if words[at : at + len(old)] == old:
            done += new
            at += len(old)
        else:
            done.append(words[at])
            at += 1
    return tuple(done)
