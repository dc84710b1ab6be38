"""The guard at connect time: decides to which addresses the crawler may open a socket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]  # it has none

from crawler.network.addresses import AllowList, host_key, is_public

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase


class GuardedResolver(CachingHostnameResolver):
    """Resolves a name, and passes on only addresses that are public or that the user allowed.

    Scrapy connects to exactly the addresses that this resolver passes on, also for a literal address, a redirect and
    robots.txt. A name that later resolves to another address is therefore checked again.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.allowed = AllowList()
        self.refused: dict[str, str] = {}
        """Host, as `host_key` gives it -> one of its refused addresses, if all its addresses were refused."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = AllowList.of(crawler.settings["CLAUSEWATCH_CRAWL"].allow_private)
        return resolver

    def resolveHostName(  # noqa: N802 - the name is Twisted's
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803 - the name is Twisted's
        hostName: str,  # noqa: N803 - the name is Twisted's
        portNumber: int = 0,  # noqa: N803 - the name is Twisted's
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - the name is Twisted's
        transportSemantics: str = "TCP",  # noqa: N803 - the name is Twisted's
    ) -> IHostResolution:
        gate: Any = Gate(resolutionReceiver, hostName, self)
        return super().resolveHostName(gate, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class Gate:
    """Wraps a receiver of addresses and passes on only the allowed addresses."""

    def __init__(self, receiver: Any, host: str, guard: GuardedResolver) -> None:
        self.receiver = receiver
        self.host = host
        self.guard = guard
        self.passed = False
        self.refused: str | None = None

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - the name is Twisted's
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - the name is Twisted's
        if is_public(address.host) or self.guard.allowed.opens(self.host, address.host):
            self.passed = True
            self.receiver.addressResolved(address)
        else:
            self.refused = address.host

    def resolutionComplete(self) -> None:  # noqa: N802 - the name is Twisted's
        if self.passed:
            self.guard.refused.pop(host_key(self.host), None)
        elif self.refused is not None:
            self.guard.refused[host_key(self.host)] = self.refused
        self.receiver.resolutionComplete()


def refused_address(host: str) -> str | None:
    """Return the address because of which the guard refused a host at its last resolution, or None."""
    from twisted.internet import reactor  # only after Scrapy has installed its reactor

    resolver = getattr(reactor, "nameResolver", None)
    return resolver.refused.get(host_key(host)) if isinstance(resolver, GuardedResolver) else None
