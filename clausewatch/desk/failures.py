"""Answers requests that failed. People get a page, and programs get problem details (RFC 9457)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from archive.errors import ArchiveBusyError, NotFoundError, SlowSearchError, StorageError
from clausewatch.desk.entry import BadFormError, NotAllowedError, PageDoor, SignInNeededError, Visitor, desk_of
from clausewatch.desk.rates import TooOftenError
from clausewatch.desk.rendering import page, redirect

API = "/api/"
"""Prefix of the paths for programs."""

DETAILS: Mapping[str, str] = MappingProxyType(
    {
        "sign-in": "Send a valid token in the header `Authorization: Bearer TOKEN`.",
        "forbidden": "The role of the token does not allow this.",
        "missing": "There is nothing at this address.",
        "method": "The address does not support this method.",
        "large": "The body of the request is larger than `max_body` under [desk] allows.",
        "request": "The request is not in the expected form.",
        "form": "The request is not in the expected form.",
        "busy": "Another program holds the archive's lock. Try again later.",
        "storage": "The archive cannot be used now. The page of the desk says why.",
        "defect": "This is a fault of the program. Its log has the details.",
    }
)
"""The explanations of problems for programs, by code. They are used if an error has no explanation of its own."""

_log = logging.getLogger("clausewatch.desk")


def add_failures(app: FastAPI) -> None:
    """Add the handlers of all errors."""
    for kind, (status, key) in {
        NotAllowedError: (403, "forbidden"),
        BadFormError: (403, "form"),
        NotFoundError: (404, "missing"),
        ArchiveBusyError: (503, "busy"),
        StorageError: (503, "storage"),
        SlowSearchError: (503, "slow"),
    }.items():
        app.add_exception_handler(kind, _Failure(status, key))
    app.add_exception_handler(SignInNeededError, _sign_in_needed)
    app.add_exception_handler(TooOftenError, _too_often)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _defect)


class _Failure:
    """Answers one kind of error."""

    def __init__(self, status: int, key: str) -> None:
        self.status, self.key = status, key

    async def __call__(self, request: Request, error: Exception) -> Response:
        detail = str(error) if isinstance(error, NotFoundError | SlowSearchError) else ""
        return await failure(request, self.status, self.key, detail=detail)


async def failure(request: Request, status: int, key: str, *, detail: str = "") -> Response:
    """Return the answer to a request that failed. `key` is the key of the phrases that explain the error."""
    if request.url.path.startswith(API):
        return problem(status, key, detail)
    visitor = await _visitor_of(request, status)
    return await run_in_threadpool(
        page,
        request,
        visitor,
        "failure.html",
        status=status,
        headers={"cache-control": "no-store"},
        key=key,
        detail=detail,
    )


def problem(
    status: int, code: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **further: object
) -> JSONResponse:
    """Return problem details, as RFC 9457 defines them. `code` is a word for programs, from a fixed list."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail or DETAILS[code]}
    sent = {"cache-control": "no-store", **(headers or {})}
    if status == HTTPStatus.UNAUTHORIZED:
        sent["www-authenticate"] = "Bearer"
    return JSONResponse(content | further, status, headers=sent, media_type="application/problem+json")


async def _visitor_of(request: Request, status: int) -> Visitor:
    """Return the visitor. If the archive cannot be used, return a visitor who is not signed in."""
    nobody = Visitor(None, None, request.cookies.get(desk_of(request).cookie, "") or secrets.token_urlsafe(32))
    if status >= 500:
        return nobody
    try:
        asking = Request({**request.scope, "method": "GET"})
        return await PageDoor(None)(asking)
    except StorageError:
        return nobody


async def _sign_in_needed(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(API):
        return problem(401, "sign-in")
    if request.method in ("GET", "HEAD"):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return redirect("/sign-in?to=" + quote(here, safe="/"))
    return await failure(request, 401, "ended")


async def _too_often(request: Request, error: Exception) -> Response:
    wait = error.wait if isinstance(error, TooOftenError) else 60
    most = desk_of(request).configuration.desk.api_requests
    detail = f"A token has at most {most} requests in a minute (`api_requests` under [desk])."
    return problem(429, "often", f"{detail} Try again in {wait} seconds.", headers={"retry-after": str(wait)})


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    keys = {404: "missing", 405: "method", 413: "large"}
    answer = await failure(request, status, keys.get(status, "request"))
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    """Answer a request with invalid parameters. Do not repeat the parameters, because they may be secret."""
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    places = [
        {"where": str(entry["loc"][0]), "name": ".".join(map(str, entry["loc"][1:])), "problem": entry["msg"]}
        for entry in errors
    ]
    if request.url.path.startswith(API):
        return problem(422, "invalid", "Parameters are not in the documented form.", errors=places)
    return await failure(request, 422, "request", detail=", ".join(place["name"] for place in places))


def _without_secret(path: str) -> str:
    """Return a path for the log, without the secret of a link, a feed or a calendar."""
    place = path.split("/", 2)[1]
    return f"/{place}" if place in ("link", "feeds") else path


async def _defect(request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)
    _log.error(
        "a fault of the program at %s %s",
        request.method,
        _without_secret(request.url.path),
        exc_info=error,
    )
    return await failure(request, 500, "defect")
