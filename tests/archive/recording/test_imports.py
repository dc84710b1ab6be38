"""Tests which copies of an imported history become versions, and which copies are only kept as evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive.evidence.verification import Tally, verify
from archive.model import OUTCOMES
from archive.questions.blame import blame
from archive.questions.history import document, versions_of
from archive.questions.status import statuses
from archive.recording.imports import Copy, import_copies, imported_until
from archive.recording.policies import synchronise
from archive.storage.database import Archive
from differ.visits.assessment import screen_all
from document import read
from document.model import ExtractionOptions, Page
from tests.archive.visits import START, TEAHOUSE
from tests.differ.visits.test_completeness import ENGLISH, INDONESIAN

DAY = timedelta(days=1)
POLICY = "\n\n".join(ENGLISH)
EDITED = POLICY.replace("We do not sell", "We may sell")
EMPTY = ""
BANNER = (
    "We value your privacy. With your consent we and our partners process your personal data, such as your name and "
    "your information on third parties. You may withdraw consent. Accept all. Reject all. Cookie policy."
)
REWRITTEN = "\n\n".join(
    f"Your personal data on {thing} is processed with consent and retained; third parties get it for purpose {number}."
    for number, thing in enumerate(("carts", "kites", "stones", "lamps", "wells", "nets", "drums", "carpets") * 4)
)


def copies(*texts: str) -> list[Copy]:
    """Return a copy of each text, with a day between the copies."""
    found = []
    for place, text in enumerate(texts):
        page, options = Page(text.encode(), "text/markdown"), ExtractionOptions()
        extracted = read(page, options)
        screening = screen_all([page], [extracted], options)
        at, origin = START + place * DAY, f"Imported, commit {place}"
        found.append(
            Copy(at, (page,), extracted.document, identity=extracted.identity, origin=origin, screening=screening)
        )
    return found


@pytest.fixture
def known(archive: Archive) -> Archive:
    synchronise(archive, [TEAHOUSE], START)
    return archive


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        ((POLICY, EMPTY, POLICY), (0, 2)),
        ((POLICY, BANNER, EDITED), (0, 2)),
        ((POLICY, BANNER, BANNER + " Save.", EMPTY, EDITED), (0, 4)),
        ((EMPTY, POLICY), (1,)),
        ((POLICY, REWRITTEN, POLICY), (0, 2)),
        ((POLICY, REWRITTEN, REWRITTEN + "\n\nWe sell it.", POLICY[:-9]), (0, 1, 2)),
        ((POLICY, EDITED, POLICY, EDITED), (0, 1, 2, 3)),
    ],
)
def test_a_copy_that_is_not_the_policy_is_not_a_version(
    known: Archive, texts: tuple[str, ...], kept: tuple[int, ...]
) -> None:
    count = import_copies(known, "Teahouse", copies(*texts), START + 90 * DAY)
    assert [version.seen_at for version in versions_of(known, "Teahouse")] == [START + place * DAY for place in kept]
    assert (count.versions, len(count.refused)) == (len(kept), len(texts) - len(kept))


def test_a_copy_that_is_not_the_policy_is_kept_with_its_source_and_reason(known: Archive) -> None:
    import_copies(known, "Teahouse", copies(POLICY, BANNER, POLICY), START + 90 * DAY)
    with known.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            'SELECT outcome, reason, detail, snapshot_sha256 = body_sha256 FROM "fetch" ORDER BY id'
        ).all()
    assert [row[0] for row in rows] == [OUTCOMES[1], OUTCOMES[3], OUTCOMES[1]]
    assert rows[1][1] == "shrunk"
    assert rows[1][2].startswith("Imported, commit 1. The text has")
    assert all(row[3] for row in rows)
    assert list(verify(known, Tally())) == []


def test_a_copy_that_is_not_the_policy_changes_no_date_of_a_sentence(known: Archive) -> None:
    import_copies(known, "Teahouse", copies(POLICY, EMPTY, BANNER, POLICY), START + 90 * DAY)
    newest = versions_of(known, "Teahouse")[-1]
    assert document(known, newest).text
    assert {sentence.since_at for sentence in blame(known, "Teahouse").sentences} == {START}


def test_an_import_continues_after_a_copy_that_is_not_the_policy(known: Archive) -> None:
    import_copies(known, "Teahouse", copies(POLICY, EMPTY), START + 90 * DAY)
    until = imported_until(known, "Teahouse")
    assert until is not None
    assert (until.at, until.count) == (START + DAY, 1)
    (status,) = statuses(known, START + 90 * DAY)
    assert (status.trouble_visits, status.health) == (0, "well")


def test_terms_that_are_not_a_privacy_policy_can_be_imported(known: Archive) -> None:
    terms = (
        "Passengers pay before the crossing. Dogs pay half. The boat does not wait for those who are late at the pier."
    )
    assert import_copies(known, "Teahouse", copies(terms, terms + " Cats are free."), START + 90 * DAY).versions == 2


def test_a_single_copy_of_other_terms_is_not_a_version(known: Archive) -> None:
    terms = "Passengers pay before the crossing. Dogs pay half. The boat does not wait for those who are late."
    count = import_copies(known, "Teahouse", copies(terms), START + 90 * DAY, history=False)
    assert (count.versions, [screening.reason for screening in count.refused]) == (0, ["other-document"])


def test_a_copy_in_another_language_between_two_copies_is_not_a_version(known: Archive) -> None:
    indonesian = "\n\n".join(INDONESIAN)
    assert import_copies(known, "Teahouse", copies(POLICY, indonesian, POLICY), START + 90 * DAY).versions == 2
