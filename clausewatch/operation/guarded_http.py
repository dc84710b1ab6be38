"""Makes single HTTP requests for other purposes than fetching policies, for example to a watchdog. They may connect to
the same addresses as a crawl.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from clausewatch.errors import ClausewatchError
from crawler.network.addresses import AllowList, is_public

CHUNK = 8192


class RequestError(ClausewatchError):
    """A request failed, or its response cannot be used."""


def post(url: str, body: bytes, content_type: str, allowed: AllowList, *, timeout: float, limit: int) -> bytes:
    """Send a body, and return the body of the response.

    The response must have the status 200. Redirects are not followed. `timeout` is the maximum duration of the whole
    exchange in seconds. `limit` is the maximum size of the response in bytes. Raises RequestError.
    """
    asked = _Asked(url, "POST", body, headers={"Content-Type": content_type}, shown=url)
    status, content = _answer(asked, allowed, timeout, limit)
    if status != 200:
        raise RequestError(f"{url} answered with the HTTP status {status}")
    return content


def ping(url: str, allowed: AllowList, *, timeout: float) -> None:
    """Request an address. The response must have a 2xx status. The body is not read, and redirects are not followed.

    `timeout` is the maximum duration in seconds. Raises RequestError. Its message names only the host, because the path
    is a secret.
    """
    host = urlsplit(url).hostname or ""
    status, _ = _answer(_Asked(url, "GET", None, headers={}, shown=host), allowed, timeout, 0)
    if not 200 <= status < 300:
        raise RequestError(f"{host} answered with the HTTP status {status}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, and its address in the form that may be shown."""

    url: str = field(repr=False)
    method: str
    body: bytes | None
    _: KW_ONLY
    headers: Mapping[str, str]
    shown: str
    """The address in the form that error messages show."""


def _answer(asked: _Asked, allowed: AllowList, timeout: float, limit: int) -> tuple[int, bytes]:
    """Return the status and body of the response. The body is read only if the status is 200 and `limit` is not 0.

    Raises RequestError.
    """
    deadline = time.monotonic() + timeout
    parts = urlsplit(asked.url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeout=timeout, allowed=allowed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(asked.method, path, asked.body, {**asked.headers, "Connection": "close"})
        with _ending_at(connection, deadline):
            answer = connection.getresponse()
            content = b""
            while limit and answer.status == 200 and (chunk := answer.read1(CHUNK)):
                content += chunk
                if len(content) > limit:
                    raise RequestError(f"{asked.shown} answered with more than {limit:,} bytes")
        if time.monotonic() >= deadline:  # a response that was aborted at the deadline looks complete
            raise TimeoutError
    except (OSError, HTTPException) as error:
        if time.monotonic() >= deadline:
            raise RequestError(f"{asked.shown} did not answer within {timeout:g} s") from error
        raise RequestError(f"{asked.shown} cannot be reached: {error or type(error).__name__}") from error
    finally:
        connection.close()
    return answer.status, content


@contextmanager
def _ending_at(connection: HTTPConnection, deadline: float) -> Iterator[None]:
    """Abort the connection at the deadline.

    The socket's timeout is not enough, because it starts again with each received byte.
    """
    opened = connection.sock  # the connection forgets its socket when the response begins

    def end() -> None:
        with suppress(OSError):
            socket.socket.shutdown(opened, socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0.0), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _connection(scheme: str, host: str, port: int | None, timeout: float, allowed: AllowList) -> HTTPConnection:
    if scheme == "https":
        return _GuardedTls(host, port, timeout, allowed)
    return _Guarded(host, port, timeout, allowed)


class _Guarded(HTTPConnection):
    """An HTTP connection that connects only to addresses that are public or that the user allowed."""

    def __init__(self, host: str, port: int | None, timeout: float, allowed: AllowList) -> None:
        super().__init__(host, port, timeout=timeout)
        self.allowed = allowed

    def connect(self) -> None:
        self.sock = guarded_socket(self.host, self.port, self.timeout or 0.0, self.allowed)


class _GuardedTls(HTTPSConnection):
    """An HTTPS connection that connects only to addresses that are public or that the user allowed. The certificate
    must be valid for the host.
    """

    def __init__(self, host: str, port: int | None, timeout: float, allowed: AllowList) -> None:
        self.trust = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self.trust)
        self.allowed = allowed

    def connect(self) -> None:
        plain = guarded_socket(self.host, self.port, self.timeout or 0.0, self.allowed)
        self.sock = self.trust.wrap_socket(plain, server_hostname=self.host)


def guarded_socket(host: str, port: int, timeout: float, allowed: AllowList) -> socket.socket:
    """Connect to the first allowed address of a host. Raises OSError. Raises RequestError if no address is allowed."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(socket_address[0]) for *_, socket_address in answers]
    permitted = [address for address in addresses if is_public(address) or allowed.opens(host, address)]
    if not permitted:
        raise RequestError(
            f"{host} is at {', '.join(dict.fromkeys(addresses))}, which is not a public address: if it is your own "
            "network, allow it with `allow_private` under [crawl]"
        )
    return socket.create_connection((permitted[0], port), timeout)
