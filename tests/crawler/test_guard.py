"""The address guard: which addresses are public, and that no socket is opened to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.guard import is_public
from tests.crawler.crawl import crawl
from tests.server import serving


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104 - it is refused here
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "192.0.0.192",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_addresses_of_no_public_host_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)


def test_no_connection_goes_to_this_machine_unless_it_is_allowed(tmp_path: Path) -> None:
    with serving() as site:
        port = site.base.rpartition(":")[2]
        hosts = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::ffff:127.0.0.1]"]  # noqa: S104 - refused
        results = crawl(tmp_path / "a.db", {host: f"http://{host}:{port}/" for host in hosts}, allow_private=False)
        assert site.asked == []
        assert {result.error_kind for result in results.values()} == {"refused"}
        assert "allow_private" in results["localhost"].detail
        allowed = crawl(tmp_path / "b.db", {"open": site.serve("/", "<p>An intranet's page.</p>")})
        assert site.visits()["/"] == 1
        assert allowed["open"].status == 200
