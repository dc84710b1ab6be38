from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from archive.errors import DamagedArchiveError
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import Base, BlobRow


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=3000))
def test_stored_content_is_read_back(content: bytes) -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        key = blobs.store(session, content)
        session.expire_all()
        assert blobs.retrieve(session, key) == content
    engine.dispose()


def test_the_same_bytes_are_stored_once(archive: Archive) -> None:
    with archive.writing() as session:
        assert blobs.store(session, b"leaf") == blobs.store(session, b"leaf")
        session.flush()
        assert session.query(BlobRow).count() == 1


def test_the_key_of_content_is_the_hash_of_its_uncompressed_bytes() -> None:
    assert blobs.address(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_long_text_is_compressed(archive: Archive) -> None:
    with archive.writing() as session:
        key = blobs.store(session, b"The same sentence again. " * 4000)
        session.flush()
        row = session.get_one(BlobRow, key)
        assert row.size == 100_000
        assert len(row.content) < 1000


def test_altered_content_is_found_on_reading(archive: Archive) -> None:
    with archive.writing() as session:
        key, other = blobs.store(session, b"We sell nothing."), blobs.store(session, b"We sell all of it")
        session.flush()
        content = session.get_one(BlobRow, other).content
        session.execute(update(BlobRow).where(BlobRow.sha256 == key).values(content=content))
    with archive.reading() as session, pytest.raises(DamagedArchiveError, match=f"{key} was altered"):
        blobs.retrieve(session, key)


def test_content_that_is_no_longer_compressed_is_found_on_reading(archive: Archive) -> None:
    with archive.writing() as session:
        key = blobs.store(session, b"We sell nothing.")
        session.flush()
        session.execute(update(BlobRow).where(BlobRow.sha256 == key).values(content=b"torn"))
    with archive.reading() as session, pytest.raises(DamagedArchiveError, match="cannot be read"):
        blobs.retrieve(session, key)


def test_missing_content_is_reported(archive: Archive) -> None:
    with archive.reading() as session, pytest.raises(DamagedArchiveError, match="is missing"):
        blobs.retrieve(session, "0" * 64)
