"""The rights and recipients of each version are listed once. When the rules change, all versions are listed again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from archive.model import AssessedFetch
from archive.questions.history import document, versions_of
from archive.questions.inventories import Scope, listed_recipients, listed_rights, version_inventories
from archive.recording.inventories import list_missing
from archive.recording.recorder import record
from archive.storage.database import Archive
from archive.storage.tables import BlobRow, ListedRow
from differ.judgement.inventory import Inventory, Right, inventory
from document.model import Document
from tests.archive.visits import HOUR, START, seen, watch, written

TEXTS = (
    "We share your orders with our couriers.",
    "We share your orders with our couriers. We may also sell your orders to advertisers in Canada.",
    "We may also sell your orders to advertisers in Canada and Japan.",
    "We keep your orders to ourselves.",
)


def visit(number: int, text: Document, *, listed: bool) -> AssessedFetch:
    """Return a visit with a new text.

    If `listed` is true, the visit also has the rights and recipients in the text. Normally, a worker lists these.
    """
    result = seen(START + number * HOUR, text, number or None)
    assert result.assessment is not None
    named = inventory(text) if listed else None
    return replace(result, assessment=replace(result.assessment, inventory=named))


def recorded(archive: Archive, *texts: str, listed: bool = True) -> None:
    """Record a version of the same policy for each text."""
    watch(archive)
    for number, text in enumerate(texts):
        record(archive, visit(number, written(text), listed=listed), START)


def assert_stored_equals_computed(archive: Archive) -> None:
    """Check for each version that the stored rights and recipients are the rights and recipients in its text."""
    versions = versions_of(archive, "Teahouse")
    computed = {(version.policy, version.number): inventory(document(archive, version)) for version in versions}
    assert version_inventories(archive, versions) == computed


def test_each_version_has_the_inventory_of_its_text(archive: Archive) -> None:
    recorded(archive, *TEXTS)
    assert_stored_equals_computed(archive)
    assert list_missing(archive).versions == 0


def test_versions_recorded_without_a_list_are_listed_in_batches(archive: Archive) -> None:
    recorded(archive, *TEXTS, listed=False)
    assert version_inventories(archive, versions_of(archive, "Teahouse")) == {}
    assert listed_rights(archive, Scope()).unlisted == 1
    assert [list_missing(archive, 3).versions for _ in range(3)] == [3, 1, 0]
    assert_stored_equals_computed(archive)
    assert listed_rights(archive, Scope()).unlisted == 0


def test_a_version_is_listed_only_after_the_version_before(archive: Archive) -> None:
    recorded(archive, *TEXTS[:2], listed=False)
    record(archive, visit(2, written(TEXTS[2]), listed=True), START)
    assert version_inventories(archive, versions_of(archive, "Teahouse")) == {}
    assert list_missing(archive).versions == 3
    record(archive, visit(3, written(TEXTS[3]), listed=True), START)
    assert_stored_equals_computed(archive)


def test_entries_from_older_rules_are_deleted_and_listed_again(archive: Archive) -> None:
    recorded(archive, *TEXTS)
    with archive.writing() as session:
        session.execute(update(ListedRow).values(identity="older"))
    assert version_inventories(archive, versions_of(archive, "Teahouse")) == {}
    answer = listed_recipients(archive, Scope())
    assert (answer.entries, answer.unlisted, answer.policies) == ((), 1, 1)
    record(archive, visit(4, written(TEXTS[0]), listed=True), START)
    assert list_missing(archive).versions == 5
    assert_stored_equals_computed(archive)


def test_an_entry_keeps_its_start_date_when_only_its_words_change(archive: Archive) -> None:
    recorded(archive, *TEXTS)
    rows = listed_recipients(archive, Scope(at=START + 2 * HOUR), kind="advertising").entries
    assert [(row.version, row.since, row.entry.codes) for row in rows] == [(3, START + HOUR, ("CA", "JP"))]


def test_a_damaged_text_prevents_the_lists_of_its_own_policy_only(archive: Archive) -> None:
    recorded(archive, *TEXTS, listed=False)
    with archive.writing() as session:
        session.execute(update(BlobRow).values(content=b"damaged"))
    report = list_missing(archive)
    assert report.versions == 0
    assert len(report.damaged) == 1


def test_lone_surrogates_in_entries_are_replaced(archive: Archive) -> None:
    watch(archive)
    result = visit(0, written(TEXTS[0]), listed=True)
    assert result.assessment is not None
    named = Inventory((Right("access", "en", "Rights \ud800", sentence="You may see \udfff your data."),))
    record(archive, replace(result, assessment=replace(result.assessment, inventory=named)), START)
    (row,) = listed_rights(archive, Scope()).entries
    assert (row.entry.section, row.entry.sentence) == ("Rights ?", "You may see ? your data.")


@pytest.mark.parametrize("most", [0, 1, 20])
def test_a_batch_has_at_most_the_requested_number_of_versions(archive: Archive, most: int) -> None:
    recorded(archive, *TEXTS, listed=False)
    assert list_missing(archive, most).versions == min(most, len(TEXTS))
