"""Decides to which addresses the crawler may open a connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Self

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no type hints

from crawler.network.addresses import AllowList, host_key, is_public
from crawler.network.failures import Failure, KnownError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase


class GuardedResolver(CachingHostnameResolver):
    """Resolves a host name, and returns only addresses that are public or that the user allowed.

    Scrapy connects only to the addresses that this resolver returns, also for redirects, for robots.txt, and for hosts
    that are IP addresses. If a name later resolves to another address, that address is checked too.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.allowed = AllowList()
        self.refused: dict[str, str] = {}
        """Hosts for which all addresses were refused. The key is the host's name in the form of `host_key`. The value
        is one refused address.
        """
        self._opened: set[str] = set()
        """Hosts for which the resolver returned an address that is allowed although it is not public."""
        self._sent_to: Counter[str] = Counter()
        """Hosts to which data is being sent now. Only their public addresses are returned."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = AllowList.of(crawler.settings["CLAUSEWATCH_CRAWL"].allow_private)
        return resolver

    def passes(self, host: str, address: str) -> bool:
        """Whether the crawler may connect to an address of a host now."""
        if is_public(address):
            return True
        key = host_key(host)
        if self._sent_to[key] or not self.allowed.opens(host, address):
            return False
        self._opened.add(key)
        return True

    @contextmanager
    def only_public(self, host: str) -> Iterator[None]:
        """Return only public addresses of a host while the context is open. So no connection to another address is
        made.

        Raises KnownError if a connection to another address may already exist.
        """
        key = host_key(host)
        if key in self._opened:
            sentence = f"{host} is allowed by allow_private; it may only be sent GET requests, not data."
            raise KnownError(Failure("refused", sentence))
        self._sent_to[key] += 1
        try:
            yield
        finally:
            self._sent_to[key] -= 1

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
    """Receives addresses, and passes only the allowed addresses on to the actual receiver."""

    def __init__(self, receiver: Any, host: str, guard: GuardedResolver) -> None:
        self.receiver = receiver
        self.host = host
        self.guard = guard
        self.passed = False
        self.refused: str | None = None

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - the name is Twisted's
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - the name is Twisted's
        if self.guard.passes(self.host, address.host):
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
    """Return the address of a host that was the reason for the last refusal of this host, or None."""
    guard = _guard()
    return None if guard is None else guard.refused.get(host_key(host))


def sending_to(host: str) -> AbstractContextManager[None]:
    """Return a context in which the crawler connects only to public addresses of a host. Entering the context raises
    KnownError if a connection to a non-public address may already exist.
    """
    guard = _guard()
    return nullcontext() if guard is None else guard.only_public(host)


def _guard() -> GuardedResolver | None:
    from twisted.internet import reactor  # may be imported only after Scrapy has installed its reactor

    resolver = getattr(reactor, "nameResolver", None)
    return resolver if isinstance(resolver, GuardedResolver) else None
