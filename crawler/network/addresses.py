"""Decides which addresses are not public, and which of these addresses a user allows.

The list here is the same on every version of Python. Python's module `ipaddress` is not used, because it differs
between versions, and because it counts multicast, NAT64 and some cloud services as global.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

REFUSED: tuple[tuple[str, str], ...] = (
    # https://www.iana.org/assignments/iana-ipv4-special-registry
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared by a carrier"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),  # 192.0.0.192 is also an internal service of a cloud
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    # The registries list this address as global, but it is an internal service of a cloud.
    ("168.63.129.16/32", "a cloud's own service"),
    # https://www.iana.org/assignments/iana-ipv6-special-registry
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::/96", "IPv4-compatible"),
    ("::ffff:0:0/96", "IPv4-mapped"),
    ("::ffff:0:0:0/96", "IPv4-translated"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "NAT64"),
    ("100::/64", "discarded"),
    ("100:0:0:1::/64", "dummy prefix"),
    ("2001::/32", "Teredo"),
    ("2001::/23", "protocol assignments"),  # this includes benchmarking 2001:2::/48 and the ORCHIDs
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "unique local"),  # fd00:ec2::254 is an internal service of a cloud
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
    # All other addresses outside 2000::/3 are refused, because global unicast addresses are in 2000::/3 (RFC 4291
    # section 2.4).
    ("::/3", "not assigned"),
    ("4000::/2", "not assigned"),
    ("8000::/1", "not assigned"),
)
"""Networks that are not public, and their kinds. If an address is in several networks, the first one gives the kind."""

_REFUSED: tuple[tuple[Network, str], ...] = tuple((ip_network(network), what) for network, what in REFUSED)

LONGEST_URL = 8_000
"""Maximum length of a URL in characters. RFC 9110 section 4.1 recommends support for at least this number."""

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*")
_UNCLEAR = re.compile(r"""[^\[\]0-9A-Za-z._:-]""")
"""Matches a character that cannot occur in an ASCII host and port."""
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
"""Matches the last part of a host name that is a number, such as 127.1. Such a name is an IP address in an unusual
notation.
"""


def kind(address: str) -> str | None:
    """Return the kind of an address that is not public. Return None if the address is public.

    An IPv6 address is not public if it contains an IPv4 address (mapped, compatible, translated, NAT64, 6to4, Teredo).
    Raises ValueError if the text is not an IP address.
    """
    parsed = _address(address)
    return next((what for network, what in _REFUSED if parsed in network), None)


def is_public(address: str) -> bool:
    """Whether a host on the public internet can have this IP address."""
    return kind(address) is None


def host_key(host: str) -> str:
    """Return a host name in a form for comparisons: in lower case, in IDNA, without a final dot."""
    name = host.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def plain_host(url: str) -> str:
    """Return the host of a URL if all parsers agree on the host.

    Raises ValueError if the parsers may disagree. The error's message is the rest of a sentence that begins with "The
    address". Browsers, urllib and Twisted disagree about user names, backslashes, escapes and spaces before the path.
    One parser reads the URL for the robots.txt, and another parser reads it for the page. So the two parsers could
    reach different hosts.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("cannot be read: its host or port is malformed") from None
    if len(url) > LONGEST_URL:
        raise ValueError(f"has more than {LONGEST_URL} characters")
    if parts.scheme not in ("http", "https"):
        raise ValueError("is neither http nor https")
    if "@" in parts.netloc:
        raise ValueError("holds a user name")
    if not host or port == 0:
        raise ValueError("names no host, or port 0")
    if _UNCLEAR.search(parts.netloc) or (":" in host and not _is_address(host)):
        raise ValueError("has a host that can be read in several ways")
    return host


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class AllowList:
    """Hosts and networks that a user allows although they are not public, for example on an intranet."""

    hosts: frozenset[str] = frozenset()
    """Host names in the form of `host_key`. If a request uses such a host name, every address of the host is
    allowed.
    """
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> AllowList:
        """Read a list of host names, addresses and networks. Raises ValueError if an entry is none of these."""
        read = [allowed_entry(entry) for entry in entries]
        return cls(
            frozenset(entry for entry in read if isinstance(entry, str)),
            tuple(entry for entry in read if not isinstance(entry, str)),
        )

    def opens(self, host: str, address: str) -> bool:
        """Whether an address is allowed because its host is allowed, or because its network is allowed."""
        parsed = _address(address)
        return host_key(host) in self.hosts or any(parsed in network for network in self.networks)


def allowed_entry(entry: str) -> str | Network:
    """Read one entry of an allow list: a network in CIDR form, an address, or a host name.

    A single address is returned as a network with one address. Raises ValueError with a message that says how to fix
    the entry.
    """
    try:
        return ip_network(entry.strip("[]"))
    except ValueError:
        pass
    try:
        wider = ip_network(entry, strict=False)
    except ValueError:
        wider = None
    if wider is not None:
        raise ValueError(f'has more bits than its mask: write "{wider}" for the network, or the address alone')
    host = host_key(entry)
    if not _HOST.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise ValueError(
            'is not a host, address or network: write it like "intranet.example", "10.1.2.3" or "10.1.0.0/16"'
        )
    return host


def _address(address: str) -> Address:
    return ip_address(address.partition("%")[0])  # the name of an interface in a link-local address is left out
