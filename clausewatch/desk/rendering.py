"""Renders the desk's pages from templates, in the reader's language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from importlib.resources import files
from typing import IO
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from jinja2 import Environment
from starlette.background import BackgroundTask

from archive.access.people import Permission
from clausewatch.desk.entry import FORM, Desk, Visitor, desk_of
from clausewatch.output.html import page_templates
from clausewatch.output.redline_words import body, heading, is_kept
from clausewatch.output.terminal import printable
from clausewatch.output.times import stamp
from languages import language_name, languages_with
from notifier.texts.phrases import Phrases, phrases_for

STATIC: Mapping[str, str] = {"desk.css": "text/css", "desk.svg": "image/svg+xml", "keys.js": "text/javascript"}
"""The static files that pages load, and their media types."""

MENU: tuple[tuple[str, str, Permission], ...] = (
    ("/", "inbox", "see"),
    ("/policies", "policies", "see"),
    ("/search", "search", "see"),
    ("/calendar", "calendar", "see"),
    ("/report", "report", "see"),
    ("/deliveries", "deliveries", "see"),
    ("/watch", "watch", "see"),
    ("/access", "access", "audit"),
    ("/people", "people", "operate"),
    ("/tokens", "tokens", "operate"),
    ("/account", "account", "see"),
)
"""The pages in the menu. Each has an address, a name, and the permission that a visitor needs."""

PIECE = 65_536
"""Number of bytes of a file that are sent at a time."""

_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""Matches an address on this server: a path without a host, in ASCII and without a backslash."""


def local_address(text: str, default: str = "/") -> str:
    """Return an address if it is on this server. Otherwise return `default`, so that a form cannot lead people to
    another site.
    """
    return text if _LOCAL.fullmatch(text) else default


def with_query(address: str, fragment: str = "", **values: str) -> str:
    """Return a local address with changed values in its query, and with a new fragment. An empty value is removed from
    the query.
    """
    parts = urlsplit(address)
    kept = [pair.partition("=") for pair in parts.query.split("&") if pair]
    query = "&".join(f"{name}={value}" for name, _, value in kept if name not in values)
    added = urlencode({name: value for name, value in values.items() if value})
    whole = "&".join(part for part in (query, added) if part)
    return parts._replace(query=whole, fragment=fragment).geturl()


def redirect(address: str) -> RedirectResponse:
    """Return a redirect after a POST. If the reader then reloads the page, the form is not sent again."""
    return RedirectResponse(address, status_code=303)


def download(content: bytes, name: str, media_type: str) -> Response:
    """Return a file that the browser saves. Characters that a file name should not have are replaced in `name`."""
    return Response(content, media_type=media_type, headers=_saving(name))


def download_file(content: IO[bytes], name: str, media_type: str, *, then: Callable[[], None]) -> Response:
    """Return an open file that the browser saves. `then` closes the file after it was sent."""
    return StreamingResponse(
        iter(partial(content.read, PIECE), b""),
        media_type=media_type,
        headers=_saving(name),
        background=BackgroundTask(then),
    )


def _saving(name: str) -> dict[str, str]:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "file"
    return {"content-disposition": f'attachment; filename="{plain}"', "cache-control": "no-store"}


def phrases_of(request: Request, visitor: Visitor) -> Phrases:
    """Return the phrases in the visitor's language. If the person has not chosen a language, the desk uses the first
    language that the browser accepts and for which the desk has phrases.
    """
    offered = languages_with("desk")
    if visitor.person is not None and visitor.person.language in offered:
        return phrases_for(visitor.person.language, visitor.person.zone, further="desk")
    wanted = [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return phrases_for(next((code for code in wanted if code in offered), "en"), further="desk")


def page(
    request: Request,
    visitor: Visitor,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **answer: object,
) -> Response:
    """Return a page made from a template. All texts are escaped."""
    desk, phrases = desk_of(request), phrases_of(request, visitor)
    content = (
        _environment()
        .get_template(template)
        .render(
            visitor=visitor,
            phrases=phrases,
            t=partial(_say, phrases),
            form_name=FORM,
            path=request.url.path,
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            with_query=with_query,
            menu=[(address, name) for address, name, permission in MENU if visitor.may(permission)],
            **answer,
        )
    )
    response = HTMLResponse(content, status, headers=dict(headers or {}))
    keep_cookie(request, response, desk, visitor)
    return response


def keep_cookie(request: Request, response: Response, desk: Desk, visitor: Visitor) -> None:
    """Set the session's cookie if the browser does not have it yet. Form keys are made from its secret."""
    if visitor.secret and request.cookies.get(desk.cookie) != visitor.secret:
        set_cookie(response, desk, desk.cookie, visitor.secret)


def set_cookie(response: Response, desk: Desk, name: str, secret: str, *, seconds: int | None = None) -> None:
    """Set a cookie. Scripts cannot read the cookie. Browsers do not send it when somebody submits a form of another
    site.
    """
    response.set_cookie(name, secret, max_age=seconds, path="/", secure=desk.is_secure, httponly=True, samesite="lax")


@cache
def static_file(name: str) -> tuple[bytes, str]:
    """Return the content of a static file, and a hash of the content."""
    content = files("clausewatch.desk").joinpath("static", name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]


def _static(name: str) -> str:
    return f"/static/{name}?v={static_file(name)[1]}"


def _say(phrases: Phrases, key: str, count: int | None = None, /, **words: object) -> str:
    """Return a phrase of the desk. If a number is given, the phrase is in the singular or the plural."""
    return phrases.say(f"desk.{key}", **words) if count is None else phrases.count(f"desk.{key}", count, **words)


@cache
def _environment() -> Environment:
    environment = page_templates("clausewatch.desk")
    environment.filters.update(visible=printable, iso=_iso)
    environment.globals.update(static=_static, heading=heading, body=body, is_kept=is_kept, language_name=language_name)
    return environment


def _iso(at: datetime | date) -> str:
    """Return a time or a day in the form of the HTML attribute `datetime`."""
    return stamp(at) if isinstance(at, datetime) else at.isoformat()
