"""Reads sentences with a lexicon, for the tests of each language."""

from __future__ import annotations

from differ.language.lexicon import load_lexicon
from differ.language.words import words


def concepts(language: str, sentence: str) -> frozenset[str]:
    """Return the concepts that a sentence mentions."""
    known = load_lexicon(language)
    assert known is not None, f"no lexicon for {language}"
    return frozenset(mention.concept for mention in known.concepts.find(words(sentence)))


def heading_topics(language: str, heading: str) -> frozenset[str]:
    """Return the topics in a heading."""
    known = load_lexicon(language)
    assert known is not None, f"no lexicon for {language}"
    return frozenset(mention.concept for mention in known.headings.find(words(heading)))


def plain(language: str, sentence: str) -> list[str]:
    """Return the words of a sentence without function words, with unified spellings and synonyms."""
    known = load_lexicon(language)
    assert known is not None, f"no lexicon for {language}"
    kept = known.content_words(known.synonyms.rewrite(known.spelled(words(sentence))))
    return [" ".join(known.stem(word) for word in phrase.split()) for phrase in kept]
