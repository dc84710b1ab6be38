"""The plugin for signed webhooks: `webhooks://:SECRET@hooks.example.org/path`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import requests
from apprise.plugins.base import NotifyBase

from notifier.channels.outcome import Failed
from notifier.channels.schemes import WEBHOOK
from notifier.channels.signed_post import Endpoint, WebhookRefusedError, checked_secret, encode_body, post_signed
from notifier.texts.message import Message
from notifier.texts.sanitize import inert

OURS = ("cto", "rto", "verify")
"""Parameters of the address that are used here. All other parameters are sent to the receiver."""


class Webhook(NotifyBase):  # type: ignore[no-untyped-call]  # Apprise does not type its `__init_subclass__`
    """A receiver of signed JSON over HTTP."""

    # Apprise does not give these attributes types.
    service_name: Any = "Webhook"
    protocol: Any = WEBHOOK[0]
    secure_protocol: Any = WEBHOOK[1]
    request_rate_per_sec = 0

    message: Message | None = None
    """The message to send. It must be set before Apprise's `notify` is called."""
    channel: str = ""
    """Name of the channel. It is a part of the message's ID, so a message through two channels counts as two
    messages.
    """
    failure: Failed | None = None
    """The reason for the last failure."""

    def __init__(self, address: str, secret: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]  # Apprise does not type it
        if self.user:
            raise ValueError("write its secret after a colon: webhooks://:SECRET@host/path")
        if problem := checked_secret(secret):
            raise ValueError(problem)
        self.address = address
        self.secret = secret

    @staticmethod
    def parse_url(url: str, *options: Any, **named: Any) -> dict[str, Any] | None:
        """Return the parts of an address, or None if the address is invalid."""
        results: dict[str, Any] | None = NotifyBase.parse_url(url)
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return None
        if results is None or not host:
            return None
        scheme = "http" if parts.scheme.lower() == WEBHOOK[0] else "https"
        login, _, host_and_port = parts.netloc.rpartition("@")
        asked = [(name, value) for name, value in parse_qsl(parts.query, True) if name.lower() not in OURS]
        results["address"] = parts._replace(
            scheme=scheme, netloc=host_and_port, query=urlencode(asked), fragment=""
        ).geturl()
        results["secret"] = unquote(login.partition(":")[2])
        return results

    def url(self, privacy: bool = False, *_: Any, **__: Any) -> str:
        """Return the address without its secret, for Apprise's own use."""
        return f"{self.secure_protocol}://{self.host}"

    def send(self, body: str, title: str = "", notify_type: Any = None, **_: Any) -> bool:
        """Send `message`. Apprise's arguments are ignored, because they contain the message in only one form."""
        if self.message is None:
            raise ValueError("there is no message to send")
        now = datetime.now(UTC)
        try:
            post_signed(self._endpoint(), self.key(self.message), content(self.message), now)
        except WebhookRefusedError as error:
            again = now + error.wait if error.wait is not None else None
            self.failure = Failed(
                str(error), permanent=error.permanent, unreachable=error.status == 429, not_before=again
            )
        except requests.RequestException as error:
            self.failure = Failed(f"no answer from {self.host}: {_why(error)}", unreachable=True)
        else:
            self.failure = None
        return self.failure is None

    def key(self, message: Message) -> str:
        """Return the stable ID of a message for this channel."""
        return hashlib.sha256(f"{message.key}\n{self.channel}".encode()).hexdigest()[:32]

    def _endpoint(self) -> Endpoint:
        return Endpoint(
            self.address,
            self.secret,
            self.verify_certificate,
            connect_timeout=self.socket_connect_timeout,
            read_timeout=self.socket_read_timeout,
        )


def content(message: Message) -> bytes:
    """Return the body of a message."""
    return encode_body(
        {
            "id": message.key,
            "kind": message.kind,
            "subject": message.subject,
            "text": message.text,
            **_inert(message.facts),
        }
    )


def _inert(value: Any) -> Any:
    """Return a structure in which all texts have been cleaned with `inert`."""
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, Mapping):
        return {inert(key): _inert(child) for key, child in value.items()}
    return [_inert(child) for child in value] if isinstance(value, list | tuple) else value


def _why(error: requests.RequestException) -> str:
    """Return a short reason for an error. The error's own text would contain object addresses and the whole path."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its TLS certificate or connection was refused"
    if isinstance(error, requests.exceptions.Timeout):
        return "it took too long"
    return "the connection was refused or broke off"
