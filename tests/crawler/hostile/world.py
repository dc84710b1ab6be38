"""Runs the servers of a sealed network: a web server that answers at every address and records all requests, and a name
server.
"""

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
"""Function that returns the response for a Host header and a path, or None for the usual response."""
PORT = 8080
TLS_PORT = 8443
PAGE = (
    b"<html><body><h1>Privacy policy</h1><p>We share your data with nobody, and keep it for a week.</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived at the web server."""

    address: str
    """The IP address to which the request was sent."""
    host: str
    """The Host header of the request."""
    path: str
    headers: dict[str, str]
    """Headers of the request. Their names are in lower case."""


@dataclass
class World:
    """All connections, requests and queries that the servers got."""

    accepted: list[str] = field(default_factory=list)
    """The address of each accepted connection, even if no request followed."""
    asked: list[Asked] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    """Duration, in seconds, for which the client read the last attack of each host."""
    queries: Counter[str] = field(default_factory=Counter)
    """Number of queries to the name server, by name and type."""

    def inside(self) -> list[str]:
        """Return the internal addresses to which a client connected."""
        return [address for address in self.accepted if address not in PUBLIC]


def through(hops: int, target: str) -> str:
    """Return a path that redirects `hops` times within its site, and then to the target."""
    return f"/go/{hops}/{quote(target, safe='')}"


def refreshing(target: str) -> str:
    """Return the path of a page with a refresh to the target."""
    return f"/refresh/{quote(target, safe='')}"


def robots_of(target: str) -> str:
    """Return the host of a site whose robots.txt redirects to the target."""
    digits = target.encode().hex()
    return f"robots-{'.'.join(digits[start : start + 50] for start in range(0, len(digits), 50))}.test"


@contextlib.contextmanager
def world(context: ssl.SSLContext | None, attack: Attack = lambda host, path: None) -> Iterator[World]:
    """Run the web server on `PORT`, and the name server. If `context` is given, also run a TLS server on `TLS_PORT`.

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
    """Return a web server for all addresses of one family, IPv4 or IPv6."""
    server = Listener(host, port)
    server.found, server.context, server.attack = found, context, attack
    return server


class Handler(BaseHTTPRequestHandler):
    """Records a request and the address to which it was sent, and sends the response."""

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
        """Send a stream. Then wait until the client closes the connection or the time is over."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            for piece in stream:
                self.wfile.write(piece)
            self.wfile.flush()
            self.request.shutdown(socket.SHUT_WR)
            self.request.recv(1)

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        # Each connection is closed after its response, so that the next request resolves the name again.
        for name, value in (headers | {"Content-Length": str(len(body)), "Connection": "close"}).items():
            self.send_header(name, value.encode().decode("latin-1"))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Write no log."""


class Listener(socketserver.ThreadingTCPServer):
    """A web server for all addresses of one family."""

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
        """Write no log. It is normal here that clients close connections early."""


def plain(address: str) -> str:
    """Return an address in its shortest form, without the interface of a link-local address."""
    return str(ip_address(address.partition("%")[0]))


def answer(host: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Return the status, the headers and the body of the usual response to a request."""
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
    """Return the cookie that a response sets. The value of the cookie names the host and the path of the response."""
    return f"session={f'{host} {path}'.encode().hex()}"


def names(found: World) -> socketserver.UDPServer:
    """Return a name server. The name itself determines the answer. Answers must not be cached.

    A name in `is.test` has the address that the name contains, which is written with hyphens or in hexadecimal digits.
    The name `name-silent.test` gets no answer. The names in `turns.test`, such as `good-1.turns.test`, alternate
    between a public and an internal address. The names in `both.test` have both addresses at once. All other names have
    public addresses.
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
    """Return the addresses that a query for a name and a type of record gets now."""
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
    """Return the addresses that a changing name has. The addresses depend on `time`, which is the number of the
    query.
    """
    order, number = label.split("-")
    inner = ip_address(INNER[int(number) % len(INNER)])
    good = [ip_address(each) for each in PUBLIC]
    if rest == "both.test":
        return [inner, *good] if order == "bad" else [*good, inner]
    return [inner] if (time % 2 == 1) == (order == "bad") else good


def record(name: str, address: IPv4Address | IPv6Address) -> dns.RRHeader:
    """Return a DNS record that must not be cached."""
    of_four = isinstance(address, IPv4Address)
    kind: Any = dns.Record_A if of_four else dns.Record_AAAA
    payload = kind(str(address), ttl=0)
    return dns.RRHeader(name, dns.A if of_four else dns.AAAA, payload=payload, ttl=0)


def named(address: str) -> str:
    """Return a host name that resolves only to this address."""
    return f"{ip_address(address).packed.hex()}.is.test"
