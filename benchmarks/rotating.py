"""Serves policy pages of about 250 kB on loopback. Each response contains new tokens, as in the pages of site builders.

    python benchmarks/rotating.py [--hosts 8] [--replay FOLDER]

The program prints one address for each host, and serves until it is stopped. The words of a page depend on its number,
and never change. Pages of one site have the same styles, scripts and menus. The volatile parts are new in each
response. With `--replay`, the pages are the real pages of this folder, repeated, with tokens and nonces of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import secrets
import tarfile
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from random import Random

PAGES_OF_A_SITE = 20
MARK = "@token@"
"""Placeholder for the token of a response."""

_WHO = ("We", "Our partners", "The archivists", "Our couriers", "The editors", "Our printers", "Service providers")
_DO = ("keep", "share", "delete", "receive", "correct", "transfer", "use", "disclose", "collect", "store")
_WHAT = (
    *("your name", "your address", "letters that you send", "personal data", "the contact form", "payment data"),
    *("cookies", "your date of birth", "the notes of our reading room", "information on loans", "recordings"),
)
_WHY = (
    *("to lend books", "for the accounts", "with your consent", "as the law requires", "to answer you"),
    *("for our legitimate interests", "to send the newsletter", "unless you object", "for research"),
)
_WHEN = ("within a month", "for two years", "until you withdraw it", "every spring", "as long as you are a member")


def answer(number: int, token: str) -> bytes:
    """Return the page with this number. All its volatile parts contain the token."""
    before, after = _chrome(number // PAGES_OF_A_SITE)
    return "".join((before, _text(number), after)).replace(MARK, token).encode()


@lru_cache(maxsize=1000)
def _text(number: int) -> str:
    """Return the markup of a page's text, which has about 50 kB and 7,000 words."""
    made = Random(number)  # noqa: S311 - the same texts on every machine
    sections = []
    for section in range(24):
        paragraphs = "".join(
            f'<p class="wp-block-paragraph has-text">{" ".join(_sentence(made) for _ in range(5))}</p>'
            for _ in range(4)
        )
        items = "".join(f"<li>{_sentence(made)}</li>" for _ in range(4))
        heading = f"{section + 1}. {made.choice(_WHAT).capitalize()} {made.choice(_WHEN)}"
        sections.append(f'<section id="s{section}"><h2>{heading}</h2>{paragraphs}<ul>{items}</ul></section>')
    return f"<main><h1>Privacy policy of house {number}</h1>{''.join(sections)}</main>"


def _sentence(made: Random) -> str:
    words = (made.choice(part) for part in (_WHO, _DO, _WHAT, _WHY, _WHEN))
    return f"{' '.join(words)}, and you have the right to see it (note {made.randrange(1000)})."


@lru_cache(maxsize=1000)
def _chrome(site: int) -> tuple[str, str]:
    """Return the markup before the text and the markup after it: styles, scripts, menus and forms, with placeholders
    for tokens.
    """
    made = Random(-1 - site)  # noqa: S311 - the same texts on every machine
    name = f"{made.getrandbits(24):06x}"
    styles = "".join(
        f".css-{name}-{n}{{margin:{n % 40}px;padding:0 {n % 9}em;color:#{made.getrandbits(24):06x}}}"
        for n in range(900)
    )
    state = ",".join(f'"k{n}":{{"id":{made.getrandbits(30)},"on":{n % 2},"t":"{MARK}"}}' for n in range(600))
    links = "".join(
        f'<li class="menu-item css-{name}-{n}"><a href="/{made.choice(_DO)}/{n}{"" if n % 16 else f"?back={MARK}"}">'
        f"Shelf {n}</a></li>"
        for n in range(160)
    )
    icons = "".join(
        f'<svg class="icon" data-id="{n}{"" if n % 8 else f"-{MARK}"}" viewBox="0 0 24 24">'
        f'<path d="M{n} 4h{n % 7}v{n % 5}z"></path></svg>'
        for n in range(120)
    )
    code = "".join(f"function f{n}(a,b){{return a<b?a*{made.getrandbits(20)}:b}};" for n in range(1000))
    before = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="csrf-token" content="{MARK}">'
        f'<title>Privacy policy</title><style nonce="{MARK}">{styles}</style>'
        f'<link rel="stylesheet" href="/a.css?v={MARK}"><script nonce="{MARK}">window.state={{{state}}}</script>'
        f'</head><body class="page css-{name}-1" data-request="{MARK}"><header><nav><ul>{links}</ul></nav></header>'
        f'<form action="/find" method="post"><input type="hidden" name="csrf" value="{MARK}"><input name="q"></form>'
    )
    after = (
        f"<footer>{icons}<p>House of letters</p></footer><!-- made by web-3 for {MARK} -->"
        f'<script nonce="{MARK}">{code}var request="{MARK}";</script><script src="/a.{MARK}.js" defer></script>'
        "</body></html>"
    )
    return before, after


@lru_cache(maxsize=1)
def real_pages(folder: Path) -> list[bytes]:
    """Return the pages of all real histories in a folder, by name and by order of fetch."""
    pages = []
    for archive in sorted(folder.glob("*.tar.xz")):
        with tarfile.open(archive) as members:
            bodies = {member.name: file.read() for member in members if (file := members.extractfile(member))}
        pages += [bodies[name] for name in sorted(bodies)]
    return pages


def real_answer(folder: Path, number: int, token: str) -> bytes:
    """Return a real page with the token in a tag of its head, and as the nonce of each script."""
    pages = real_pages(folder)
    page = re.sub(rb"<script(?=[ >])", f'<script nonce="{token}"'.encode(), pages[number % len(pages)])
    return re.sub(rb"<head>", f'<head><meta name="csrf-token" content="{token}">'.encode(), page, count=1)


async def _serve(hosts: int, answering: Callable[[int, str], bytes]) -> None:
    answers = partial(_answer, answering=answering)
    servers = [await asyncio.start_server(answers, f"127.0.0.{n + 1}", 0) for n in range(hosts)]
    for server in servers:
        host, port = server.sockets[0].getsockname()
        print(f"http://{host}:{port}", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answering: Callable[[int, str], bytes]
) -> None:
    """Answer the requests of one connection. The path of a request is the number of the page."""
    while request := await reader.readline():
        while (await reader.readline()).strip():
            pass
        path = request.split()[1].decode().strip("/")
        found = path.isdigit()
        body = answering(int(path), secrets.token_hex(8)) if found else b""
        status, kind = ("200 OK", "text/html; charset=utf-8") if found else ("404 Not Found", "text/plain")
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
    writer.close()


def main() -> None:
    """Serve until the process is stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=8, help="addresses of loopback to serve on (8)")
    parser.add_argument("--replay", type=Path, help="the folder of real histories whose pages are served")
    asked = parser.parse_args()
    asyncio.run(_serve(asked.hosts, partial(real_answer, asked.replay) if asked.replay else answer))


if __name__ == "__main__":
    main()
