"""Sends a signed webhook. It sends exact bytes with a signature, in a single request.

The headers follow the Standard Webhooks specification (https://www.standardwebhooks.com), for which most languages have
libraries. `Idempotency-Key` lets a receiver recognise a repeated message.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from notifier.texts.sanitize import inert

VERSION = 1
"""Version of the body's format. Within a version, new keys may be added, but no key is removed or changes its
meaning.
"""

SHORTEST_SECRET = 16
"""Minimum length of a secret in characters. A shorter secret could be guessed."""

ANSWER = 300
"""Maximum number of bytes that are read of a receiver's response."""

LONGEST_WAIT = timedelta(hours=24)
"""Upper limit for a receiver's Retry-After."""

PASSING = (408, 425, 429)
"""Statuses from 400 to 499 that report a temporary failure: the request was too slow, came too early, or exceeded a
rate limit.
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The receiver of a webhook."""

    url: str = field(repr=False)
    """An http or https URL without our secret. It may contain a token of the receiver."""
    secret: str = field(repr=False)
    verify: bool = True
    """Whether the certificate is checked."""
    _: KW_ONLY
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    """Time limit for each part of the response, in seconds."""


class WebhookRefusedError(Exception):
    """The receiver responded but did not accept the message."""

    def __init__(self, status: int, answer: str, wait: timedelta | None = None) -> None:
        super().__init__(_sentence(status, answer))
        self.status = status
        self.permanent = 400 <= status < 500 and status not in PASSING
        """Whether another attempt is useless because the request is wrong."""
        self.wait = wait
        """The wait from the receiver's Retry-After, at most `LONGEST_WAIT`. None if there was no such header."""


def encode_body(content: dict[str, Any]) -> bytes:
    """Return the bytes of a message, which are the same for every attempt.

    The bytes are ASCII and contain no markup characters of HTML, because a receiver may put the text into a page."""
    text = json.dumps({"version": VERSION, **content}, sort_keys=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("ascii")


def signed_headers(key: str, content: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of a request. The signature covers the key, the time in Unix seconds and the exact bytes."""
    moment = str(int(now.timestamp()))
    signed = b".".join([key.encode(), moment.encode(), content])
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Clausewatch",
        "Idempotency-Key": key,
        "webhook-id": key,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def post_signed(endpoint: Endpoint, key: str, content: bytes, now: datetime) -> None:
    """Post a message to a receiver once. Redirects and proxies of the environment are ignored.

    Raises WebhookRefusedError if the receiver refuses the message. Raises requests.RequestException if there is no
    response.
    """
    with requests.Session() as session:
        session.trust_env = False
        with session.post(
            endpoint.url,
            data=content,
            headers=signed_headers(key, content, endpoint.secret, now),
            verify=endpoint.verify,
            timeout=(endpoint.connect_timeout, endpoint.read_timeout),
            allow_redirects=False,
            stream=True,
        ) as answer:
            if not 200 <= answer.status_code < 300:
                beginning = _beginning(answer)
                raise WebhookRefusedError(
                    answer.status_code, beginning, asked_wait(answer.headers.get("Retry-After"), now)
                )


def asked_wait(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header, in seconds or as a date (RFC 9110, 10.2.3). The result is at most `LONGEST_WAIT`."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def _key(secret: str) -> bytes:
    """Return the signing key. If the secret begins with `whsec_`, the rest is the key in base64, as in the
    specification. Otherwise the key is the text itself."""
    if secret.startswith("whsec_"):
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return secret.encode()


def checked_secret(secret: str) -> str | None:
    """Return the problem of a secret, or None."""
    if len(secret) < SHORTEST_SECRET:
        return f"its secret has fewer than {SHORTEST_SECRET} characters: make one with `openssl rand -hex 32`"
    try:
        _key(secret)
    except ValueError:
        return "its secret begins with whsec_, but what follows is not base64"
    return None


def _beginning(answer: requests.Response) -> str:
    try:
        return next(answer.iter_content(ANSWER), b"").decode("utf-8", "replace")
    except requests.RequestException:
        return ""  # the status alone decides


def _sentence(status: int, answer: str) -> str:
    words = inert(answer)
    sentence = f"the receiver answered {status}" + (f" {words}" if words else "")
    if 300 <= status < 400:
        return f"{sentence}; a redirect is not followed: write the address that it leads to"
    return sentence
