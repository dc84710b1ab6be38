"""Reads files in which a site lists its pages or names its legal documents: sitemaps, and files in `/.well-known/`."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from document.discovery.addresses import absolute
from document.discovery.legal_names import Kind, is_hub, name_in_address
from document.model import Page

WELL_KNOWN: tuple[str, ...] = ("/.well-known/dnt/", "/.well-known/openid-configuration")
"""Paths of files that can name a site's legal documents."""
_MEMBERS: dict[str, Kind] = {"policy": "policy", "op_policy_uri": "policy", "op_tos_uri": "terms"}
"""Members of the JSON in these files that contain the address of a legal document. They are defined by the W3C's
Tracking Preference Expression, section 6.5.6, and by OpenID Connect Discovery 1.0, section 3.
"""
_GZIP = b"\x1f\x8b"
_LIKELY = re.compile(r"page|legal|static|main|misc|general|site", re.IGNORECASE)
_UNLIKELY = re.compile(r"post|product|image|video|news|blog|categor|tag|author|event|job|shop|store", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The addresses in a sitemap that matter."""

    pages: tuple[str, ...]
    """Addresses whose words name a legal document, or a page that may lead to one."""
    sitemaps: tuple[str, ...]
    """Addresses of further sitemaps. The sitemaps that probably list ordinary pages come first."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A sitemap as the server sent it."""

    body: bytes
    url: str
    most: int
    """Maximum number of bytes after decompression that are read."""


def read_sitemap(file: PackedFile) -> SiteMap:
    """Return the addresses in a sitemap (sitemaps.org), in an index of sitemaps, or in a list with an address on each
    line. A file that is not a sitemap has no addresses.
    """
    body = _unpacked(file)
    locations = _locations(body) if body.lstrip()[:1] == b"<" else _lines(body)
    is_index = b"<sitemapindex" in body[:10_000]
    addresses = [address for location in locations if (address := absolute(file.url, location))]
    if is_index:
        ranked = sorted(dict.fromkeys(addresses), key=_likelihood)
        return SiteMap((), tuple(ranked))
    return SiteMap(tuple(filter(_is_legal, dict.fromkeys(addresses))), ())


def declared_documents(page: Page) -> tuple[tuple[Kind, str], ...]:
    """Return the legal documents that a file in `/.well-known/` names: kind and address."""
    try:
        content = json.loads(page.body)
    except (ValueError, RecursionError):
        return ()
    members = content if isinstance(content, dict) else {}
    return tuple(
        (kind, target)
        for member, kind in _MEMBERS.items()
        if isinstance(value := members.get(member), str) and (target := absolute(page.final_url, value))
    )


def _unpacked(file: PackedFile) -> bytes:
    if not file.body.startswith(_GZIP):
        return file.body[: file.most]
    try:
        return zlib.decompressobj(31).decompress(file.body, file.most)
    except zlib.error:
        return b""


def _locations(body: bytes) -> Iterator[str]:
    """Yield the addresses of an XML sitemap, including the addresses of other languages of a page."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    root = etree.fromstring(body, parser)
    for element in () if root is None else root.iter("{*}loc", "{*}link"):
        if element.tag.endswith("}link") and element.get("href"):
            yield element.get("href", "").strip()
        elif element.text:
            yield element.text.strip()


def _lines(body: bytes) -> Iterator[str]:
    for line in body.decode("utf-8", "replace").splitlines():
        if line.startswith(("http://", "https://")):
            yield line.strip()


def _is_legal(url: str) -> bool:
    return name_in_address(url) is not None or is_hub(urlsplit(url).path.rstrip("/").rpartition("/")[2])


def _likelihood(url: str) -> int:
    name = urlsplit(url).path
    return bool(_UNLIKELY.search(name)) - bool(_LIKELY.search(name))
