"""One HTTP request past the address guard: for what is no page of a policy."""

from __future__ import annotations

import socket
import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from clausewatch.errors import ClausewatchError
from crawler.addresses import AllowList, is_public

CHUNK = 8192


class RequestError(ClausewatchError):
    """A request got no answer that can be used."""


def post(url: str, body: bytes, content_type: str, allowed: AllowList, *, timeout: float, limit: int) -> bytes:
    """Send a body and return that of the answer, which must have the status 200. No redirect is followed.

    `timeout` is in seconds, for the whole of it; `limit` is the largest answer in bytes. Raises RequestError.
    """
    deadline = time.monotonic() + timeout
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeout, allowed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, {"Content-Type": content_type, "Connection": "close"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise RequestError(f"{url} answered with the HTTP status {answer.status}")
        content = b""
        while chunk := answer.read1(CHUNK):
            content += chunk
            if len(content) > limit:
                raise RequestError(f"{url} answered with more than {limit:,} bytes")
            if time.monotonic() > deadline:
                raise RequestError(f"{url} did not answer within {timeout:g} s")
    except (OSError, HTTPException) as error:
        raise RequestError(f"{url} cannot be asked: {error or type(error).__name__}") from error
    finally:
        connection.close()
    return content


def _connection(scheme: str, host: str, port: int | None, timeout: float, allowed: AllowList) -> HTTPConnection:
    if scheme == "https":
        return _GuardedTls(host, port, timeout, allowed)
    return _Guarded(host, port, timeout, allowed)


class _Guarded(HTTPConnection):
    """Connects to an address only where a public host can have it, or where the user opened it."""

    def __init__(self, host: str, port: int | None, timeout: float, allowed: AllowList) -> None:
        super().__init__(host, port, timeout=timeout)
        self.allowed = allowed

    def connect(self) -> None:
        self.sock = guarded_socket(self.host, self.port, self.timeout or 0.0, self.allowed)


class _GuardedTls(HTTPSConnection):
    """The same with TLS, whose certificate must be the host's."""

    def __init__(self, host: str, port: int | None, timeout: float, allowed: AllowList) -> None:
        self.trust = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self.trust)
        self.allowed = allowed

    def connect(self) -> None:
        plain = guarded_socket(self.host, self.port, self.timeout or 0.0, self.allowed)
        self.sock = self.trust.wrap_socket(plain, server_hostname=self.host)


def guarded_socket(host: str, port: int, timeout: float, allowed: AllowList) -> socket.socket:
    """Connect to the first address of a host that may be connected to. Raises OSError, RequestError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(place[0]) for *_, place in found]
    open_ones = [address for address in addresses if is_public(address) or allowed.opens(host, address)]
    if not open_ones:
        raise RequestError(
            f"{host} is at {', '.join(dict.fromkeys(addresses))}, which is no public address: if it is your own "
            "network, open it with `allow_private` under [crawl]"
        )
    return socket.create_connection((open_ones[0], port), timeout)
