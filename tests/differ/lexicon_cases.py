"""Reads sentences with the lexicon of a language. The tests of each lexicon use this module."""

from __future__ import annotations

from differ.language.lexicon import load_lexicon
from differ.language.words import words


def concepts(language: str, sentence: str) -> frozenset[str]:
    """Return the concepts that a sentence mentions."""
    known = load_lexicon(language)
    assert known is not None, f"no lexicon for {language}"
    return frozenset(mention.concept for mention in known.concepts.find(words(sentence)))


def heading_topics(language: str, heading: str) -> frozenset[str]:
    """Return the topics that a heading names."""
    known = load_lexicon(language)
    assert known is not None, f"no lexicon for {language}"
    return frozenset(mention.concept for mention in known.headings.find(words(heading)))


def plain(language: str, sentence: str) -> list[str]:
    """Return the words of a sentence in unified spellings. Function words are left out, and synonyms are replaced."""
    known = load_lexicon(language)
    assert known is not None, f"no lexicon for {language}"
    kept = known.content_words(known.synonyms.rewrite(known.spelled(words(sentence))))
    return [" ".join(known.stem(word) for word in phrase.split()) for phrase in kept]
