"""Stores the sections of all versions for the search. Each text is stored once, with the times when it appeared and
disappeared. The index is not evidence. It is built from the documents, in the transaction that records a version. It
can be dropped and rebuilt at any time."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any

from sqlalchemy import delete, insert, literal, select, text, update
from sqlalchemy.orm import Session

from archive.search.stems import BREAK, stemmed_words
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.engines import insert_if_absent
from archive.storage.tables import IndexedRow, SectionRow, StandingRow, VersionRow
from document import from_json
from document.model import Document, Section

PART_WORDS = 2000
"""Maximum number of words of a section in the index. A longer section is split into parts, because PostgreSQL cannot
index very long texts.
"""

BATCH = 500
"""Number of rows in one statement."""

WAITING = 0
"""Value of `IndexedRow.number` for a policy whose versions are not indexed yet, because an older program recorded
them."""

_ADD_WORDS = {
    "sqlite": text("INSERT INTO section_words (rowid, words) VALUES (:id, :words)"),
    # Another transaction may have added the same section in the meantime.
    "postgresql": text(
        "INSERT INTO section_words (section_id, words) VALUES (:id, CAST(:words AS tsvector)) ON CONFLICT DO NOTHING"
    ),
}
_CLEAR_WORDS = {
    "sqlite": text("INSERT INTO section_words (section_words) VALUES ('delete-all')"),
    "postgresql": text("DELETE FROM section_words"),
}

SectionPart = Mapping[str, str]
"""The values of a `SectionRow`, without its id."""

Line = tuple[str, int]
"""A line of a section, and the number of words in the line."""


def index_version(session: Session, version: VersionRow, document: Document) -> None:
    """Record which sections a new version keeps, adds and drops. If an older program recorded earlier versions without
    indexing them, all these versions are indexed together later.
    """
    indexed = session.get(IndexedRow, version.policy_id)
    if indexed is None:
        indexed = IndexedRow(policy_id=version.policy_id, number=version.number)
        session.add(indexed)
    elif indexed.number == WAITING:
        return
    indexed.number = version.number
    _note(session, version, document)


def waiting(session: Session) -> list[int]:
    """Return the ids of policies with versions that cannot be searched yet."""
    return list(session.scalars(select(IndexedRow.policy_id).where(IndexedRow.number == WAITING)))


def index_missing(archive: Archive) -> int:
    """Index the versions that an older program recorded without indexing them. Each policy has its own transaction.
    Return the number of policies.

    Raises StorageError.
    """
    with archive.reading() as session:
        ids = waiting(session)
    for policy_id in ids:
        with archive.writing() as session:
            indexed = session.get(IndexedRow, policy_id, with_for_update=True)
            if indexed is not None and indexed.number == WAITING:  # another program may be indexing the policy too
                _index_policy(session, indexed)
    return len(ids)


def reindex(archive: Archive) -> int:
    """Drop the index and rebuild it from the documents. Return the number of policies. Raises StorageError."""
    with archive.writing() as session:
        clear_index(session)
    return index_missing(archive)


def clear_index(session: Session) -> None:
    """Drop the index. All versions must then be indexed again."""
    session.execute(_CLEAR_WORDS[session.get_bind().dialect.name])
    for table in (StandingRow, IndexedRow, SectionRow):
        session.execute(delete(table))
    every = select(VersionRow.policy_id, literal(WAITING)).distinct()
    session.execute(insert(IndexedRow).from_select(["policy_id", "number"], every))


def _index_policy(session: Session, indexed: IndexedRow) -> None:
    query = select(VersionRow).where(VersionRow.policy_id == indexed.policy_id).order_by(VersionRow.number)
    for version in session.scalars(query).all():
        _note(session, version, from_json(blobs.retrieve(session, version.document_sha256)))
        indexed.number = version.number


def _note(session: Session, version: VersionRow, document: Document) -> None:
    present = set(_kept(session, {part["sha256"]: part for part in section_parts(document)}))
    open_ones = select(StandingRow.section_id).where(
        StandingRow.policy_id == version.policy_id, StandingRow.last.is_(None)
    )
    before = set(session.scalars(open_ones))
    gone = {"last": version.number - 1, "gone_at": version.seen_at}
    for ids in _batches(sorted(before - present)):
        which = (StandingRow.policy_id == version.policy_id, StandingRow.section_id.in_(ids))
        session.execute(
            update(StandingRow).where(*which, StandingRow.last.is_(None)).values(gone),
            execution_options={"synchronize_session": False},
        )
    rows = [
        {
            "section_id": section_id,
            "policy_id": version.policy_id,
            "first": version.number,
            "last": None,
            "appeared_at": version.seen_at,
            "gone_at": None,
        }
        for section_id in sorted(present - before)
    ]
    if rows:
        session.execute(insert(StandingRow), rows)


def _kept(session: Session, wanted: Mapping[str, SectionPart]) -> Iterator[int]:
    """Yield the ids of the wanted sections. Add the sections that do not exist yet."""
    for keys in _batches(sorted(wanted)):  # sorted, so that two transactions never wait for each other
        ids = _ids(session, keys)
        lacking = [key for key in keys if key not in ids]
        if lacking:
            session.execute(insert_if_absent(session, SectionRow), [dict(wanted[key]) for key in lacking])
            added = _ids(session, lacking)
            _add_words(session, {added[key]: wanted[key] for key in lacking})
            ids |= added
        yield from ids.values()


def _ids(session: Session, keys: Sequence[str]) -> dict[str, int]:
    rows = session.execute(select(SectionRow.sha256, SectionRow.id).where(SectionRow.sha256.in_(keys)))
    return {key: section_id for key, section_id in rows}  # noqa: C416 - rows are not tuples to mypy


def _add_words(session: Session, sections: Mapping[int, SectionPart]) -> None:
    dialect = session.get_bind().dialect.name
    form = indexed_form[dialect]
    session.execute(_ADD_WORDS[dialect], [{"id": key, "words": form(part)} for key, part in sections.items()])


def add_missing_words(session: Session) -> bool:
    """Index the stems of up to `BATCH` sections that come after the last indexed section. Return whether there were
    such sections. It is for PostgreSQL: an index of SQLite does not say which sections it has.
    """
    last = session.execute(text("SELECT max(section_id) FROM section_words")).scalar() or 0
    sections = select(*SectionRow.__table__.c).where(SectionRow.id > last).order_by(SectionRow.id).limit(BATCH)
    parts: dict[int, SectionPart] = {row["id"]: dict(row) for row in session.execute(sections).mappings()}
    if parts:
        _add_words(session, parts)
    return bool(parts)


def _batches(values: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def section_parts(document: Document) -> Iterator[SectionPart]:
    """Yield the sections of a document as they are stored."""
    for section in document.sections:
        yield from parts_of_section(section)


def parts_of_section(section: Section) -> Iterator[SectionPart]:
    """Yield a section as it is stored. A very long section is split into parts."""
    return parts_of_lines(section, [line for block in section.blocks for line in block_lines(block.text)])


def parts_of_lines(section: Section, lines: Sequence[Line]) -> Iterator[SectionPart]:
    """Yield a section as it is stored, but with the text of `lines` instead of the text of the section's blocks."""
    facts = {
        "path": _storable(" > ".join(section.path)),
        "heading": _storable(section.title),
        "language": section.language,
    }
    for portion in _portions(section, lines):
        part = facts | {"text": _storable("\n".join(portion))}
        yield part | {"sha256": _address(part)}


