"""Decides who may use a route. Finds out who sent a request, and which permissions this person has."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from archive.access.log import note_access
from archive.access.people import PERMISSIONS, Permission, Person
from archive.access.sessions import signed_in, touch_session
from archive.access.tokens import FeedKind, TokenHolder, feed_reader, token_holder, touch_token
from archive.storage.read_only import ServedArchive
from clausewatch.config import Configuration
from clausewatch.desk.guesses import Guesses
from clausewatch.desk.rates import Rates

WRONG_TOKENS = 20
"""Maximum number of wrong tokens from one address that are answered and recorded in a minute. From all addresses
together, five times as many are answered. Further wrong tokens are refused without a record.
"""

FORM = "form_key"
"""Name of the form field that proves that a form came from one of our pages."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The objects that all routes share."""

    configuration: Configuration
    archive: ServedArchive
    guesses: Guesses
    _: KW_ONLY
    rates: Rates = field(default_factory=Rates)
    """Counts the requests of programs."""

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
    _: KW_ONLY
    token: TokenHolder | None = None
    """The token that a program sent. None for people."""

    @property
    def form_key(self) -> str:
        """The value of the form field `FORM` on this visitor's pages."""
        return hashlib.sha256(f"form {self.secret}".encode()).hexdigest()

    @property
    def name(self) -> str:
        """Name of the person, or ""."""
        return "" if self.person is None else self.person.name

    def may(self, permission: Permission) -> bool:
        """Whether the visitor has a permission. A program has only permissions that its token and the token's person
        both have.
        """
        roles = [holder.role for holder in (self.person, self.token) if holder is not None]
        return self.person is not None and all(permission in PERMISSIONS[role] for role in roles)


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
        desk, now = desk_of(request), datetime.now(UTC)
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise SignInNeededError
        holder = token_holder(desk.archive.reader, secret.strip(), now)
        if holder is None:
            _refuse_token(request, desk, now)
        else:
            desk.rates.take({f"token {holder.token}": desk.configuration.desk.api_requests})
            if holder.should_touch(now):
                touch_token(desk.archive.writer, holder.token, now)
        visitor = Visitor(None if holder is None else holder.person, None, "", token=holder)
        _require(visitor, self.permission)
        return visitor


@dataclass(frozen=True)
class FeedDoor:
    """Lets in feed readers and calendar programs. They cannot send headers, so their address has a secret. A wrong
    secret is answered as any address that does not exist. A secret has 256 random bits, so guesses need no limit.
    """

    kind: FeedKind
    permission: Permission = "see"

    def __call__(self, request: Request) -> Visitor:
        person = feed_reader(desk_of(request).archive.reader, str(request.path_params.get("secret", "")), self.kind)
        if person is None:
            raise HTTPException(404)
        visitor = Visitor(person, None, "")
        _require(visitor, self.permission)
        return visitor


def _refuse_token(request: Request, desk: Desk, now: datetime) -> None:
    """Count a token that does not exist, and record it in the access log. Raises TooOftenError if too many such tokens
    came from the same address. A valid token is always accepted, because guesses do not use up its requests.
    """
    address = request.client.host if request.client else ""
    desk.rates.take({f"wrong token from {address}": WRONG_TOKENS, "wrong token": 5 * WRONG_TOKENS})
    note_access(desk.archive.writer, now, "", "token refused")


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
