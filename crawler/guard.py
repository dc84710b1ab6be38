"""The gate at connect time: which addresses the crawler may open a socket to."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]  # it has none

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


class GuardedResolver(CachingHostnameResolver):
    """Resolves a name, and lets through only the addresses that are public.

    Scrapy connects to exactly the addresses that come out of here, also for a literal address, a redirect and
    robots.txt, so a name that resolves anew to something else is checked anew.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.refused: dict[str, str] = {}
        """Host name -> the last address of it that was not let through."""

    def resolveHostName(  # noqa: N802 - the name is Twisted's
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803 - the name is Twisted's
        hostName: str,  # noqa: N803 - the name is Twisted's
        portNumber: int = 0,  # noqa: N803 - the name is Twisted's
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - the name is Twisted's
        transportSemantics: str = "TCP",  # noqa: N803 - the name is Twisted's
    ) -> IHostResolution:
        self.refused.pop(hostName, None)
        gate: Any = PublicAddresses(resolutionReceiver, hostName, self.refused)
        return super().resolveHostName(gate, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class PublicAddresses:
    """Stands before a receiver of addresses and passes on the public ones."""

    def __init__(self, receiver: Any, host: str, refused: dict[str, str]) -> None:
        self.receiver = receiver
        self.host = host
        self.refused = refused

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - the name is Twisted's
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - the name is Twisted's
        if is_public(address.host):
            self.receiver.addressResolved(address)
        else:
            self.refused[self.host] = address.host

    def resolutionComplete(self) -> None:  # noqa: N802 - the name is Twisted's
        self.receiver.resolutionComplete()


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet: not loopback, private, link-local, shared, multicast.

    An IPv6 address that carries an IPv4 one (mapped, compatible, 6to4, Teredo, NAT64) counts as not public.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped or found.sixtofour or found.teredo or found.is_site_local:
            return False
        if found in NAT64 or found in IPV4_COMPATIBLE:
            return False
    return found.is_global and not found.is_multicast and found not in HOST_SERVICES


IPV4_COMPATIBLE = ipaddress.ip_network("::/96")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
HOST_SERVICES = frozenset({ipaddress.ip_address("168.63.129.16"), ipaddress.ip_address("192.0.0.192")})
"""Globally routable by the registries, but a cloud's own services to the machines in it."""
