"""Hostile responses that no friendly server sends. The name of the host determines the response."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial

from tests.crawler.hostile import bombs
from tests.sources import PROJECT

SIZE = (2 << 30) if os.environ.get("CLAUSEWATCH_LONG") else (64 << 20)
"""Size of a decompressed bomb, in bytes."""
SECONDS = 60.0
"""Seconds after which an attacking server gives up."""
PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_bytes()
BEFORE, WITHIN, AFTER = "Sentinel before it.", "Sentinel within it.", "Sentinel after it."
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"

Stream = Iterator[bytes]
Attack = Callable[[str], Stream]
"""Function that returns the pieces of a response for a path."""


def whole(body: bytes, *headers: str) -> Attack:
    lines = "".join(f"{line}\r\n" for line in headers).encode()
    return lambda _: iter([OK + lines + f"Content-Length: {len(body)}\r\n\r\n".encode(), body])


def coded(body: bytes, coding: str) -> Attack:
    return whole(body, f"Content-Encoding: {coding}")


def bomb(make: Callable[[int], bytes], coding: str) -> Attack:
    """Return an attack that sends a bomb. The bomb is made when the page is requested."""
    return lambda path: coded(make(SIZE), coding)(path)  # noqa: PLW0108  without it, it would be made here


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def endless(start: bytes, piece: bytes, pause: float = 0.0) -> Attack:
    def sent(_: str) -> Stream:
        yield start
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            yield piece
            time.sleep(pause)

    return sent


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def wandering(path: str) -> Stream:
    """Return a redirect to a new address on the same host, which redirects again. This never ends."""
    turn = int(path.rpartition("/")[2] or 0) if path.startswith("/on/") else 0
    yield f"HTTP/1.1 302 Found\r\nLocation: /on/{turn + 1}\r\nContent-Length: 0\r\n\r\n".encode()


def wandering_hosts(path: str) -> Stream:
    turn = int(path.rpartition("/")[2] or 0) if path.startswith("/on/") else 0
    target = f"http://wander{turn + 1}.redirects-to-new-hosts.test:8080/on/{turn + 1}"
    yield f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()


def refreshing(path: str) -> Stream:
    turn = int(path.rpartition("/")[2] or 0) if path.startswith("/on/") else 0
    body = f'<meta http-equiv="refresh" content="0; url=/on/{turn + 1}">'.encode()
    return whole(body)("")


def breaking(body: bytes, *headers: str) -> Attack:
    """Return an attack that announces twice as many bytes as it sends."""
    lines = "".join(f"{line}\r\n" for line in headers).encode()
    return lambda _: iter([OK + lines + f"Content-Length: {2 * len(body)}\r\n\r\n".encode(), body])


def sent(*pieces: bytes) -> Attack:
    return lambda _: iter(pieces)


def silent(_: str) -> Stream:
    time.sleep(SECONDS)
    yield b""


MEGA = b"x" * (1 << 20)
ANSWERS: dict[str, Attack] = {
    "body-of-10-gb": endless(OK + b"Content-Length: 10000000000\r\n\r\n", MEGA),
    "body-without-length": endless(OK + b"Connection: close\r\n\r\n", MEGA),
    "chunks-without-end": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk(b"<p>a</p>" * 8000)),
    "small-chunks-without-end": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk(b"a") * 4000),
    "chunk-extension-without-end": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a" * 60_000),
    "chunk-of-any-size": sent(OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n" + b"a" * 1000),
    "chunk-of-no-size": sent(OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\naaaaa\r\n0\r\n\r\n"),
    "trailers-without-end": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n" * 1000),
    "bomb-gzip": bomb(bombs.gzipped, "gzip"),
    "bomb-deflate": bomb(bombs.zlibbed, "deflate"),
    "bomb-bare-deflate": bomb(bombs.deflated, "deflate"),
    "bomb-br": bomb(bombs.brotlied, "br"),
    "bomb-zstd": bomb(bombs.zstandarded_at_once, "zstd"),
    "bomb-zstd-frames": bomb(bombs.zstandarded, "zstd"),
    "bomb-in-gzip": coded(bombs.nested(2), "gzip, gzip"),
    "bomb-in-ten": coded(bombs.nested(10), ", ".join(["gzip"] * 10)),
    "coded-4000-times": coded(bombs.nested(2), ", ".join(["gzip"] * 4000)),
    "drip-header": endless(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a", 0.2),
    "drip-body": endless(OK + b"Content-Length: 100000\r\n\r\n", b"a", 0.2),
    "headers-without-end": endless(OK, b"X-More: and more\r\n" * 1000),
    "header-of-100-mb": endless(OK + b"X-Long: ", b"a" * 60_000),
    "header-lines-joined": endless(OK + b"X-Long: a\r\n", b" a\r\n" * 10_000),
    "status-line-without-end": endless(b"HTTP/1.1 200 ", b"O" * 60_000),
    "continue-without-end": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "redirects-1000": wandering,
    "redirects-to-new-hosts": wandering_hosts,
    "refreshes-1000": refreshing,
    "breaks-off": breaking(PAGE),
    "chunks-break-off": sent(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(PAGE[:5000])),
    "gzip-breaks-off": coded(half(bombs.COMPRESS["gzip"](PAGE)), "gzip"),
    "deflate-breaks-off": coded(half(bombs.COMPRESS["deflate"](PAGE)), "deflate"),
    "br-breaks-off": coded(half(bombs.COMPRESS["br"](PAGE)), "br"),
    "zstd-breaks-off": coded(half(bombs.COMPRESS["zstd"](PAGE)), "zstd"),
    "unknown-coding": coded(PAGE, "aes128gcm"),
    "not-as-coded": coded(PAGE, "gzip"),
    "two-lengths": sent(OK + b"Content-Length: 5\r\nContent-Length: 500\r\n\r\n" + PAGE),
    "length-below-nothing": sent(OK + b"Content-Length: -1\r\n\r\n" + PAGE),
    "no-http": sent(b"220 mail.example ESMTP\r\n"),
    "nothing": sent(b""),
    "answers-nothing": silent,
    "name-silent": silent,
}
"""Responses for a page, by host. The robots.txt of these hosts allows everything. The name of the last host is never
resolved.
"""

ROBOTS: dict[str, Attack] = {
    "robots-of-1-gb": endless(OK + b"Content-Length: 1000000000\r\n\r\n", b"Disallow: /a\n" * 80_000),
    "robots-drips": endless(OK + b"Content-Length: 100000\r\n\r\n", b"#", 0.2),
    "robots-loops": wandering,
    "robots-refreshes": refreshing,
    "robots-bomb": bomb(bombs.brotlied, "br"),
    "robots-breaks-off": coded(half(bombs.COMPRESS["gzip"](b"User-agent: *\n" + b"Disallow: /\n" * 900)), "gzip"),
    "robots-answers-nothing": silent,
}
"""Responses for a robots.txt, by host. The pages of these hosts are harmless, but the crawler must not request them."""
HEAVY_ROBOTS: dict[str, Attack] = {
    "robots-of-wildcards": whole(b"User-agent: *\n" + b"Disallow: /*a*b*c$\n" * 25_000),
    "robots-of-one-wild-line": whole(b"User-agent: *\nDisallow: /" + b"*a" * 250_000),
    "robots-of-agents": whole(b"".join(b"User-agent: a%d\n" % each for each in range(30_000)) + b"Disallow: /"),
}
"""Responses with a robots.txt that is slow to parse but allows the page, by host."""


def around(within: str) -> bytes:
    """Return a policy with hostile content at its end, between two sentinels."""
    start, end = PAGE.split(b"</main>")
    return start + f"<p>{BEFORE}</p>{within}<p>{AFTER}</p></main>".encode() + end


def nest(opening: str, depth: int) -> bytes:
    names = [each.split()[0] for each in opening.split("><")]
    closing = "".join(f"</{name}>" for name in reversed(names))
    return around(f"<{opening}>" * depth + WITHIN + closing * depth)


def nests() -> dict[str, Callable[[], bytes]]:
    openings = {"div": "div", "b": "b", "table": "table><tr><td", "a": "a href=x", "svg": "svg", "select": "select"}
    depths = (255, 3_000, 50_000, 500_000) if os.environ.get("CLAUSEWATCH_LONG") else (255, 3_000, 300_000)
    return {f"{depth}-{name}": partial(nest, opening, depth) for name, opening in openings.items() for depth in depths}


PAGES: dict[str, Callable[[], bytes]] = {
    **nests(),
    "attributes-1000000": lambda: around(f"<p {' '.join(f'a{each}' for each in range(1_000_000))}>{WITHIN}</p>"),
    "text-of-7-mb": lambda: around(f"<p>{'letters ' * 450_000}{WITHIN} {'letters ' * 450_000}</p>"),
    "text-of-50-mb": lambda: around(f"<p>{'letters ' * 3_000_000}{WITHIN} {'letters ' * 3_000_000}</p>"),
    "paragraphs-500000": lambda: around("<p>a" * 500_000 + f"<p>{WITHIN}"),
    "comment-unclosed": lambda: around(f"<!-- <p>{WITHIN}</p>"),
    "script-unclosed": lambda: around(f"<script><p>{WITHIN}</p>"),
    "misnested": lambda: around("<b><i><p></b></i>" * 60_000 + f"<p>{WITHIN}</p>"),
    "entities-1000000": lambda: around(f"<p>{'&amp;' * 1_000_000}</p><p>{WITHIN}</p>"),
    "links-200000": lambda: around("<a href='https://a.example/b'>c</a> " * 200_000 + f"<p>{WITHIN}</p>"),
    "rows-200000": lambda: around("<table>" + "<tr><td>a<td>b" * 200_000 + f"<tr><td>{WITHIN}</table>"),
    "items-300000": lambda: around("<ul>" + "<li>a" * 300_000 + f"<li>{WITHIN}</ul>"),
    "headings-200000": lambda: around("<h2>a</h2><p>b</p>" * 200_000 + f"<p>{WITHIN}</p>"),
    "null-bytes": lambda: around("\x00" * 2_000_000 + f"<p>{WITHIN}</p>"),
    "one-word": lambda: around("a" * 5_000_000 + f"<p>{WITHIN}</p>"),
    "broken-utf8": lambda: around(f"<p>{WITHIN}</p>").replace(b"<h1>", b"\xff\xfe\xed\xa0\x80" * 400_000 + b"<h1>"),
}


def attack(host: str, path: str) -> Stream | None:
    """Return the response of a host, or None if the host is friendly."""
    name = host.partition(":")[0].removesuffix(".test").rpartition(".")[2]
    if path == "/robots.txt" or (name in ROBOTS and path.startswith("/on/")):
        robots = ROBOTS.get(name) or HEAVY_ROBOTS.get(name)
        return None if robots is None else robots(path)
    if name in PAGES:
        return whole(PAGES[name]())(path)
    return ANSWERS[name](path) if name in ANSWERS else whole(PAGE)(path)
