"""Searches all sections of all versions for words. A match contains the section, and the first and last version with
this section.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnClause, Integer, column, or_, select, table, text
from sqlalchemy.orm import Session

from archive.errors import SlowSearchError
from archive.model import SEARCH_TIMEOUT
from archive.search.index import waiting
from archive.search.stems import Phrase, match_spans, parse_query, readings
from archive.storage.database import Archive
from archive.storage.tables import IndexedRow, PolicyRow, SectionRow, StandingRow
from archive.storage.time_limit import TimeIsUpError, TimeLimit, time_limit
from archive.storage.version_reader import policy_row, tagged

LIMIT = 50
"""Default maximum number of matches."""

FIRST_BATCH, LARGEST_BATCH = 128, 4096
"""Smallest and largest number of matching sections that are looked up at once, the newest first. The number grows if
few of these sections are wanted, for example because the search is limited to a tag.
"""

BEFORE, AFTER = 60, 200
"""A snippet begins 60 characters before the start of the first match, and ends 200 characters after this start."""


@dataclass(frozen=True, slots=True)
class Search:
    """The words to search for, and the texts to search. A field that is None does not limit these texts."""

    words: str
    """The words, which must all occur in the same section. "Words in quotes" must be adjacent. See
    `stems.parse_query`."""
    policy: str | None = None
    tag: str | None = None
    """Only policies with this tag."""
    _: KW_ONLY
    since: datetime | None = None
    """Only texts that the policy still had at this time, or got later."""
    until: datetime | None = None
    """Only texts that were first seen at this time or earlier."""
    current: bool = False
    """Only texts of the latest versions."""
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class SnippetRun:
    """A part of a snippet: either a match, or the text between matches."""

    text: str
    matches: bool
    """Whether this part is a match."""


@dataclass(frozen=True, slots=True)
class SectionMatch:
    """A text of a section in a policy, with its first and last version."""

    policy: str
    section: str
    """The heading path, joined by " > "; "" for text before the first heading."""
    language: str
    _: KW_ONLY
    first: int
    """The first version that has the text."""
    last: int
    """The last version that has the text."""
    appeared_at: datetime
    """Time when the first version was first seen."""
    gone_at: datetime | None
    """Time when the first version without the text was seen. None if the latest version has the text."""
    snippet: tuple[SnippetRun, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The matches of a search. The text that was recorded last comes first."""

    matches: tuple[SectionMatch, ...]
    more: bool
    """Whether there are more matches than `Search.limit`."""
    not_indexed: int
    """Number of policies with versions that cannot be searched yet; see `index.index_missing`."""


def search(archive: Archive, asked: Search, within: timedelta = SEARCH_TIMEOUT) -> SearchResult:
    """Return the sections that contain all the words.

    Words are compared by their stems, without case and accents; see archive/search/stems. Raises SlowSearchError if the
    search takes longer than `within`. Raises SearchTermsError,
    UnknownPolicyError, UnknownTagError.
    """
    wanted = parse_query(asked.words)
    try:
        with archive.reading() as session, time_limit(session, within) as left:
            of = _policies(session, asked)
            found = _standing(session, wanted, asked, of=of, left=left)
            rows = list(islice(found, asked.limit + 1))
            behind = len(waiting(session))
    except TimeIsUpError as error:
        raise SlowSearchError(within) from error
    matches = tuple(_match(row, wanted) for row in rows)
    return SearchResult(matches[: asked.limit], len(matches) > asked.limit, behind)


Standing = tuple[StandingRow, SectionRow, str, int]
"""A section's text with its versions, the policy's name, and the number of the policy's latest version."""


def _policies(session: Session, asked: Search) -> Sequence[int] | None:
    """Return the ids of the policies to search; None for all."""
    if asked.policy is not None:
        policy = policy_row(session, asked.policy)
        return [policy.id] if asked.tag is None or asked.tag in policy.tags else []
    return None if asked.tag is None else tagged(session, asked.tag)


def _standing(
    session: Session, wanted: Sequence[Phrase], asked: Search, *, of: Sequence[int] | None, left: TimeLimit
) -> Iterator[Standing]:
    """Yield the matches. The section that was recorded last comes first. The index gives matching sections. Their
    versions are looked up in batches until there are enough matches. So a search for a common word takes no longer than
    a search for a rare word.
    """
    below: int | None = None
    size = FIRST_BATCH
    while True:
        left.renew()
        ids = _matching(
            session, wanted, size, below=below, policy_id=of[0] if of and asked.policy is not None else None
        )
        if ids:
            left.renew()
            yield from _where_they_stood(session, ids, asked, of)
        if len(ids) < size:
            return
        below = ids[-1]
        size = min(2 * size, LARGEST_BATCH)


