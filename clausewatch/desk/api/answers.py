"""Makes the answers to programs: JSON with an entity tag, so that a program need not load the same answer again."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from archive.questions.lists.pages import Page
from clausewatch.desk.api.schemas.base import Answer
from clausewatch.desk.failures import problem
from clausewatch.output.json_rows import Row, as_json_line

PREFIX = "/api/v1"

MEDIA_TYPE = "application/json"

Documented = dict[int | str, dict[str, object]]


def api_router(tag: str) -> APIRouter:
    """Return a router for the operations about one subject."""
    return APIRouter(prefix=PREFIX, tags=[tag], generate_unique_id_function=_operation_id)


def _operation_id(route: APIRoute) -> str:
    return f"{route.tags[0]}_{route.name}"


def documented(model: type[Answer], status: int = 200) -> Documented:
    """Return the documentation of a successful answer."""
    return {status: {"model": model, "description": (model.__doc__ or "").strip()}}


def answer(request: Request, row: Row, *, status: int = 200) -> Response:
    """Return a row as JSON. If the program has the same answer already, return only the status 304."""
    content = as_json_line(row).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.method == "GET" and tag in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers={"etag": tag})
    return Response(content, status, headers={"etag": tag}, media_type=MEDIA_TYPE)


def page_of(page: Page[object], name: str, rows: list[Row]) -> Row:
    """Return a page of a list. `next` is the parameter `after` of the next page, or null."""
    return {name: rows, "next": page.next}


def unanswerable(detail: str) -> Response:
    """Refuse a request whose parameters are valid, but contradict each other."""
    return problem(400, "unanswerable", detail)


def _tags(header: str) -> list[str]:
    """Return the entity tags in a header. A weak tag counts as the same tag, as RFC 9110 asks for GET."""
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]
