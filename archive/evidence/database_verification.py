"""Verifies the database itself: its pages, its indexes and its schema. The schema must be the schema that the
migrations make.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.exc import DatabaseError

from archive.evidence.flaws import Flaw
from archive.storage.engines import engine_of
from archive.storage.evidence_rows import KINDS
from archive.storage.tables import Base
from archive.storage.upgrade import VERSION_TABLE, upgrade_schema

MOST_PROBLEMS = 20
"""Maximum number of problems that are listed for a database."""

SCHEMA = Path(__file__).with_name("schema.txt")
"""File with the schema that the migrations make in SQLite. With this file, a verification need not run the migrations.
Each line describes one object: its kind, name and definition, separated by tabs. `python -m tests.schema_file` writes
the file.
"""

Schema = Mapping[tuple[str, str], str]
"""SQL statements, by type and name of the object that they define."""

POSTGRESQL_EXTRAS = """
SELECT 'trigger', t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'rule', r.rulename, c.relname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'policy', p.polname, c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'function', p.proname, '' FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
UNION ALL SELECT 'child table', c.relname, p.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_class p ON p.oid = i.inhparent WHERE p.relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'relation', c.relname, c.relkind::text FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind NOT IN ('r', 'i', 'S')
"""
"""SQL that finds objects that no migration creates in PostgreSQL, for example triggers and rules. Such objects could
change the results of queries.
"""

INDEXED = ("chain_entry", "blob", *KINDS)
"""Tables that are read twice: once by the primary key's index, and once without any index. Both ways must give the same
rows.
"""


def verify_database(connection: Connection) -> Iterator[Flaw]:
    """Return the flaws of the database itself. Call this function before you trust any row."""
    if connection.dialect.name == "sqlite":
        yield from _sqlite_schema(connection)
        yield from _sqlite_pages(connection)
    else:
        yield from _postgresql_schema(connection)
        yield from _postgresql_indexes(connection)


def _sqlite_pages(connection: Connection) -> Iterator[Flaw]:
    try:
        problems = list(connection.exec_driver_sql(f"PRAGMA integrity_check({MOST_PROBLEMS})").scalars())
    except DatabaseError as error:
        problems = [str(error.orig)]
    for problem in problems:
        if problem != "ok":
            yield Flaw("database", "the file's pages and indexes", " ".join(str(problem).split()))


def _sqlite_schema(connection: Connection) -> Iterator[Flaw]:
    expected, actual = _migrated(), _defined(connection)
    for kind, name in sorted(expected.keys() | actual.keys()):
        problem = _difference(expected.get((kind, name)), actual.get((kind, name)))
        if problem:
            yield Flaw("schema", f"{kind} {name}", problem)


@cache
def _migrated() -> Schema:
    """Return the schema that the migrations make, from the file `SCHEMA`."""
    lines = SCHEMA.read_text(encoding="utf-8").splitlines()
    return {(kind, name): definition for kind, name, definition in (line.split("\t") for line in lines)}


def migrated_schema() -> Schema:
    """Return the schema that the migrations make, by running them. See also `SCHEMA`."""
    engine = engine_of(make_url("sqlite://"), timedelta(seconds=5), enforce_references=False)
    try:
        upgrade_schema(engine, "memory")
        with engine.execution_options(clausewatch_reading=True).connect() as fresh:
            return _defined(fresh)
    finally:
        engine.dispose()


def _defined(connection: Connection) -> Schema:
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
    return {
        (str(kind), str(name)): f"{table}: {_normalised(str(sql))}"
        for kind, name, table, sql in rows
        if not re.fullmatch(r"sqlite_stat\d", str(name))
    }


def _normalised(statement: str) -> str:
    """Return a statement with single spaces and sorted constraints. A table that was rebuilt may have its constraints
    in another order.
    """
    first, *constraints = re.split(r", (?=CONSTRAINT )", " ".join(statement.split()).removesuffix(")").strip())
    return ", ".join([first, *sorted(constraints)])


def _difference(expected: str | None, actual: str | None) -> str:
    if expected is None:
        return "no migration creates it, so its effect on reads or writes is unknown"
    if actual is None:
        return "it is missing"
    return "" if expected == actual else "it is not defined as the migrations define it"


def _postgresql_schema(connection: Connection) -> Iterator[Flaw]:
    for kind, name, table in connection.exec_driver_sql(POSTGRESQL_EXTRAS).all():
        yield Flaw("schema", f"{kind} {name} {table}".strip(), "no migration creates it, so its effect is unknown")
    inspector = inspect(connection)
    all_columns, all_indexes = inspector.get_multi_columns(), inspector.get_multi_indexes()
    tables = {name for _, name in all_columns} - {VERSION_TABLE, "section_words"}
    for name in sorted(tables ^ set(Base.metadata.tables)):
        problem = "no migration creates it" if name in tables else "it is missing"
        yield Flaw("schema", f"table {name}", problem)
    for name in sorted(tables & set(Base.metadata.tables)):
        table = Base.metadata.tables[name]
        columns = {column["name"] for column in all_columns[None, name]}
        indexes = all_indexes.get((None, name), [])
        names = {str(index["name"]) for index in indexes if "duplicates_constraint" not in index}
        if columns != set(table.columns.keys()):
            yield Flaw("schema", f"table {name}", "its columns are not those that the migrations create")
        for index in sorted(names ^ {str(index.name) for index in table.indexes}):
            yield Flaw("schema", f"index {index}", "the migrations do not create it, or it is missing")


def _postgresql_indexes(connection: Connection) -> Iterator[Flaw]:
    """Compare the keys in an index with the keys in the table."""
    answers: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)
    for scan, index in (("off", "on"), ("on", "off")):
        _read_by(connection, scan=scan, index=index)
        for name in INDEXED:
            [key] = Base.metadata.tables[name].primary_key.columns.keys()
            query = (
                f'SELECT count(*), sum(hashtext(k::text)::bigint) FROM (SELECT {key} AS k FROM "{name}" ORDER BY k) s'  # noqa: S608 - our own names
            )
            answers[name].add(tuple(connection.exec_driver_sql(query).one()))
    _read_by(connection, scan="on", index="on")
    for name, different in answers.items():
        if len(different) > 1:
            yield Flaw("database", f"table {name}", "its primary key's index does not hold the same rows as the table")


def _read_by(connection: Connection, *, scan: str, index: str) -> None:
    """Set whether the server may read tables without an index (`scan`), and whether it may read them with an index
    (`index`).
    """
    ways = {"seqscan": scan, "indexscan": index, "indexonlyscan": index, "bitmapscan": index}
    settings = ", ".join(f"set_config('enable_{way}', '{value}', true)" for way, value in ways.items())
    connection.exec_driver_sql(f"SELECT {settings}")
