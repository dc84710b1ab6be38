"""Tests marks on edits that were not reported."""

from __future__ import annotations

import pytest

from archive.errors import NoSuppressionError
from archive.evidence.verification import Tally, verify
from archive.model import QuietReview, QuietReviewKind
from archive.questions.history import versions_of
from archive.reviewing.quiet_edits import (
    SuppressionTally,
    add_quiet_review,
    find_suppression,
    missed_suppressions,
    suppression_tallies,
)
from archive.storage.database import Archive
from archive.storage.sealing import SealedError
from archive.storage.tables import QuietReviewRow
from tests.archive.visits import DATE, START, record_two_versions


def mark(archive: Archive, kind: QuietReviewKind = "missed", number: int = 1) -> bool:
    return add_quiet_review(archive, QuietReview(number, kind, "The day matters.", by="Ratna", at=START))


def test_a_quiet_edit_is_marked_and_taken_back(archive: Archive) -> None:
    record_two_versions(archive)
    assert mark(archive)
    found = find_suppression(archive, 1)
    assert (found.policy, found.version, found.recorded.suppression) == ("Teahouse", 2, DATE)
    assert found.recorded.missed == QuietReview(1, "missed", "The day matters.", by="Ratna", at=START)
    assert missed_suppressions(archive) == (found,)
    change = versions_of(archive, "Teahouse")[1].change
    assert change is not None
    assert change.suppressed == (found.recorded,)
    assert suppression_tallies(archive) == (SuppressionTally("date", 1, 1),)
    assert mark(archive, "take-back")
    assert missed_suppressions(archive) == ()
    assert suppression_tallies(archive) == (SuppressionTally("date", 1, 0),)
    assert len(find_suppression(archive, 1).recorded.reviews) == 2


def test_a_mark_that_changes_nothing_is_not_recorded(archive: Archive) -> None:
    record_two_versions(archive)
    assert not mark(archive, "take-back")
    assert mark(archive)
    assert not mark(archive)
    assert len(find_suppression(archive, 1).recorded.reviews) == 1


def test_a_mark_is_sealed_evidence_except_for_the_name(archive: Archive) -> None:
    record_two_versions(archive)
    mark(archive)
    tally = Tally()
    assert list(verify(archive, tally)) == []
    assert tally.rows["quiet_review"] == 1
    with pytest.raises(SealedError), archive.writing() as session:
        session.get_one(QuietReviewRow, 1).text = "something else"
    with archive.writing() as session:
        session.get_one(QuietReviewRow, 1).by = "forgotten"
    assert list(verify(archive, Tally())) == []


def test_an_unknown_quiet_edit_is_an_error(archive: Archive) -> None:
    with pytest.raises(NoSuppressionError):
        mark(archive)
    with pytest.raises(NoSuppressionError):
        find_suppression(archive, 7)
