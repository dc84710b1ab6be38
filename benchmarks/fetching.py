"""Compares the CPU time to compute the fingerprint of a response with the CPU time to read the page.

    python benchmarks/fetching.py [--pages 40] [--shared FOLDER]

If a response is unchanged, only the fingerprint is computed, and the page is not read. The benchmark makes pages of
about 250 kB with the same words. Each page has its own tokens and nonces. In a second series, each page also has its
own names of elements. If `--shared` names the folder of real histories, the benchmark also counts the fetches in the
histories that have the fingerprint of the previous fetch. Times are CPU milliseconds. They depend on the machine, so
the ratio of the two times is more useful.
"""

from __future__ import annotations

import argparse
import tarfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from document import fingerprint, identity_words, read
from document.model import ExtractionOptions, Page

_SENTENCE = (
    "We keep the letters that you send to programme {n}, and show them to nobody but its editor and the printer. "
)
_PARTS = tuple(f"[aria-labelledby={name}]" for name in ("privacy-policy", "crpn", "gdpr", "dpf", "data-retention"))
_SELECT = {"buffer": _PARTS, "open-collective": (), "open-terms-archive": (), "uptimerobot": ()}


def made_page(number: int, paragraphs: int = 420, everywhere: bool = False) -> Page:
    """Return a page like the pages of site builders. Only its volatile parts depend on the number.

    The volatile parts are in the head, in scripts and in some links. If `everywhere` is true, the names of all elements
    are volatile too.
    """
    token = f"{number * 2_654_435_761 % 2**32:08x}"
    name = token if everywhere else "3f2a91c7"
    menu = "".join(f'<li class="item css-{name}"><a href="/p/{n}?t={token}">Programme {n}</a></li>' for n in range(150))
    text = "".join(
        f'<section id="s-{n}-{name}"><h2 class="h css-{name}">{n}. Letters</h2>'
        f'<p class="text text-slate-700 css-{name}" data-key="{name}{n}">{_SENTENCE.format(n=n) * 3}'
        f'<a class="link" href="/letters/{n}">more <strong>about it</strong></a></p></section>'
        for n in range(paragraphs)
    )
    styles = "".join(f".u-{n}{{margin:{n}px;color:#{n:06x}}}" for n in range(400)) + f".css-{name}{{font-size:1rem}}"
    script = f'<script nonce="{token}">window.state={{"token":"{token}","list":[{"1," * 9000}0]}}</script>'
    head = f'<meta name="csrf" content="{token}"><title>Letters</title><style nonce="{token}">{styles}</style>{script}'
    body = f'<nav><ul>{menu}</ul></nav><main>{text}</main><!-- {token} --><script src="/a.{token}.js"></script>'
    html = f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
    return Page(html.encode(), "text/html; charset=utf-8", 200, "https://radio.example/privacy")


def milliseconds(work: Callable[[Page], object], pages: Sequence[Page]) -> float:
    """Return the CPU milliseconds for each page in the fastest of three rounds."""
    rounds = []
    for _ in range(3):
        began = time.process_time()
        for page in pages:
            work(page)
        rounds.append((time.process_time() - began) / len(pages) * 1000)
    return min(rounds)


def costs(count: int, everywhere: bool) -> None:
    """Print the CPU times, and check that the pages have the same fingerprint and the same words."""
    pages = [made_page(number, everywhere=everywhere) for number in range(count)]
    size = sum(len(page.body) for page in pages) / len(pages) / 1000
    assert len({page.body for page in pages}) == len(pages)
    assert len({fingerprint(page) for page in pages}) == 1, "what rotates must not change the fingerprint"
    assert len({identity_words(read(page).document) for page in pages[:3]}) == 1
    cheap, dear = milliseconds(fingerprint, pages), milliseconds(read, pages[: max(1, count // 8)])
    print(f"{count} pages of {size:.0f} kB, with new tokens {'in every element' if everywhere else 'in each'}")
    print(f"  fingerprint {cheap:7.2f} ms a page")
    print(f"  read        {dear:7.2f} ms a page")
    print(f"  ratio       {dear / cheap:7.1f}")


def hit_rates(shared: Path) -> None:
    """Print how many fetches of the real histories have the same fingerprint as the previous fetch."""
    for name, select in _SELECT.items():
        options = ExtractionOptions(select=select)
        with tarfile.open(shared / "replay" / f"{name}.tar.xz") as members:
            bodies = {member.name: file.read() for member in members if (file := members.extractfile(member))}
        pages = [Page(bodies[member], "text/html", 200, "https://policy.example/") for member in sorted(bodies)]
        found = [fingerprint(page, options) for page in pages]
        hits = sum(before == now for before, now in pairwise(found))
        bytes_alike = sum(before.body == now.body for before, now in pairwise(pages))
        print(f"{name}: {hits} of {len(found) - 1} by fingerprint, {bytes_alike} by bytes")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=40, help="how many pages are made (40)")
    parser.add_argument("--shared", type=Path, help="the folder of real histories")
    asked = parser.parse_args()
    for everywhere in (False, True):
        costs(asked.pages, everywhere)
    if asked.shared:
        hit_rates(asked.shared)


if __name__ == "__main__":
    main()
