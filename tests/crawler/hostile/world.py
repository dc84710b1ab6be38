"""Servers of a sealed network: one at every address, which records its clients, and a name server."""

from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import quote, unquote

from twisted.names import dns

PUBLIC4 = "11.22.33.44"
PUBLIC6 = "2600:1f00::44"
PUBLIC = (PUBLIC4, PUBLIC6)
"""Addresses of a public host. All other addresses are internal."""
Attack = Callable[[str, str], Iterator[bytes] | None]
"""Returns a response for the Host header and the path, or None for the usual response."""
PORT = 8080
TLS_PORT = 8443
PAGE = (
    b"<html><body><h1>Privacy policy</h1><p>We share your data with nobody, and keep it for a week.</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    address: str
    """The address in the world to which it was sent."""
    host: str
    """The Host header."""
    path: str
    headers: dict[str, str]
    """Headers, with names in lower case."""


@dataclass
class World:
    """Connections and requests, by address."""

    accepted: list[str] = field(default_factory=list)
    """Address of each accepted connection, with or without a request."""
    asked: list[Asked] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    """Time for which the client listened to each host's last attack."""
    queries: Counter[str] = field(default_factory=Counter)
    """Number of queries for each name."""

    def inside(self) -> list[str]:
        """Return the internal addresses that were connected to."""
        return [address for address in self.accepted if address not in PUBLIC]


def through(hops: int, target: str) -> str:
    """Return a path that redirects this many times within its site, and then to the target."""
    return f"/go/{hops}/{quote(target, safe='')}"


def refreshing(target: str) -> str:
    """Return the path of a page that sends the browser on to the target."""
    return f"/refresh/{quote(target, safe='')}"


def robots_of(target: str) -> str:
    """Return the host of a site whose robots.txt redirects to the target."""
    digits = target.encode().hex()
    return f"robots-{'.'.join(digits[start : start + 50] for start in range(0, len(digits), 50))}.test"


@contextlib.contextmanager
def world(context: ssl.SSLContext | None, attack: Attack = lambda host, path: None) -> Iterator[World]:
    """Run the server on `PORT`, with a context also a TLS server on another port, and the name server.

    If `attack` returns a stream for a host and a path, the stream is sent unchanged.
    """
    found = World()
    servers: list[socketserver.BaseServer] = [names(found)]
    for host in ("0.0.0.0", "::"):  # noqa: S104 - of a network without a way in
        servers.append(listener(found, host, PORT, None, attack))
        if context is not None:
            servers.append(listener(found, host, TLS_PORT, context, attack))
    threads = [threading.Thread(target=each.serve_forever, kwargs={"poll_interval": 0.02}) for each in servers]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


def listener(
    found: World, host: str, port: int, context: ssl.SSLContext | None, attack: Attack
) -> socketserver.BaseServer:
    """Return a server for all addresses of one family."""
    server = Listener(host, port)
    server.found, server.context, server.attack = found, context, attack
    return server


class Handler(BaseHTTPRequestHandler):
    """Records the address and the request, and answers."""

    protocol_version = "HTTP/1.1"
    timeout = 20
    server: Listener

    def setup(self) -> None:
        self.address = plain(self.request.getsockname()[0])
        self.server.found.accepted.append(self.address)
        if self.server.context is not None:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("host", "")
        self.server.found.asked.append(Asked(self.address, host, self.path, headers))
        stream = self.server.attack(host, self.path)
        if stream is None:
            self.reply(*answer(host, self.path))
        else:
            began = time.monotonic()
            self.pour(stream)
            self.server.found.seconds[host] = time.monotonic() - began

    def pour(self, stream: Iterator[bytes]) -> None:
        """Send a stream. Wait until the other side closes the connection or time is over."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            for piece in stream:
                self.wfile.write(piece)
            self.wfile.flush()
            self.request.shutdown(socket.SHUT_WR)
            self.request.recv(1)

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        # Connections are closed each time, so that the next request resolves its name again.
        for name, value in (headers | {"Content-Length": str(len(body)), "Connection": "close"}).items():
            self.send_header(name, value.encode().decode("latin-1"))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Write no log."""


class Listener(socketserver.ThreadingTCPServer):
    """A server for all addresses of its family."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    found: World
    context: ssl.SSLContext | None
    attack: Attack

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()

    def handle_error(self, *arguments: object) -> None:
        """Write no log, because clients that leave are expected here."""


def plain(address: str) -> str:
    """Return an address in its shortest form, without the interface of a link-local address."""
    return str(ip_address(address.partition("%")[0]))


def answer(host: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body for a request."""
    if path == "/robots.txt":
        robots = re.match(r"robots-((?:[0-9a-f]{2}\.?)+)", host)
        return (
            (302, {"Location": bytes.fromhex(robots[1].replace(".", "")).decode()}, b"") if robots else (404, {}, b"")
        )
    _, kind, *rest = path.split("/", 3)
    cookies = {"Set-Cookie": f"{setter(host, path)}; Path=/", "ETag": '"v1"', "Content-Type": "text/html"}
    if kind == "go":
        hops, target = int(rest[0]), rest[1]
        return 302, cookies | {"Location": unquote(target) if hops == 1 else f"/go/{hops - 1}/{target}"}, b""
    if kind == "refresh":
        target = unquote(rest[0]).replace('"', "&quot;")
        return 200, cookies, f'<html><head><meta http-equiv="refresh" content="0; url={target}"></head></html>'.encode()
    return 200, cookies, PAGE


def setter(host: str, path: str) -> str:
    """Return the cookie of a response. Its value names the host and path that set it."""
    return f"session={f'{host} {path}'.encode().hex()}"


def names(found: World) -> socketserver.UDPServer:
    """Return a name server that derives its answers from the names, with a time to live of zero.

    `ADDRESS.is.test`, with hyphens or hexadecimal digits, has that address. `name-silent.test` gets no answer.
    `good-bad-N.turns.test` alternates between a public and an internal address; with `both` instead of `turns` it has
    both at once. All other names have the public addresses.
    """

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, out = self.request
            message = dns.Message()
            message.fromStr(data)
            query = message.queries[0]
            name = query.name.name.decode().lower()
            if name == "name-silent.test":
                return
            found.queries[f"{name} {query.type}"] += 1
            message.answer = 1
            message.answers = [record(name, each) for each in resolved(name, query.type, found.queries)]
            out.sendto(message.toStr(), self.client_address)

    return socketserver.ThreadingUDPServer(("127.0.0.1", 53), Handler)


def resolved(name: str, kind: int, queries: Counter[str]) -> list[IPv4Address | IPv6Address]:
    """Return the addresses that a name has now for one type of record."""
    label, _, rest = name.partition(".")
    if rest == "is.test":
        found = [ip_address(int(label, 16)) if len(label) == 8 else IPv6Address(int(label, 16))]
    elif rest in ("turns.test", "both.test"):
        found = changing(label, rest, queries[f"{name} {kind}"])
    elif name.endswith(".test"):
        found = [ip_address(each) for each in PUBLIC]
    else:
        found = []
    wanted = IPv4Address if kind == dns.A else IPv6Address if kind == dns.AAAA else ()
    return [each for each in found if isinstance(each, wanted)]


INNER = ("127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00:ec2::254")


def changing(label: str, rest: str, time: int) -> list[IPv4Address | IPv6Address]:
    """Return the addresses of a changing name for its first, second, ... query."""
    order, number = label.split("-")
    inner = ip_address(INNER[int(number) % len(INNER)])
    good = [ip_address(each) for each in PUBLIC]
    if rest == "both.test":
        return [inner, *good] if order == "bad" else [*good, inner]
    return [inner] if (time % 2 == 1) == (order == "bad") else good


def record(name: str, address: IPv4Address | IPv6Address) -> dns.RRHeader:
    """Return a resource record that must not be cached."""
    of_four = isinstance(address, IPv4Address)
    kind: Any = dns.Record_A if of_four else dns.Record_AAAA
    payload = kind(str(address), ttl=0)
    return dns.RRHeader(name, dns.A if of_four else dns.AAAA, payload=payload, ttl=0)


def named(address: str) -> str:
    """Return a host name that has only this address."""
    return f"{ip_address(address).packed.hex()}.is.test"
