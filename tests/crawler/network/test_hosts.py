"""An address is requested only if three parsers find the same host in it: our parser, Scrapy's parser, and the parser
of the code that opens the connection.

The table is similar to the test data of the URL Standard (https://url.spec.whatwg.org). It gives each address and the
host that the standard finds in it. The host is "" if the standard finds no host.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Request
from twisted.web.client import URI

from clausewatch.config.tables import web_address
from crawler.network.addresses import host_key, plain_host

PLAIN = {
    "http://a.example/": "a.example",
    "https://a.example:8443/b?c#d": "a.example",
    "HTTP://A.EXAMPLE/": "a.example",
    "http://a.example": "a.example",
    "http://a.example:/": "a.example",
    "http://a.example:80/": "a.example",
    "http://a.example./": "a.example.",
    "http://a.example?b@c.example/": "a.example",
    "http://a.example#@c.example/": "a.example",
    "http://a.example/@c.example/": "a.example",
    "http://a.example/\\c.example": "a.example",
    "http://a.example//c.example": "a.example",
    "http://a-b.example/": "a-b.example",
    "http://a_b.example/": "a_b.example",
    "http://192.0.2.1/": "192.0.2.1",
    "http://[2001:db8::1]/": "2001:db8::1",
    "http://[2001:DB8::1]:8080/": "2001:db8::1",
    "http://xn--mnchen-3ya.example/": "xn--mnchen-3ya.example",
    "http://münchen.example/": "xn--mnchen-3ya.example",
    "http://MÜNCHEN.example/": "xn--mnchen-3ya.example",
    "http://a。example/": "a.example",
    "http://ａ.example/": "a.example",
}
"""Addresses that must be fetched."""
ODD = {
    "http://a.example\\@c.example/": "a.example",
    "http://a.example\\.c.example/": "a.example",
    "http:\\\\a.example/": "a.example",
    "http://a.example\\b": "a.example",
    "http:/\\a.example/": "a.example",
    "http:a.example/": "a.example",
    "http:/a.example/": "a.example",
    "http:///a.example/": "a.example",
    "http:////a.example/": "a.example",
    "http://b@a.example/": "a.example",
    "http://b:c@a.example/": "a.example",
    "http://@a.example/": "a.example",
    "http://b@c@a.example/": "a.example",
    "http://c.example:80@a.example/": "a.example",
    "http://c.example%2F@a.example/": "a.example",
    "http://c.example%00@a.example/": "a.example",
    "http://[2001:db8::1]@a.example/": "a.example",
    "http://a%2Eexample/": "a.example",
    "http://%61.example/": "a.example",
    "http://a.example%2F.c.example/": "",
    "http://a.example%00.c.example/": "",
    "http://a.example%09.c.example/": "",
    "http://a.example%20/": "",
    "http://a.exa\tmple/": "a.example",
    "http://a.exa\nmple/": "a.example",
    "http://a.exa\rmple/": "a.example",
    "\thttp://a.example/": "a.example",
    " http://a.example/ ": "a.example",
    "ht\ttp://a.example/": "a.example",
    "http://a.example\t:80/": "a.example",
    "http://a.example /": "",
    "http://a b.example/": "",
    "http://a<b.example/": "",
    "http://a|b.example/": "",
    "http://a^b.example/": "",
    "http://a,b.example/": "a,b.example",
    "http://a;b.example/": "a;b.example",
    "http://a$b.example/": "a$b.example",
    "http://a\x00.example/": "",
    "http://a\x7f.example/": "",
    "http://a\u00ad.example/": "a.example",
    "http://a\u200b.example/": "a.example",
    "http://a\u2044c.example/": "",
    "http://a\uff0fc.example/": "",
    "http://a\uff03@c.example/": "",
    "http://a\u2100c.example/": "",
    "http://a\uff20c.example/": "",
    "http://faß.example/": "fass.example",  # IDNA 2003, as in Scrapy; the standard uses IDNA 2008
    "http://a..example/": "a..example",
    "http://.a.example/": ".a.example",
    "http://../": "..",
    "http:///": "",
    "http://": "",
    "http://:80/": "",
    "http://@/": "",
    "http://a.example:0/": "a.example",
    "http://a.example:65536/": "",
    "http://a.example:-1/": "",
    "http://a.example:8o/": "",
    "http://a.example:80:81/": "",
    "http://a.example:٨٠/": "",
    "http://a.example:+80/": "",
    "http://a.example:8 0/": "",
    "http://a.example:00000080/": "a.example",
    "http://[::1/": "",
    "http://::1]/": "",
    "http://[::1]c.example/": "",
    "http://c.example[::1]/": "",
    "http://[::1%25lo]/": "",
    "http://[v1.a]/": "",
    "http://[]/": "",
    "http://[2001:db8::1].c.example/": "",
    "http://1.2.3.4.5/": "",
    "http://256.1.1.1/": "",
    "http://0x7f.1/": "127.0.0.1",
    "http://127.0.0.1./": "127.0.0.1",
    "http://xn--/": "",
    "http://xn--a/": "",
    "//a.example/": "a.example",
    "a.example": "",
    "file:///etc/hostname": "",
    "ftp://a.example/": "a.example",
    "javascript://a.example/%0aalert(1)": "a.example",
    "data:text/html,a": "",
    "ws://a.example/": "a.example",
    "http+unix://a.example/": "a.example",
    "view-source:http://a.example/": "",
    "http://" + "a" * 300 + ".example/": "a" * 300 + ".example",
}
"""Addresses in which different parsers find or could find different hosts. If our parsers do not all find the host of
the standard, the address is not fetched.
"""
NOWHERE = {"xn--ac-c6t.example", "v1.a", "1.2.3.4.5", "256.1.1.1", "xn--", "xn--a"}
"""Hosts that the standard refuses. All our parsers find the same host here, and no name server can know it."""
SAME = {"0x7f.1": "127.0.0.1", "127.0.0.1.": "127.0.0.1"}
"""Spellings that the resolver reads as the URL standard does.

