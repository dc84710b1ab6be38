"""Tests what is read from sitemaps, and from files in `/.well-known/`."""

from __future__ import annotations

import gzip
import json

from document.discovery.site_files import PackedFile, SiteMap, declared_documents, read_sitemap
from document.model import Page

HOME = "https://ropes.example"
SCHEMA = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'


def sitemap(body: str | bytes, most: int = 100_000) -> SiteMap:
    content = body.encode() if isinstance(body, str) else body
    return read_sitemap(PackedFile(content, f"{HOME}/sitemap.xml", most))


PAGES = f"""<?xml version="1.0"?><urlset {SCHEMA}>
<url><loc> {HOME}/hooks </loc></url><url><loc>{HOME}/privacy</loc>
<xhtml:link rel="alternate" hreflang="de" href="{HOME}/de/datenschutz"/></url><url><loc>{HOME}/legal/</loc></url>
<url><loc>javascript:privacy()</loc></url></urlset>"""
LEGAL = (f"{HOME}/privacy", f"{HOME}/de/datenschutz", f"{HOME}/legal/")


def test_a_sitemap_gives_the_addresses_that_name_documents() -> None:
    assert sitemap(PAGES) == SiteMap(LEGAL, ())


def test_a_compressed_sitemap_is_read() -> None:
    assert sitemap(gzip.compress(PAGES.encode())) == SiteMap(LEGAL, ())


def test_a_list_of_addresses_is_read() -> None:
    assert sitemap(f"{HOME}/hooks\n{HOME}/privacy\n") == SiteMap((f"{HOME}/privacy",), ())


def test_an_index_gives_sitemaps_of_ordinary_pages_first() -> None:
    names = ("post", "other", "page")
    listed = "".join(f"<sitemap><loc>{HOME}/{name}-map.xml</loc></sitemap>" for name in names)
    assert sitemap(f"<sitemapindex {SCHEMA}>{listed}</sitemapindex>").sitemaps == (
        f"{HOME}/page-map.xml",
        f"{HOME}/other-map.xml",
        f"{HOME}/post-map.xml",
    )


def test_files_that_are_not_sitemaps_give_nothing() -> None:
    for body in (b"", b"<", b"\x1f\x8bbroken", b"no address", b"<html><p>Not here"):
        assert sitemap(body) == SiteMap((), ())


def test_a_compressed_sitemap_is_read_up_to_its_limit() -> None:
    assert sitemap(gzip.compress(b"<urlset>" + b" " * 1_000_000 + PAGES.encode()), most=1000) == SiteMap((), ())


def test_entities_of_a_sitemap_are_not_expanded() -> None:
    bomb = f'<!DOCTYPE u [<!ENTITY a "{HOME}/privacy">]><urlset {SCHEMA}><url><loc>&a;</loc></url></urlset>'
    assert sitemap(bomb) == SiteMap((), ())


def known(content: object) -> tuple[tuple[str, str], ...]:
    return declared_documents(Page(json.dumps(content).encode(), final_url=f"{HOME}/.well-known/dnt/"))


def test_well_known_files_declare_documents() -> None:
    assert known({"tracking": "N", "policy": "/data"}) == (("policy", f"{HOME}/data"),)
    assert known({"op_policy_uri": f"{HOME}/p", "op_tos_uri": f"{HOME}/t"}) == (
        ("policy", f"{HOME}/p"),
        ("terms", f"{HOME}/t"),
    )


def test_other_files_declare_nothing() -> None:
    assert known(["policy"]) == known({"policy": 3}) == known({"policy": "mailto:a@b.example"}) == ()
    assert known({"policy": "http://[x"}) == ()
    assert declared_documents(Page(b"<html>")) == ()
