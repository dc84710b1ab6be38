"""Notifies a watchdog at the end of each run. The watchdog raises an alarm if runs stop."""

from __future__ import annotations

from clausewatch.config import Configuration
from clausewatch.operation.guarded_http import RequestError, ping
from crawler.network.addresses import AllowList


def ping_watchdog(configuration: Configuration) -> str:
    """Request the configured address, if there is one. Return the error, or "". An error does not make the run fail."""
    watchdog = configuration.watchdog
    if watchdog.ping is None:
        return ""
    allowed = AllowList.of(configuration.crawl.allow_private)
    try:
        ping(watchdog.ping, allowed, timeout=watchdog.ping_timeout.total_seconds())
    except RequestError as error:
        return str(error)
    return ""
