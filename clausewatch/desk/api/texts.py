"""The operations about the versions of a policy and their texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Query, Request, Response

from archive.model import Version
from archive.questions.blame import blame
from archive.questions.history import as_of, document, latest_version, net_changes
from archive.questions.history import version as numbered
from archive.questions.known_days import DayKnowledge, known_at
from archive.questions.lists.visits import timeline
from archive.storage.database import Archive
from clausewatch.desk.api.answers import answer, api_router, documented, page_of, unanswerable
from clausewatch.desk.api.parameters import Number, OfPolicy, PagedOfPolicy, Time
from clausewatch.desk.api.schemas import questions as schema
from clausewatch.desk.doors import ReadingProgram
from clausewatch.desk.entry import desk_of
from clausewatch.output.inventories import inventories, inventory_changes
from clausewatch.output.json_rows import (
    Row,
    blame_row,
    history_row,
    inventory_page_row,
    redline_row,
    show_row,
    with_days,
)
from clausewatch.output.redline_page import compare_versions

router = api_router("texts")


class OfVersion(OfPolicy):
    """A version by its number, or the version that was current at a time. Without both, the latest version."""

    version: Number | None = None
    at: Time | None = None


class Between(OfPolicy):
    """Two versions. Without `after`, the latest version. Without `before`, the version before it."""

    before: Number | None = None
    after: Number | None = None


@router.get("/versions", responses=documented(schema.Versions))
def list_versions(request: Request, visitor: ReadingProgram, asked: Annotated[PagedOfPolicy, Query()]) -> Response:
    """List the versions of a policy with their changes, the newest first."""
    desk = desk_of(request)
    page = timeline(desk.archive.reader, asked.policy, after=asked.after, limit=asked.limit)
    changed = inventory_changes(desk.archive.reader, page.entries, desk.configuration.inventory_lot).by_version
    rows = [
        history_row(version, changed.get((version.policy, version.number)), suppressed=True) for version in page.entries
    ]
    return answer(request, page_of(page, "versions", rows))


@router.get("/text", responses=documented(schema.Text))
def show_text(request: Request, visitor: ReadingProgram, asked: Annotated[OfVersion, Query()]) -> Response:
    """Show the text of a version."""

    def row(reader: Archive, version: Version) -> Row:
        nets = net_changes(reader, [version]).get((version.policy, version.number), ())
        text = document(reader, version)
        return show_row(version, nets, text, text.sections)

    return _about_version(request, asked, row)


@router.get("/inventory", responses=documented(schema.VersionInventory))
def show_inventory(request: Request, visitor: ReadingProgram, asked: Annotated[OfVersion, Query()]) -> Response:
    """Show the rights and recipients that a version names."""

    def row(reader: Archive, version: Version) -> Row:
        return inventory_page_row(version, inventories(reader, [version], 1)[version.policy, version.number])

    return _about_version(request, asked, row)


@router.get("/sentences", responses=documented(schema.Sentences))
def show_sentences(request: Request, visitor: ReadingProgram, asked: Annotated[OfVersion, Query()]) -> Response:
    """Show since when each sentence of a version is in the policy, and which sentences were dropped earlier."""

    def row(reader: Archive, version: Version) -> Row:
        return blame_row(blame(reader, asked.policy, version.number))

    return _about_version(request, asked, row)


@router.get("/redline", responses=documented(schema.Redline))
def show_redline(request: Request, visitor: ReadingProgram, asked: Annotated[Between, Query()]) -> Response:
    """Show two versions of a policy as one text with marked changes."""
    reader = desk_of(request).archive.reader
    after = latest_version(reader, asked.policy) if asked.after is None else numbered(reader, asked.policy, asked.after)
    number = after.number - 1 if asked.before is None else asked.before
    if number == 0:
        return unanswerable("Version 1 is the first version, so there is nothing to compare it with.")
    compared = compare_versions(reader, numbered(reader, asked.policy, number), after)
    return answer(request, with_days(redline_row(compared), ()))


def _about_version(request: Request, asked: OfVersion, row: Callable[[Archive, Version], Row]) -> Response:
    """Answer with the row about the version that was asked for, and with what is known about the time that was asked
    for.
    """
    if asked.version is not None and asked.at is not None:
        return unanswerable("Give `version` or `at`, not both.")
    reader = desk_of(request).archive.reader
    version, days = _asked(reader, asked)
    return answer(request, with_days(row(reader, version), days))


def _asked(reader: Archive, asked: OfVersion) -> tuple[Version, Sequence[DayKnowledge]]:
    """Return the version that was asked for, and what is known about the time that was asked for."""
    if asked.at is not None:
        return as_of(reader, asked.policy, asked.at), (known_at(reader, asked.policy, asked.at),)
    if asked.version is not None:
        return numbered(reader, asked.policy, asked.version), ()
    return latest_version(reader, asked.policy), ()
