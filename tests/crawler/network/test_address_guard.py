"""Tests that the guard opens no connection to an address that is not public, unless the user allowed this address."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.network.address_guard import GuardedResolver
from crawler.network.addresses import AllowList
from crawler.network.failures import KnownError
from tests.crawler.crawl import crawl
from tests.server import serving

PAGE = "<p>An intranet's page.</p>"


def test_no_connection_goes_to_this_machine_unless_it_is_allowed(tmp_path: Path) -> None:
    with serving() as site:
        port = site.base.rpartition(":")[2]
        hosts = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::ffff:127.0.0.1]"]  # noqa: S104 - refused
        results = crawl(tmp_path / "a.db", {host: f"http://{host}:{port}/" for host in hosts}, allow_private=())
        assert site.asked == []
    assert {result.error_kind for result in results.values()} == {"refused"}
    assert "localhost leads to 127.0.0.1, which is not a public address (loopback)" in results["localhost"].detail
    assert "allow_private" in results["localhost"].detail


def test_an_allowed_address_can_be_reached_by_any_name_and_spelling(tmp_path: Path) -> None:
    with serving() as site:
        port = site.base.rpartition(":")[2]
        site.serve("/", PAGE)
        hosts = ["127.0.0.1", "localhost", "127.1", "127.0.0.2", "[::1]", "[::ffff:127.0.0.1]"]
        policies = {host: f"http://{host}:{port}/" for host in hosts}
        results = crawl(tmp_path / "a.db", policies, allow_private=("127.0.0.1",))
    assert [host for host in hosts if results[host].status == 200] == ["127.0.0.1", "localhost", "127.1"]
    assert {results[host].error_kind for host in hosts[3:]} == {"refused"}


def test_an_allowed_name_allows_only_that_name_even_after_a_redirect(tmp_path: Path) -> None:
    with serving() as site:
        port = site.base.rpartition(":")[2]
        site.serve("/page", PAGE)
        site.redirect("/away", f"http://127.0.0.1:{port}/inside")
        named = {path: f"http://localhost:{port}/{path}" for path in ("page", "away")}
        results = crawl(tmp_path / "a.db", named | {"direct": site.url("/page")}, allow_private=("LocalHost",))
        assert site.visits()["/inside"] == 0
    assert results["page"].status == 200
    assert results["away"].error_kind == results["direct"].error_kind == "refused"


@pytest.fixture
def guard() -> GuardedResolver:
    """Return a guard. The user allowed one network and one host name of an intranet."""
    from twisted.internet import reactor

    guard = GuardedResolver(reactor, 10)
    guard.allowed = AllowList.of(["10.0.0.0/8", "intranet.example"])
    return guard


def test_if_only_public_addresses_are_allowed_for_a_host_its_private_addresses_are_refused(
    guard: GuardedResolver,
) -> None:
    with guard.only_public("wiki.example"), guard.only_public("WIKI.example."):
        assert not guard.passes("wiki.example", "10.1.2.3")
        assert guard.passes("wiki.example", "93.184.216.34")
        assert guard.passes("other.example", "10.1.2.3")
    assert guard.passes("wiki.example", "10.1.2.3")


def test_nothing_is_sent_to_a_host_whose_private_address_was_allowed(guard: GuardedResolver) -> None:
    assert guard.passes("intranet.example", "192.168.1.1")
    with pytest.raises(KnownError, match="may only be sent GET requests"), guard.only_public("intranet.example"):
        pass
    with guard.only_public("public.example"):
        assert not guard.passes("public.example", "192.168.1.1")