def _where_they_stood(session: Session, ids: Sequence[int], asked: Search, of: Sequence[int] | None) -> list[Standing]:
    query = (
        select(StandingRow, SectionRow, PolicyRow.name, IndexedRow.number)
        .join(SectionRow, SectionRow.id == StandingRow.section_id)
        .join(PolicyRow, PolicyRow.id == StandingRow.policy_id)
        .join(IndexedRow, IndexedRow.policy_id == StandingRow.policy_id)
        .where(StandingRow.section_id.in_(ids))
        .order_by(StandingRow.section_id.desc(), StandingRow.policy_id, StandingRow.first)
        .limit(asked.limit + 1)
    )
    if of is not None:
        query = query.where(StandingRow.policy_id.in_(of))
    if asked.since is not None:
        query = query.where(or_(StandingRow.gone_at.is_(None), StandingRow.gone_at > asked.since))
    if asked.until is not None:
        query = query.where(StandingRow.appeared_at <= asked.until)
    if asked.current:
        query = query.where(StandingRow.last.is_(None))
    rows = session.execute(query)
    return [(standing, section, name, latest) for standing, section, name, latest in rows]


_KEY: dict[str, ColumnClause[int]] = {"sqlite": column("rowid", Integer), "postgresql": column("section_id", Integer)}
_MATCH = {
    "sqlite": text("section_words MATCH :asked"),
    "postgresql": text("words @@ CAST(:asked AS tsquery)"),
}


def _matching(
    session: Session, wanted: Sequence[Phrase], size: int, *, below: int | None, policy_id: int | None
) -> Sequence[int]:
    """Return the ids of matching sections in descending order, beginning below a given id. The sections can be limited
    to one policy.
    """
    dialect = session.get_bind().dialect.name
    key = _KEY[dialect]
    match = _MATCH[dialect].bindparams(asked=_QUERY[dialect](wanted))
    query = select(key).select_from(table("section_words")).where(match).order_by(key.desc()).limit(size)
    if below is not None:
        query = query.where(key < below)
    if policy_id is not None:
        query = query.where(key.in_(select(StandingRow.section_id).where(StandingRow.policy_id == policy_id)))
    return session.scalars(query).all()


def _fts_query(wanted: Sequence[Phrase]) -> str:
    """Return the query in the syntax of SQLite's FTS5. Stems contain only letters and digits."""
    return " OR ".join(
        "(" + " AND ".join(f'"{" ".join(phrase)}"' for phrase in reading) + ")" for reading in readings(wanted)
    )


def _ts_query(wanted: Sequence[Phrase]) -> str:
    """Return the query in PostgreSQL's syntax. Stems contain only letters and digits."""
    return " | ".join(
        "(" + " & ".join("(" + " <-> ".join(f"'{stem}'" for stem in phrase) + ")" for phrase in reading) + ")"
        for reading in readings(wanted)
    )


_QUERY = {"sqlite": _fts_query, "postgresql": _ts_query}


def _match(row: Standing, wanted: Sequence[Phrase]) -> SectionMatch:
    standing, section, name, latest = row
    return SectionMatch(
        policy=name,
        section=section.path,
        language=section.language,
        first=standing.first,
        last=latest if standing.last is None else standing.last,
        appeared_at=standing.appeared_at,
        gone_at=standing.gone_at,
        snippet=tuple(snippet(section.text or section.heading, section.language, wanted)),
    )


def snippet(whole: str, language: str, wanted: Sequence[Phrase]) -> Iterator[SnippetRun]:
    """Yield the part of a text around its first match, cut between words. Without a match, yield the beginning."""
    spans = match_spans(whole, language, wanted)
    start, end = _window(whole, spans[0][0] if spans else 0)
    position = start
    if start:
        yield SnippetRun("… ", False)
    for begin, stop in spans:
        if stop > end:
            break
        if begin < start:
            continue
        if begin > position:
            yield SnippetRun(whole[position:begin].replace("\n", " "), False)
        yield SnippetRun(whole[begin:stop], True)
        position = stop
    if position < end:
        yield SnippetRun(whole[position:end].replace("\n", " "), False)
    if end < len(whole):
        yield SnippetRun(" …", False)


def _window(whole: str, match: int) -> tuple[int, int]:
    """Return the start and end of a snippet. If a space is near the start or the end, the snippet is cut there."""
    start = max(0, match - BEFORE)
    if start:
        space = whole.find(" ", start, match)
        start = start if space < 0 else space + 1
    end = min(len(whole), match + AFTER)
    if end < len(whole):
        space = whole.rfind(" ", match, end)
        end = end if space < 0 else space
    return start, end
