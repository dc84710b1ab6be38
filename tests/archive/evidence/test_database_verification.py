"""Tests what a verification checks besides the chain: the schema, the indexes, the search index, and the extraction of
texts.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from archive.errors import ArchiveBusyError, CannotOpenError, DamagedArchiveError, OlderSchemaError
from archive.evidence.chain import head
from archive.evidence.flaws import Flaw
from archive.evidence.verification import Tally, verify
from archive.storage.database import open_archive
from archive.storage.engines import engine_of, parsed
from archive.storage.evidence_rows import KINDS
from archive.storage.read_only import read_only_archive
from archive.storage.tables import (
    Base,
    ChangeRow,
    FetchPageRow,
    FetchRow,
    FindingRow,
    LeftOutRow,
    NetChangeRow,
    PolicyRow,
    QuietReviewRow,
    RemovalRow,
    RestoreRow,
    ReviewRow,
    SuppressionRow,
    VersionRow,
)
from tests.archive.visits import START, record_two_versions
from tests.clausewatch.watched import call, configured, watched

Row = TypeVar("Row", bound=Base)

WAIT = timedelta(seconds=5)

ON_EITHER = {
    "a view": ("CREATE VIEW findings AS SELECT * FROM finding", "schema", "findings"),
    "a table": ("CREATE TABLE shadow (id INTEGER)", "schema", "shadow"),
    "a column": ('ALTER TABLE "fetch" ADD COLUMN note TEXT', "schema", "fetch"),
    "an index": ('CREATE INDEX ix_more ON "fetch" (status)', "schema", "ix_more"),
    "a missing index": ("DROP INDEX ix_version_seen_at", "schema", "ix_version_seen_at"),
    "sections that are gone": ("DELETE FROM standing", "search", "version"),
    "a section with other words": ("UPDATE section SET text = 'We keep nothing.'", "search", "version"),
    "a section that left early": ("UPDATE standing SET last = first WHERE last IS NULL", "search", "version"),
    "sections of versions to come": ("UPDATE standing SET first = first + 900", "search", "version"),
}
"""Changes that an insider can make in SQLite and in PostgreSQL. Each value has three parts: the SQL statement, the kind
of flaw that must be found, and the object that the flaw must name.
"""

ON_SQLITE = {
    "a trigger": (
        "CREATE TRIGGER later AFTER INSERT ON fetch BEGIN UPDATE fetch SET started_at = '2020-01-01'; END",
        "schema",
        "later",
    ),
    "an index of some rows": (
        "DROP INDEX ix_fetch_policy_id_id;CREATE INDEX ix_fetch_policy_id_id ON fetch (policy_id, id) WHERE id > 2",
        "schema",
        "ix_fetch_policy_id_id",
    ),
    "an index of some rows that says it has all": (
        "DROP INDEX ix_fetch_policy_id_id;"
        "CREATE INDEX ix_fetch_policy_id_id ON fetch (policy_id, id) WHERE id > 2;"
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_master SET sql = 'CREATE INDEX ix_fetch_policy_id_id ON fetch (policy_id, id)' "
        "WHERE name = 'ix_fetch_policy_id_id'",
        "database",
        "pages and indexes",
    ),
    "a view in the place of a table": (
        "ALTER TABLE removal RENAME TO removal_; CREATE VIEW removal AS SELECT * FROM removal_",
        "schema",
        "removal",
    ),
}

ON_POSTGRESQL = {
    "a trigger": (
        "CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.started_at = '2020-01-01'; RETURN NEW; END $$;"
        'CREATE TRIGGER later BEFORE INSERT ON "fetch" FOR EACH ROW EXECUTE FUNCTION later()',
        "schema",
        "later",
    ),
    "a rule": ('CREATE RULE never AS ON UPDATE TO "fetch" DO INSTEAD NOTHING', "schema", "never"),
    "a policy on rows": ('CREATE POLICY few ON "fetch" USING (id > 2)', "schema", "few"),
    "a table that inherits": ('CREATE TABLE more_fetches () INHERITS ("fetch")', "schema", "more_fetches"),
}


def verified(url: str) -> list[Flaw]:
    """Return the flaws that a verification finds."""
    with read_only_archive(url) as archive:
        return list(verify(archive, Tally()))


def act(url: str, statements: str) -> None:
    """Run SQL statements on a database directly, not through our programs."""
    engine = engine_of(parsed(url), WAIT)
    connection = engine.raw_connection()
    if engine.dialect.name == "sqlite":
        connection.cursor().executescript(statements)
    else:
        connection.cursor().execute(statements)
        connection.commit()
    connection.close()
    engine.dispose()


@pytest.fixture
def grown(database_url: str) -> str:
    """Return the URL of an archive with two versions. No program has the archive open."""
    with open_archive(database_url) as archive:
        record_two_versions(archive)
    return database_url


@pytest.mark.parametrize("name", ON_EITHER)
def test_changes_to_the_database_are_found(grown: str, name: str) -> None:
    statements, what, where = ON_EITHER[name]
    act(grown, statements)
    assert any(flaw.what == what and where in flaw.where for flaw in verified(grown))


@pytest.mark.parametrize("name", ON_SQLITE | ON_POSTGRESQL)
def test_changes_that_only_one_kind_of_database_allows_are_found(grown: str, database_kind: str, name: str) -> None:
    chosen = ON_SQLITE if database_kind == "sqlite" else ON_POSTGRESQL
    if name not in chosen:
        pytest.skip("of the other kind of database")
    statements, what, where = chosen[name]
    act(grown, statements)
    assert any(flaw.what == what and where in flaw.where for flaw in verified(grown))


def test_a_verification_also_extracts_imported_copies_again(tmp_path: Path) -> None:
    saved = tmp_path / "copy.html"
    saved.write_text("<main><h1>Privacy</h1>" + "<p>We share your personal data with the crew only.</p>" * 9)
    path = configured(tmp_path)
    assert call(path, "import", "file", "Teahouse", "--at", "2024-03-31", str(saved)).exit_code == 0
    tally = Tally()
    with read_only_archive(f"sqlite:///{tmp_path / 'watch.db'}") as archive:
        assert not list(verify(archive, tally))
    assert (tally.contents.extracted_again, tally.contents.other_extraction) == (1, 0)


@pytest.mark.parametrize("content", [None, b""])
def test_a_verification_never_makes_an_archive(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "watch.db").write_bytes(content)
    result = call(configured(tmp_path), "verify")
    assert result.exit_code == 3
    assert "there is no archive" in result.stderr
    assert (tmp_path / "watch.db").exists() == (content is not None)


def test_an_empty_database_is_not_an_archive(unmade_database_url: str) -> None:
    with pytest.raises(CannotOpenError, match="there is no archive"), read_only_archive(unmade_database_url):
        pass


def test_an_unaltered_archive_has_no_flaws(grown: str) -> None:
    assert not verified(grown)


def test_a_verification_does_not_upgrade_an_older_archive(grown: str) -> None:
    act(grown, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(OlderSchemaError, match="its schema is '0001'"), read_only_archive(grown):
        pass


def test_a_verification_writes_no_file(tmp_path: Path) -> None:
    path = watched(tmp_path)
    before = {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in tmp_path.iterdir()}
    assert call(path, "verify").exit_code == 0
    assert {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in tmp_path.iterdir()} == before


def test_an_archive_on_a_read_only_medium_can_be_verified(tmp_path: Path) -> None:
    path = watched(tmp_path)
    command = [
        "unshare",
        "--mount",
        "--map-root-user",
        "sh",
        "-c",
        'mount -o bind,ro "$0" "$0" && cd "$0" && exec "$@"',
    ]
    program = [sys.executable, "-m", "clausewatch", "--config", str(path), "verify"]
    possible = subprocess.run([*command, str(tmp_path), "true"], capture_output=True, check=False)
    if possible.returncode:
        pytest.skip("this machine lets nobody mount")
    result = subprocess.run([*command, str(tmp_path), *program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "Nothing was altered" in result.stdout


def test_writes_of_another_program_during_a_verification_are_noticed(tmp_path: Path) -> None:
    watched(tmp_path)
    url = f"sqlite:///{tmp_path / 'watch.db'}"
    with pytest.raises(ArchiveBusyError, match="wrote to it meanwhile"), read_only_archive(url):
        act(url, "UPDATE policy SET tried_at = '2027-01-01 00:00:00.000000'")


def test_the_write_ahead_log_of_an_open_archive_is_read_too(tmp_path: Path) -> None:
    watched(tmp_path)
    url = f"sqlite:///{tmp_path / 'watch.db'}"
    with open_archive(url) as archive, archive.writing() as session:
        session.execute(text("UPDATE version SET number = 9 WHERE number = 2"))
        assert not verified(url)
    assert verified(url)


ALTERED = {
    "naming": ("name", "'another'"),
    "fetch": ("detail", "'another'"),
    "fetch_page": ("url", "'another'"),
    "version": ("text_sha256", "'another'"),
    "change": ("judged_by", "'another'"),
    "finding": ("before", "'another'"),
    "suppression": ("reason", "'another'"),
    "removal": ("reason", "'another'"),
    "restore": ("versions", "'{\"1\": 7}'"),
    "review": ("text", "'another'"),
    "quiet_review": ("text", "'another'"),
    "left_out": ("words", "77"),
    "net": ("earlier_id", "(SELECT max(id) FROM version)"),
}
"""A column of each sealed table, and the SQL value that a trigger writes into this column."""


def alter_after_insert(table: str, database_kind: str) -> str:
    """Return SQL statements that make a trigger.

    The trigger writes a different value into each new row of the table.
    """
    column, value = ALTERED[table]
    if database_kind == "sqlite":
        update = f'UPDATE "{table}" SET "{column}" = {value} WHERE rowid = NEW.rowid'  # noqa: S608 - our own names
        return f'CREATE TRIGGER later AFTER INSERT ON "{table}" BEGIN {update}; END'
    return (
        "CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS "
        f'$$ BEGIN NEW."{column}" = {value}; RETURN NEW; END $$;'
        f'CREATE TRIGGER later BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION later()'
    )


def write_one_of_each(session: Session) -> None:
    """Write a row of every kind of evidence. The fetch also has a second page."""
    session.add(fetch := like(session, FetchRow, snapshot_sha256=None))
    session.flush()
    page = FetchPageRow(fetch_id=fetch.id, position=1, url="u", final_url="u", headers=[], status=200)
    version = like(session, VersionRow, number=9, fetch_id=fetch.id)
    session.add_all((page, version))
    session.flush()
    session.add(change := like(session, ChangeRow, version_id=version.id))
    session.flush()
    session.add(finding := like(session, FindingRow, change_id=change.id))
    lists: dict[str, list[object]] = {"hashes": [], "watched": [], "came": [], "gone": []}
    session.add(suppression := like(session, SuppressionRow, change_id=change.id))
    session.flush()
    session.add_all(
        (
            QuietReviewRow(suppression_id=suppression.id, kind="missed", text="seen", at=START, by="somebody"),
            RemovalRow(fetch_id=fetch.id, position=0, sha256="a" * 64, removed_at=START, reason="old"),
            RestoreRow(restored_at=START, versions={}),
            ReviewRow(finding_id=finding.id, kind="comment", text="seen", at=START, by="somebody"),
            NetChangeRow(change_id=change.id, earlier_id=1),
            LeftOutRow(policy_id=1, fetch_id=fetch.id, words=1, page_words=2, differences=0, **lists),
        )
    )
    session.get_one(PolicyRow, 1).name = "Tearoom"


def like(session: Session, kind: type[Row], **values: object) -> Row:
    """Return a copy of the first row of this kind, with these values changed."""
    first = session.scalars(select(kind).order_by("id")).first()
    columns = [column.name for column in kind.__table__.columns if column.name != "id"]
    return kind(**{name: getattr(first, name) for name in columns} | values)


@pytest.mark.parametrize("table", ALTERED)
def test_a_row_that_the_database_changed_on_insertion_is_not_sealed(grown: str, database_kind: str, table: str) -> None:
    act(grown, alter_after_insert(table, database_kind))
    with open_archive(grown) as archive:
        before = head(archive)
        problem = f"came back with another `{ALTERED[table][0]}` than was written"
        with pytest.raises(DamagedArchiveError, match=problem), archive.writing() as session:
            write_one_of_each(session)
        assert head(archive) == before


def test_a_page_that_the_database_dropped_on_insertion_is_not_sealed(grown: str, database_kind: str) -> None:
    if database_kind == "sqlite":
        act(grown, "CREATE TRIGGER never AFTER INSERT ON fetch_page BEGIN DELETE FROM fetch_page; END")
    else:
        act(grown, "CREATE RULE never AS ON INSERT TO fetch_page DO INSTEAD NOTHING")
    refused = pytest.raises(DamagedArchiveError, match="came back with another `pages`")
    with open_archive(grown) as archive, refused, archive.writing() as session:
        write_one_of_each(session)


def test_rows_that_the_database_stored_unchanged_are_sealed(grown: str) -> None:
    with open_archive(grown) as archive, archive.writing() as session:
        write_one_of_each(session)
    assert {"changed", "inserted", "missing"}.isdisjoint(flaw.what for flaw in verified(grown))


def test_the_tests_alter_a_column_of_every_sealed_table() -> None:
    assert ALTERED.keys() == {*KINDS, "fetch_page"}
