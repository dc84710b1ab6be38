from __future__ import annotations

import pytest

from archive.errors import NoVersionError, UnknownPolicyError
from archive.model import AssessedFetch
from archive.questions.blame import blame
from archive.recording.recorder import record
from archive.storage.database import Archive
from differ.visits.assessment import Assessment
from document.model import Block, Document, Section
from tests.archive.visits import HOUR, JUDGED, START, fetched, seen, watch

DAY = 24 * HOUR


def text(*sections: tuple[str, str]) -> Document:
    """Return a document with these headings and paragraphs."""
    return Document(
        tuple(Section(head, "", 1, (head,), "en", (Block("paragraph", block),)) for head, block in sections), ("en",)
    )


def told(archive: Archive, *documents: Document) -> None:
    """Record a version for each document, with a day between the versions."""
    watch(archive)
    for number, document in enumerate(documents):
        at = START + number * DAY
        record(archive, seen(at, document, number or None, JUDGED if number else None), at)


KEPT, MOVED = "We keep orders.", "We share nothing."


def test_each_sentence_has_the_version_that_added_it(archive: Archive) -> None:
    """A sentence that was moved, or that lost its capital letter, counts as the same sentence.

    A sentence with an edited word counts as new.
    """
    told(
        archive,
        text(("Notice", f"{KEPT} We sell tea. {MOVED}")),
        text(("Notice", f"{KEPT} We sell fine tea."), ("Sharing", MOVED.upper())),
    )
    found = blame(archive, "Teahouse")
    assert [(each.text, each.since) for each in found.sentences] == [
        ("Notice", 1),
        (KEPT, 1),
        ("We sell fine tea.", 2),
        ("Sharing", 2),
        ("WE SHARE NOTHING.", 1),
    ]
    assert found.sentences[2].since_at == START + DAY
    assert found.sentences[4].path == ("Sharing",)


def test_removed_sentences_are_reported_with_dates_and_the_latest_come_first(archive: Archive) -> None:
    told(archive, text(("Notice", "One. Two. Three.")), text(("Notice", "One. Three.")), text(("Notice", "Three.")))
    first, second = blame(archive, "Teahouse").dropped
    assert (first.text, first.first, first.last, first.gone_at) == ("One.", 1, 2, START + 2 * DAY)
    assert (second.text, second.first, second.last, second.appeared_at) == ("Two.", 1, 1, START)


def test_a_returned_sentence_counts_from_its_return(archive: Archive) -> None:
    told(archive, text(("Notice", "One. Two.")), text(("Notice", "One.")), text(("Notice", "One. Two.")))
    found = blame(archive, "Teahouse")
    assert [(each.text, each.since) for each in found.sentences] == [("Notice", 1), ("One.", 1), ("Two.", 3)]
    assert [(each.text, each.first, each.last) for each in found.dropped] == [("Two.", 1, 1)]


def test_the_sentences_of_an_earlier_version_can_be_requested(archive: Archive) -> None:
    told(archive, text(("Notice", "One.")), text(("Notice", "Two.")), text(("Notice", "Three.")))
    found = blame(archive, "Teahouse", 2)
    assert (found.version.number, [each.text for each in found.sentences]) == (2, ["Notice", "Two."])
    assert [each.text for each in found.dropped] == ["One."]


def test_a_version_that_was_extracted_differently_is_named(archive: Archive) -> None:
    told(archive, text(("Notice", "One.")))
    assessment = Assessment("changed", document=text(("Notice", "Two.")), identity="e2", boundary=True)
    record(archive, AssessedFetch(fetched(START + DAY), assessment, 1), START + DAY)
    assert blame(archive, "Teahouse").read_anew == (2,)


def test_missing_things_are_reported(archive: Archive) -> None:
    watch(archive)
    with pytest.raises(NoVersionError, match="none is recorded yet"):
        blame(archive, "Teahouse")
    record(archive, seen(START, text(("Notice", "One.")), None), START)
    with pytest.raises(NoVersionError, match="there is no version 4: the last one is 1"):
        blame(archive, "Teahouse", 4)
    with pytest.raises(UnknownPolicyError):
        blame(archive, "Tea")
