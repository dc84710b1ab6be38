"""The page with a policy's text on a day. For each sentence, the page shows the day on which the policy got this
sentence.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from archive.access.log import note_access
from archive.evidence.chain import head
from archive.questions.blame import blame
from archive.questions.history import as_of, document, latest_version
from archive.questions.history import version as numbered_version
from archive.questions.known_days import known_at
from archive.row_numbers import LARGEST_ID
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import download, page
from clausewatch.output import html
from clausewatch.output.change_text import blame_caution

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=500)]
Number = Annotated[int, Query(ge=0, lt=LARGEST_ID)]


@router.get("/text")
def show(
    request: Request,
    visitor: Reader,
    policy: Word,
    day: date | None = None,
    version: Number = 0,
) -> Response:
    """Show the text of a version. The address of the page contains a version number or a day. A day means the version
    that was known at the end of that day. If the address contains neither, the latest version is shown.
    """
    reader = desk_of(request).archive.reader
    known = None
    if version:
        shown = numbered_version(reader, policy, version)
    elif day is not None:
        end = datetime.combine(day, time.max, UTC)
        shown, known = as_of(reader, policy, end), known_at(reader, policy, end)
    else:
        shown = latest_version(reader, policy)
    return page(
        request,
        visitor,
        "text.html",
        version=shown,
        document=document(reader, shown),
        origins=blame(reader, policy, shown.number),
        known=known,
        day=day,
        last=latest_version(reader, policy).number,
        head=head(reader),
    )


@router.post("/text/file")
def write_file(
    request: Request,
    visitor: Reader,
    policy: Annotated[str, Form(max_length=500)],
    version: Annotated[int, Form(ge=1, lt=LARGEST_ID)],
    form: Annotated[Literal["text", "sentences"], Form()] = "text",
) -> Response:
    """Return the text, or its sentences with their dates, as a standalone page. `clausewatch show` and `clausewatch
    blame` write the same pages. The access log notes who took it.
    """
    desk = desk_of(request)
    reader = desk.archive.reader
    shown = numbered_version(reader, policy, version)
    if form == "text":
        sections = document(reader, shown).sections
        written = html.page("show.html", version=shown, sections=sections, lines=None, known=())
    else:
        origins = blame(reader, policy, shown.number)
        written = html.page("blame.html", blame=origins, dropped=False, caution=blame_caution(origins), known=())
    name = f"{policy} {version} {form}.html"
    note_access(desk.archive.writer, datetime.now(UTC), visitor.name, "export", about=name)
    return download(written.encode(), name, "text/html; charset=utf-8")
