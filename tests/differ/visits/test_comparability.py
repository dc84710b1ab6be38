"""Tests whether two documents can be compared as versions of one policy."""

from __future__ import annotations

import pytest

from differ import comparability
from document.model import Document
from tests.differ.policies import document

NOUNS = ("kiln", "glaze", "wheel", "shelf", "apron", "bucket", "sponge", "studio", "locker", "key", "stove", "bench")
VERBS = ("cleans", "lends", "repairs", "counts", "labels", "moves", "dries", "stacks", "borrows", "checks")
OTHERS = ("harpsichord", "violin", "cello", "organ", "trumpet", "bassoon", "timpani", "oboe", "viola", "piccolo")
ACTS = ("tunes", "plays", "restrings", "carries", "insures", "rehearses", "conducts", "records", "varnishes", "bows")

INDONESIAN = ("tungku", "glasir", "roda", "rak", "celemek", "ember", "spons", "sanggar", "loker", "kunci")
DEEDS = ("dibersihkan", "dipinjamkan", "diperbaiki", "dihitung", "diberi label", "dipindahkan", "dikeringkan", "ditata")


def pottery(count: int, start: int = 0) -> Document:
    """Return a text about a pottery studio with `count` sentences."""
    lines = [
        f"Every {NOUNS[n % 12]} of member {n} is what the keeper {VERBS[n % 10]} on round {n % 7}." for n in each(count)
    ]
    return document("\n\n".join(lines[start:]))


def each(count: int) -> range:
    """Return the numbers from 1 to a count."""
    return range(1, count + 1)


def test_same_document_is_comparable() -> None:
    assert comparability(pottery(80), pottery(80)) is None


def test_document_that_lost_half_is_comparable() -> None:
    """A company may shorten its policy. A shorter policy is a change and not an error."""
    assert comparability(pottery(80), pottery(40)) is None


def test_document_that_lost_nearly_all_of_its_text_counts_as_shrunk() -> None:
    screening = comparability(pottery(80), pottery(8))
    assert screening is not None
    assert screening.reason == "shrunk"
    assert "words" in screening.detail


def test_short_document_may_shrink() -> None:
    assert comparability(pottery(10), pottery(1)) is None


def test_document_that_grew_is_comparable() -> None:
    assert comparability(pottery(8), pottery(80)) is None


def test_text_about_another_subject_is_a_different_document() -> None:
    lines = [f"An {OTHERS[n % 10]} which violinist {n}a {ACTS[(n * 3) % 10]} rests in hall {n}b." for n in each(80)]
    screening = comparability(pottery(80), document("\n\n".join(lines)))
    assert screening is not None
    assert screening.reason == "other-document"


@pytest.mark.parametrize("languages", [("en", "id"), ("id", "en")])
def test_text_in_another_language_is_not_comparable(languages: tuple[str, str]) -> None:
    """Some sites respond in the visitor's language. A response in a different language does not mean that the policy
    changed."""
    indonesian = "\n\n".join(
        f"Setiap {INDONESIAN[n % 10]} milik anggota {DEEDS[n % 8]} oleh pengurus." for n in each(80)
    )
    texts = {"en": pottery(80), "id": document(indonesian, "id")}
    screening = comparability(texts[languages[0]], texts[languages[1]])
    assert screening is not None
    assert screening.reason == "other-language"
