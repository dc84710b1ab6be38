"""Shows the pages that the archive stored. A stored page comes from another site and may be hostile. So it is shown
only in a frame that can neither run scripts nor load anything. If the page is requested outside of this frame, the
browser downloads it and does not show it.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from archive.errors import NoVersionError
from archive.evidence.bundle import KeptPage, evidence
from archive.model import content_type_of
from archive.questions import history
from archive.row_numbers import LARGEST_ID
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.protection import STORED_PAGE
from document.formats.decoding import decode

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Query(max_length=500)]
Number = Annotated[int, Query(ge=1, lt=LARGEST_ID)]
Position = Annotated[int, Query(ge=0, lt=1000)]

_LOADING = re.compile(r"</?(?:link|meta|base|script)\b[^>]*>?", re.IGNORECASE)
"""Matches tags that refresh a page. Also matches tags that make a browser contact other servers, because a content
security policy does not stop all of them.
"""


@router.get("/stored")
def show(request: Request, visitor: Reader, policy: Name, version: Number, position: Position = 0) -> Response:
    """Return a stored page of a version. In a frame, the browser shows the page. Otherwise the browser downloads it."""
    reader = desk_of(request).archive.reader
    of = history.version(reader, policy, version)
    with evidence(reader, policy, of.number, of.number) as kept:
        pages = kept.pages(of.number)
    if position >= len(pages) or pages[position].body is None:
        raise NoVersionError(policy, f"the page of version {version} is not kept")
    name = f"version-{version}-page-{position + 1}"
    return _answer(pages[position], in_frame=request.headers.get("sec-fetch-dest") == "iframe", name=name)


def _answer(page: KeptPage, *, in_frame: bool, name: str) -> Response:
    kind, body = content_type_of(page.headers).lower(), page.body or b""
    headers = {"content-security-policy": STORED_PAGE, "x-frame-options": "SAMEORIGIN"}
    if in_frame and ("html" in kind or kind.startswith("text/plain")):
        shown = "text/plain" if kind.startswith("text/plain") else "text/html"
        return Response(harmless(decode(body, kind)), media_type=f"{shown}; charset=utf-8", headers=headers)
    saved = {"content-disposition": f'attachment; filename="{name}.bin"'}
    return Response(body, media_type="application/octet-stream", headers=headers | saved)


def harmless(page: str) -> str:
    """Return a page without the tags that refresh it or that make a browser contact other servers."""
    return _LOADING.sub("", page)
