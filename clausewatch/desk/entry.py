"""Decides who may use a route. Finds out who sent a request, and which permissions this person has."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from archive.access.people import Person, Role
from archive.access.sessions import signed_in, touch_session
from archive.access.tokens import token_holder
from archive.storage.read_only import ServedArchive
from clausewatch.config import Configuration
from clausewatch.desk.guesses import Guesses

Permission = Literal["see", "review", "audit", "operate"]

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        "reader": frozenset({"see"}),
        "reviewer": frozenset({"see", "review"}),
        "auditor": frozenset({"see", "audit"}),
        "operator": frozenset({"see", "review", "audit", "operate"}),
    }
)
"""Permissions of each role. `audit` allows reading the access log and downloading evidence."""

FORM = "form_key"
"""Name of the form field that proves that a form came from one of our pages."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The objects that all routes share."""

    configuration: Configuration
    archive: ServedArchive
    guesses: Guesses

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the desk by https."""
        return self.configuration.desk.address.startswith("https://")

    @property
    def cookie(self) -> str:
        """Name of the session's cookie. If the desk uses https, the name begins with `__Host-`. Browsers then accept
        the cookie only by https, and only from this host.
        """
        return "__Host-clausewatch" if self.is_secure else "clausewatch"

    @property
    def browser_cookie(self) -> str:
        """Name of the cookie of a browser in which a person has signed in before."""
        return f"{self.cookie}-browser"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person or program that sent a request."""

    person: Person | None
    """The person who is signed in. None if nobody is signed in."""
    session: int | None
    """Number of the session. None if the visitor came with a token or a secret address."""
    secret: str
    """Value of the session's cookie. If the browser has no cookie yet, this is a new secret. For programs it is ""."""

    @property
    def form_key(self) -> str:
        """The value of the form field `FORM` on this visitor's pages."""
        return hashlib.sha256(f"form {self.secret}".encode()).hexdigest()

    @property
    def name(self) -> str:
        """Name of the person, or ""."""
        return "" if self.person is None else self.person.name

    def may(self, permission: Permission) -> bool:
        """Whether the visitor has a permission."""
        return self.person is not None and permission in PERMISSIONS[self.person.role]


class SignInNeededError(Exception):
    """The visitor is not signed in, or the session has ended."""


class NotAllowedError(Exception):
    """The person's role does not allow this."""


class BadFormError(Exception):
    """A form did not come from one of our pages, or the session ended after its page was shown."""


def desk_of(request: Request) -> Desk:
    """Return the objects that all routes share."""
    desk = request.app.state.desk
    if not isinstance(desk, Desk):
        raise TypeError(f"{desk!r} is not a desk")
    return desk


@dataclass(frozen=True)
class PageDoor:
    """Lets people use a page. A request that changes something must come from a form on one of our pages."""

    permission: Permission | None
    """Permission that the visitor needs. None if everybody is let in."""

    async def __call__(self, request: Request) -> Visitor:
        desk = desk_of(request)
        secret = request.cookies.get(desk.cookie, "")
        visitor = await run_in_threadpool(_visitor, desk, secret)
        if request.method not in ("GET", "HEAD"):
            await _require_own_form(request, visitor)
        if self.permission is not None:
            _require(visitor, self.permission)
        return visitor


@dataclass(frozen=True)
class ProgramDoor:
    """Lets programs in if they send a token. Cookies are ignored, so another site cannot send requests in a person's
    name.
    """

    permission: Permission

    def __call__(self, request: Request) -> Visitor:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        archive, person = desk_of(request).archive, None
        if scheme.lower() == "bearer" and secret:
            person = token_holder(archive.reader, secret.strip(), datetime.now(UTC))
        visitor = Visitor(person, None, "")
        _require(visitor, self.permission)
        return visitor


def _visitor(desk: Desk, secret: str) -> Visitor:
    now, idle = datetime.now(UTC), desk.configuration.desk.session_idle
    who = signed_in(desk.archive.reader, secret, now, idle) if secret else None
    if who is None:
        return Visitor(None, None, secret or secrets.token_urlsafe(32))
    if who.should_touch(now):
        touch_session(desk.archive.writer, who.session, now)
    return Visitor(who.person, who.session, secret)


def _require(visitor: Visitor, permission: Permission) -> None:
    if visitor.person is None:
        raise SignInNeededError
    if not visitor.may(permission):
        raise NotAllowedError


async def _require_own_form(request: Request, visitor: Visitor) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise BadFormError
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadFormError
    form = await request.form()
    if any("\0" in value for value in form.values() if isinstance(value, str)):
        raise HTTPException(422)  # no field needs such a character, and PostgreSQL cannot store it
    given = form.get(FORM)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), visitor.form_key.encode()):
        raise BadFormError