def _address(part: SectionPart) -> str:
    """Return the SHA-256 of a part's JSON, with sorted keys."""
    members = ", ".join([f'"{name}": {quoted(part[name])}' for name in ("heading", "language", "path", "text")])
    return hashlib.sha256(f"{{{members}}}".encode()).hexdigest()


def _portions(section: Section, counted: Sequence[Line]) -> Iterator[list[str]]:
    lines: list[str] = []
    room = PART_WORDS
    for line, count in counted:
        if lines and count > room:
            yield lines
            lines, room = [], PART_WORDS
        lines.append(line)
        room -= count
    if lines or section.heading:
        yield lines


def block_lines(block: str) -> Iterator[Line]:
    """Yield the lines of a block as they are stored."""
    return ((line, len(line.split())) for line in _lines(block))


def _lines(block: str) -> Iterator[str]:
    """Yield a block. Split the block if it has more than `PART_WORDS` words."""
    if len(block) < PART_WORDS:
        yield block
        return
    spaced = block.split(" ")
    for start in range(0, len(spaced), PART_WORDS):
        yield " ".join(spaced[start : start + PART_WORDS])


def _storable(written: str) -> str:
    """Return a text without lone surrogates, which databases refuse."""
    return written if written.isascii() else written.encode("utf-8", "replace").decode()


def _stems(part: SectionPart) -> Iterator[str]:
    """Yield the stems of a section in order, with a break between blocks."""
    for line in (part["heading"], *part["text"].split("\n")):
        yield from (word.stem for word in stemmed_words(line, part["language"]))
        yield BREAK


def _as_stems(part: SectionPart) -> str:
    return " ".join(_stems(part))


def _as_vector(part: SectionPart) -> str:
    places: dict[str, list[str]] = defaultdict(list)
    for position, stem in enumerate(_stems(part), start=1):
        if stem != BREAK:
            places[stem].append(str(position))
    return " ".join(f"'{stem}':{','.join(positions)}" for stem, positions in places.items())


indexed_form = {"sqlite": _as_stems, "postgresql": _as_vector}
"""SQL expressions that store the stems of a section, by database."""
