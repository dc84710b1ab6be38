"""Notifies a watchdog at the end of each run. If the watchdog is not notified for some time, it raises an alarm."""

from __future__ import annotations

from clausewatch.config import Configuration
from clausewatch.operation.guarded_http import RequestError, ping
from crawler.network.addresses import AllowList


def ping_watchdog(configuration: Configuration) -> str:
    """Request the address of the watchdog if one is configured. Return the error, or "". The run does not fail because
    of such an error.
    """
    watchdog = configuration.watchdog
    if watchdog.ping is None:
        return ""
    allowed = AllowList.of(configuration.crawl.allow_private)
    try:
        ping(watchdog.ping, allowed, timeout=watchdog.ping_timeout.total_seconds())
    except RequestError as error:
        return str(error)
    return ""
