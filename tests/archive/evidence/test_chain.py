"""Evidence is sealed in the transaction that writes the evidence. Our own programs never alter evidence."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from archive.errors import DamagedArchiveError, UnknownPolicyError
from archive.evidence.chain import Head, SavedHead, entries, head
from archive.evidence.verification import Tally, verify
from archive.recording.policies import synchronise
from archive.recording.recorder import record
from archive.storage.database import Archive, open_archive
from archive.storage.evidence_rows import KINDS, PAGE_COLUMNS, canonical_json, canonical_rows
from archive.storage.sealing import GENESIS, ChainEntry, SealedError
from archive.storage.tables import Base, ChainEntryRow, FetchPageRow, NamingRow, SuppressionRow, VersionRow
from archive.storage.version_reader import policy_row
from tests.archive.visits import HOUR, START, TEAHOUSE, failed, record_two_versions, watch


def kinds(archive: Archive) -> list[str]:
    """Return the kinds of all entries in order."""
    with archive.reading() as session:
        return [entry.kind for entry, _ in entries(session.connection())]


def test_rows_are_sealed_in_the_transaction_that_writes_them(archive: Archive) -> None:
    assert kinds(archive) == ["start"]
    record_two_versions(archive)
    second = ["fetch", "version", "change", "finding", "finding", "suppression"]
    assert kinds(archive) == ["start", "naming", "fetch", "version", "fetch", *second]


def test_each_entry_has_the_hash_of_the_previous_entry(archive: Archive) -> None:
    record_two_versions(archive)
    previous = GENESIS
    with archive.reading() as session:
        for place, (entry, stored) in enumerate(entries(session.connection()), 1):
            assert (entry.sequence, entry.previous, entry.hash) == (place, previous, stored)
            previous = stored
    assert head(archive) == Head(place, previous, head(archive).at)


def test_entries_can_be_read_from_any_number_on(archive: Archive) -> None:
    record_two_versions(archive)
    with archive.reading() as session:
        every = list(entries(session.connection()))
        assert [list(entries(session.connection(), each)) for each in (1, 4, len(every) + 1)] == [every, every[3:], []]


def test_two_archives_never_share_a_head(tmp_path: object) -> None:
    with open_archive(f"sqlite:///{tmp_path}/a.db") as one, open_archive(f"sqlite:///{tmp_path}/b.db") as other:
        assert head(one).hash != head(other).hash


def test_a_transaction_that_is_undone_seals_nothing(archive: Archive) -> None:
    watch(archive)
    before = head(archive)
    with pytest.raises(UnknownPolicyError):
        record_for_nobody(archive)
    assert head(archive) == before


def record_for_nobody(archive: Archive) -> None:
    """Write evidence, and fail before the transaction is committed."""
    with archive.writing() as session:
        session.add(NamingRow(policy_id=1, name="Bakery", since=START))
        policy_row(session, "Bakery")


def test_rows_that_are_not_evidence_do_not_change_the_chain(archive: Archive) -> None:
    watch(archive)
    before = head(archive)
    synchronise(archive, [replace(TEAHOUSE, tags=("cup",), every=timedelta(hours=1))], START)
    assert head(archive) == before


def test_the_new_name_of_a_renamed_policy_is_sealed(archive: Archive) -> None:
    watch(archive)
    synchronise(archive, [replace(TEAHOUSE, name="Tea Room", renamed_from="Teahouse")], START)
    with archive.reading() as session:
        assert session.scalars(select(NamingRow.name).order_by(NamingRow.id)).all() == ["Teahouse", "Tea Room"]
    assert kinds(archive) == ["start", "naming", "naming"]


def test_simultaneous_writers_make_one_chain(archive: Archive) -> None:
    watch(archive)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda hour: record(archive, failed(START + hour * HOUR), START), range(24)))
    assert kinds(archive) == ["start", "naming", *["fetch"] * 24]
    assert list(verify(archive, Tally(), [SavedHead.parse(str(head(archive)))])) == []


def test_sealed_evidence_is_never_altered(archive: Archive) -> None:
    record_two_versions(archive)
    with pytest.raises(SealedError, match=r"version\.number is sealed"), archive.writing() as session:
        session.get_one(VersionRow, 1).number = 7
    with pytest.raises(SealedError, match="never deleted"), archive.writing() as session:
        session.delete(session.get_one(SuppressionRow, 1))
    with pytest.raises(SealedError, match="as an object"), archive.writing() as session:
        session.execute(delete(SuppressionRow))
    with pytest.raises(SealedError, match="as an object"), archive.writing() as session:
        session.execute(insert(NamingRow).values(policy_id=1, name="Bakery", since=START))
    with pytest.raises(SealedError, match="no page is added"), archive.writing() as session:
        session.add(FetchPageRow(fetch_id=1, position=1, url="u", final_url="u", headers=[]))
    assert list(verify(archive, Tally())) == []


def test_every_column_is_sealed_or_listed_as_not_evidence() -> None:
    """For each new column, somebody must decide whether it is evidence.

    A new column must not be added to an existing kind of evidence, because all existing seals would become invalid.
    """
    for name, kind in KINDS.items():
        assert {"id", *kind.columns} == set(Base.metadata.tables[name].columns.keys()) - UNSEALED.get(name, set()), name
    assert {"fetch_id", *PAGE_COLUMNS} == set(FetchPageRow.__table__.columns.keys())


UNSEALED = {"review": {"by"}, "quiet_review": {"by"}}
"""Columns that are not evidence although their table is evidence. An example is the name of the person who reviewed."""


def test_the_canonical_bytes_have_never_changed(archive: Archive) -> None:
    """If the canonical bytes of a row changed, the seals of all existing archives would break."""
    record_two_versions(archive)
    with archive.reading() as session:
        row = canonical_rows(session.connection(), "suppression", [1])[1]
        fetch = canonical_rows(session.connection(), "fetch", [2])[2]
    assert row.decode() == (
        '{"id":1,"kind":"suppression","values":{"after":"1 March 2026","before":"15 January 2026","change_id":1,'
        '"position":0,"reason":"date","section":"Teahouse privacy notice"}}'
    )
    assert fetch.decode() == (
        '{"id":2,"kind":"fetch","values":{'
        '"body_sha256":"2b8e8205257050185820a94826a9ba4b05926210020ca28f125b19d335d57d4f","detail":"","fallback":false,'
        '"final_url":"https://teahouse.example/privacy","headers":[["content-type","text/html; charset=utf-8"],'
        '["etag","\\"7\\""]],"identity":"e1","outcome":"unchanged","pages":[],"policy_id":1,'
        '"reason":null,"snapshot_sha256":null,"started_at":"2026-03-03T06:00:00.000000Z","status":200}}'
    )
    entry = ChainEntry(2, "a" * 64, "naming", id=1, row="b" * 64, recorded_at=datetime(2026, 3, 2, 6, tzinfo=UTC))
    assert entry.canonical().decode() == (
        f'{{"id":1,"kind":"naming","previous":"{"a" * 64}","recorded_at":"2026-03-02T06:00:00.000000Z",'
        f'"row":"{"b" * 64}","sequence":2}}'
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), VALUES, max_size=4))
def test_canonical_bytes_are_one_line_from_which_the_values_can_be_read(values: dict[str, object]) -> None:
    """Because the values can be read back, two different rows never have the same bytes."""
    line = canonical_json(values)
    assert b"\n" not in line
    assert b"\r" not in line
    assert canonical_json(dict(reversed(values.items()))) == line
    assert json.dumps(json.loads(line), sort_keys=True) == json.dumps(values, sort_keys=True)


def test_a_chain_without_entries_is_damaged(archive: Archive) -> None:
    with archive.engine.begin() as connection:
        connection.execute(delete(ChainEntryRow))
    with pytest.raises(DamagedArchiveError, match="chain over the evidence is empty"):
        head(archive)
    assert [flaw.problem for flaw in verify(archive, Tally())] == ["it is empty: every chain begins with an entry"]


@pytest.mark.parametrize("text", ["12", "12:abc", f"0:{'a' * 64}", f"{'g' * 64}", ""])
def test_an_invalid_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a chain head"):
        SavedHead.parse(text)


def test_a_head_can_be_read_from_its_quoted_form(archive: Archive) -> None:
    found = head(archive)
    assert SavedHead.parse(f" {found}\n") == SavedHead(found.hash, found.sequence)
    assert SavedHead.parse(found.hash.upper()) == SavedHead(found.hash)
