"""Tests which addresses count as not public, and the addresses that a user may allow."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.network.addresses import REFUSED, AllowList, is_public, kind

PINNED = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
    "::/128", "::1/128", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
    "100:0:0:1::/64", "2001::/32", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7",
    "fe80::/10", "fec0::/10", "ff00::/8", "::/3", "4000::/2", "8000::/1",
]  # fmt: skip


def test_the_list_of_refused_networks_is_complete() -> None:
    """This test fails if a network is removed from the list.

    Remove a network only if no internal network can have its addresses.
    """
    assert sorted(network for network, _ in REFUSED) == sorted(PINNED)


@pytest.mark.parametrize("network", PINNED)
def test_a_network_is_refused_from_its_first_address_to_its_last(network: str) -> None:
    whole = ip_network(network)
    assert not is_public(str(whole[0]))
    assert not is_public(str(whole[-1]))


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("0.0.0.0", "this network"),  # noqa: S104 - it is refused here
        ("10.1.2.3", "private"),
        ("127.0.0.2", "loopback"),
        ("169.254.169.254", "link-local"),  # the metadata service of most clouds
        ("100.100.100.200", "shared by a carrier"),  # the metadata service of another cloud
        ("192.0.0.192", "protocol assignments"),  # the metadata service of another cloud
        ("168.63.129.16", "a cloud's own service"),
        ("fd00:ec2::254", "unique local"),  # the first metadata service, over IPv6
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::127.0.0.1", "IPv4-compatible"),
        ("::ffff:127.0.0.1", "IPv4-mapped"),
        ("::ffff:0:7f00:1", "IPv4-translated"),
        ("64:ff9b::7f00:1", "NAT64"),
        ("64:ff9b:1::a00:1", "NAT64"),
        ("2002:7f00:1::", "6to4"),
        ("2001:0:7f00:1::", "Teredo"),
        ("2001:2::1", "protocol assignments"),
        ("3fff::1", "documentation"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("1234::1", "not assigned"),
        ("4000::1", "not assigned"),
    ],
)
def test_the_kind_of_an_address_that_is_not_public_is_named(address: str, what: str) -> None:
    assert kind(address) == what


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "192.0.1.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2001:db7::1",
        "2003::1",
        "2606:4700:4700::1111",
        "3fff:1000::1",
    ],
)
def test_public_addresses_pass_even_next_to_refused_networks(address: str) -> None:
    assert is_public(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(0, 2**128 - 1).map(IPv6Address))
def test_no_address_passes_that_python_does_not_call_global(address: IPv4Address | IPv6Address) -> None:
    """Our list refuses every address that the `ipaddress` module of this Python does not call global."""
    assert address.is_global or not is_public(str(address))


@given(st.integers(0, 2**32 - 1))
def test_an_ipv6_address_that_contains_an_ipv4_address_is_refused(number: int) -> None:
    low = f"{number >> 16:x}:{number & 0xFFFF:x}"
    carriers = (f"::{low}", f"::ffff:{low}", f"::ffff:0:{low}", f"64:ff9b::{low}", f"2002:{low}::1", f"2001:0:{low}::")
    assert not any(is_public(str(ip_address(carrier))) for carrier in carriers)


def test_an_allowed_network_or_address_allows_no_other_address() -> None:
    allowed = AllowList.of(["10.1.0.0/16", "127.0.0.1", "fd00:1::/64"])
    opened = ["10.1.0.0", "10.1.255.255", "127.0.0.1", "fd00:1::5"]
    assert all(allowed.opens("any.example", address) for address in opened)
    closed = ["10.2.0.0", "127.0.0.2", "::1", "::ffff:127.0.0.1", "fd00:2::5", "169.254.169.254"]
    assert not any(allowed.opens("any.example", address) for address in closed)


def test_an_allowed_host_allows_all_its_addresses_and_no_other_host() -> None:
    allowed = AllowList.of(["Intranet.Example", "münchen.example"])
    assert allowed.opens("intranet.example.", "10.9.9.9")
    assert allowed.opens("xn--mnchen-3ya.example", "10.9.9.9")
    assert not any(
        allowed.opens(host, "10.9.9.9") for host in ("example", "www.intranet.example", "intranet.example.org")
    )


def test_no_private_address_is_allowed_by_default() -> None:
    assert not AllowList.of([]).opens("localhost", "127.0.0.1")


@pytest.mark.parametrize(
    "entry", ["", " ", "*", "*.example", "http://a.example", "a.example:80", "a b", "127.1", "0x7f.1"]
)
def test_an_invalid_host_address_or_network_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is not a host, address or network"):
        AllowList.of([entry])
