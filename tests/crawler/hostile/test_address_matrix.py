"""Tests that the crawler connects to no internal address, in whatever spelling and by whatever way a page names the
address.

For public addresses, each way works.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.crawler.hostile.matrix import SITE, TARGETS, WAYS, address
from tests.crawler.hostile.sealed import run_sealed
from tests.crawler.hostile.spellings import ALLOWED, FORBIDDEN, LOOPBACK
from tests.crawler.hostile.world import PUBLIC, refreshing, setter, through

INSIDE = "http://10.0.0.9:8080"
"""An internal address that the environment names as a proxy."""
SECRETS = {"authorization", "proxy-authorization", "referer"}
UNRESOLVED = {"127.0.0.1.", "localhost."}
"""Spellings that no resolver accepts. A visit with such a spelling fails before the guard can refuse the address."""
UNVERIFIABLE = {"185999660", "0x0b16212c", "11.22.8492"}
"""Spellings that no certificate can contain. They are not tried over TLS."""


@pytest.fixture(scope="module")
def crawled() -> dict[str, Any]:
    """Return the results of one crawl, and the connections and requests that the servers saw.

    The environment of the crawl names a proxy.
    """
    policies = {f"{way}: {host}": address(way, host) for way in WAYS for host in (*FORBIDDEN, *allowed(way))}
    policies |= {target: SITE + through(5, target) for target in TARGETS}
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"), INSIDE)
    found: dict[str, Any] = run_sealed(
        "tests.crawler.hostile.matrix", {"crawler": "clausewatch", "policies": policies}, environment=proxies
    )
    assert set(found["results"]) == set(policies)
    return found


def allowed(way: str) -> list[str]:
    return [host for host in ALLOWED if way != "tls" or host not in UNVERIFIABLE]


def inside(accepted: list[str]) -> list[str]:
    return [each for each in accepted if each not in PUBLIC]


def test_there_are_enough_spellings() -> None:
    assert len(set(FORBIDDEN)) >= 90


def test_no_connection_goes_to_an_internal_address(crawled: dict[str, Any]) -> None:
    """The kernel counts all attempts to connect in the sealed network. All attempts were to public addresses."""
    assert inside(crawled["accepted"]) == []
    assert crawled["begun"] == len(crawled["accepted"]) > 600


@pytest.mark.parametrize("way", WAYS)
def test_internal_addresses_are_refused_and_their_kind_is_named(crawled: dict[str, Any], way: str) -> None:
    results = {host: crawled["results"][f"{way}: {host}"] for host in FORBIDDEN}
    assert {result["outcome"] for result in results.values()} == {"failed"}
    assert {host for host, result in results.items() if result["error_kind"] != "refused"} <= UNRESOLVED


@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_open_to_public_addresses(crawled: dict[str, Any], way: str) -> None:
    assert [host for host in allowed(way) if crawled["results"][f"{way}: {host}"]["status"] != 200] == []


def test_only_redirects_to_http_and_https_are_followed(crawled: dict[str, Any]) -> None:
    results = {target: crawled["results"][target] for target in TARGETS}
    assert {result["error_kind"] for result in results.values()} == {"refused"}
    assert f"redirects to {TARGETS[0]}, which is neither http nor https" in results[TARGETS[0]]["detail"]


def test_no_credential_or_referrer_is_ever_sent(crawled: dict[str, Any]) -> None:
    assert [asked for asked in crawled["asked"] if SECRETS & set(asked["headers"])] == []


def test_a_cookie_is_sent_only_to_the_host_that_set_it_in_the_previous_redirect(crawled: dict[str, Any]) -> None:
    """Each page of the crawl sets a cookie. Hundreds of policies redirect to other hosts, ports and schemes."""
    brought = [asked for asked in crawled["asked"] if "cookie" in asked["headers"]]
    assert len(brought) > 4 * len(FORBIDDEN)
    assert [asked for asked in brought if asked["headers"]["cookie"] not in due_cookies(asked)] == []
    # In the way "fifth redirect", four of the six requests contain a cookie. In each other way, the first host gets
    # only one request, so no cookie can be sent back to this host.
    assert {asked["path"].split("/")[1] for asked in brought} <= {"go", "target"}


def due_cookies(asked: dict[str, Any]) -> set[str]:
    """Return the cookies that a request may contain.

    These are the cookies that the previous response in the same chain of redirects set.
    """
    host, path = asked["host"], asked["path"]
    if path.startswith("/go/"):
        _, _, hops, target = path.split("/", 3)
        return {setter(host, f"/go/{int(hops) + 1}/{target}")}
    target = f"http://{host}{path}"
    return {setter(host, through(1, target)), setter(host, refreshing(target))}


def test_the_measurement_notices_internal_connections() -> None:
    """A control: Scrapy with its default settings connects to most spellings of loopback in this network."""
    policies = {host: address("direct", host) for host in LOOPBACK}
    found = run_sealed("tests.crawler.hostile.matrix", {"crawler": "plain", "policies": policies})
    assert len(set(found["results"]) - set(ALLOWED)) > 20
    assert len(inside(found["accepted"])) > 20


@pytest.mark.parametrize("cache", [True, False], ids=["names kept", "names asked again each time"])
def test_a_name_that_changes_its_address_never_leads_to_an_internal_address(cache: bool) -> None:
    number = 500 if os.environ.get("CLAUSEWATCH_LONG") else 40
    kinds = ("good-{}.turns.test", "bad-{}.turns.test", "good-{}.both.test", "bad-{}.both.test")
    hosts = [kinds[each % 4].format(each) for each in range(number)]
    task = {"crawler": "clausewatch", "policies": {host: address("direct", host) for host in hosts}}
    found = run_sealed("tests.crawler.hostile.matrix", task | {"scrapy": {"DNSCACHE_ENABLED": cache}})
    assert inside(found["accepted"]) == []
    assert found["begun"] == len(found["accepted"])
    for host in hosts:
        result = found["results"][host]
        if host.endswith("both.test"):
            assert result["status"] == 200, "it goes on at the public address"
        elif host.startswith("good") and cache:
            assert result["status"] == 200, "what was checked is what is connected to"
        else:
            assert result["error_kind"] == "refused"
        if host.startswith("bad") and host.endswith("turns.test"):
            assert found["queries"][f"{host} 1"] == 1, (
                "what is refused is not asked for again, to be answered otherwise"
            )
