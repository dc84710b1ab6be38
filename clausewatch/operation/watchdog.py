"""Tells a watchdog that a run came to its end, so that it can tell somebody where none does."""

from __future__ import annotations

from clausewatch.config import Configuration
from clausewatch.operation.guarded_http import RequestError, ping
from crawler.network.addresses import AllowList


def ping_watchdog(configuration: Configuration) -> str:
    """Ask for the address that the configuration names, if any; return why that failed, or "". Fails nothing else."""
    watchdog = configuration.watchdog
    if watchdog.ping is None:
        return ""
    allowed = AllowList.of(configuration.crawl.allow_private)
    try:
        ping(watchdog.ping, allowed, timeout=watchdog.ping_timeout.total_seconds())
    except RequestError as error:
        return str(error)
    return ""