The guard examines the address from the resolver.
"""


def fetched(url: str, base: str = "") -> str | None:
    """Return the host to which the crawler would connect, or None if it would refuse the address."""
    try:
        request = Request(urljoin(base, url))
        ours = plain_host(request.url)
    except ValueError:
        return None
    parse: Any = URI.fromBytes
    connected = parse(request.url.encode("ascii")).host.decode("ascii").lower()
    assert connected == ours, f"we read {ours}, and {connected} is connected to"
    assert urlsplit(request.url).hostname == ours
    return ours


@pytest.mark.parametrize("url", PLAIN)
def test_all_parsers_find_the_same_host_in_a_plain_address(url: str) -> None:
    assert fetched(url) == PLAIN[url]
    if "\\" not in url:  # the configuration refuses addresses with a backslash
        assert fetched(web_address(url)) == PLAIN[url]


@pytest.mark.parametrize("url", ODD)
def test_an_odd_address_is_read_as_the_standard_says_or_not_fetched(url: str) -> None:
    host = fetched(url)
    assert host is None or host in NOWHERE or SAME.get(host, host) == ODD[url]


@pytest.mark.parametrize("url", ODD)
def test_an_odd_redirect_is_read_as_the_standard_says_or_not_followed(url: str) -> None:
    """A target that is not a complete address is a path on the site that redirects."""
    host = fetched(url, "http://site.example/b/c")
    assert host is None or host in NOWHERE or SAME.get(host, host) in (ODD[url], "site.example")


PIECES = st.sampled_from(
    ["a.example", "@", ":", "/", "\\", "?", "#", "[", "]", "%2e", "%00", "\t", " ", "::1", "80", "。", "ü"]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_parsers_never_find_different_hosts(rest: str) -> None:
    """`fetched` itself fails if two parsers find different hosts."""
    host = fetched(f"http://{rest}")
    assert host is None or host == host_key(host) or host.endswith(".")
