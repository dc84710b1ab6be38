"""The table `[desk]` of the configuration file, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StrictInt, model_validator

from clausewatch.config.quantities import Duration, Size
from clausewatch.config.tables import Name, Table, between, bytes_text, seconds_text, web_address, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """Settings of the desk, which `clausewatch serve` opens."""

    host: str = "127.0.0.1"
    """IP address of this machine at which the desk answers."""
    port: int = 8140
    public_url: str | None = None
    """Address at which browsers reach the desk, without a slash at the end. None if only this machine uses the desk."""
    contact: str = ""
    """Person or address that can be asked for access. It is shown to people who are not signed in."""
    session_idle: timedelta = timedelta(hours=8)
    """Time without a request after which a session ends."""
    session_max: timedelta = timedelta(days=7)
    """Time after which a session ends even if it is used."""
    max_body: int = 64_000
    """Maximum size of a request's body in bytes."""
    keep_access: timedelta = timedelta(days=400)
    """Time for which the access log is kept."""
    api_requests: int = 600
    """Maximum number of requests that are answered in a minute for each token of a program."""

    @property
    def address(self) -> str:
        """The address of the desk for links, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"


_DESK = DeskSettings()


def _public_url(value: str) -> str:
    """Return the address without a slash at the end. Raises ValueError if the address has a path, or if browsers would
    send passwords to it without encryption.
    """
    parts = urlsplit(web_address(value))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("has more than a host and a port: write it like https://desk.example.org")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("would send passwords unencrypted: begin it with https://")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(value: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        raise ValueError("is not an IP address of this machine: write 127.0.0.1, or 0.0.0.0 for all of them") from None
    return value


class DeskTable(Table):
    """The table `[desk]`."""

    host: Annotated[str, AfterValidator(_address)] = _DESK.host
    port: Annotated[StrictInt, whole(1, 65_535)] = _DESK.port
    public_url: Annotated[str, AfterValidator(_public_url)] | None = None
    contact: Name | None = None
    session_idle: Annotated[Duration, between(60, 30 * 86_400, seconds_text)] = _DESK.session_idle
    session_max: Annotated[Duration, between(300, 90 * 86_400, seconds_text)] = _DESK.session_max
    max_body: Annotated[Size, between(16_384, 1_000_000, bytes_text)] = _DESK.max_body
    keep_access: Annotated[Duration, between(86_400, 10 * 366 * 86_400, seconds_text)] = _DESK.keep_access
    api_requests: Annotated[StrictInt, whole(1, 100_000)] = _DESK.api_requests

    @model_validator(mode="after")
    def _can_be_reached_safely(self) -> DeskTable:
        if self.public_url is None and not is_loopback(self.host):
            raise ValueError(
                "has a `host` that others can reach, but no `public_url`: name the https address of the desk"
            )
        return self

    def settings(self) -> DeskSettings:
        """Return the settings of the desk."""
        return DeskSettings(**{**dict(self), "contact": self.contact or ""})
