"""Makes Scrapy's settings for one crawl."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from archive.model import BUSY_TIMEOUT, Policy
from crawler.crawl_settings import Clock, CrawlSettings, utc_now
from crawler.pace import JITTER
from differ.judgement.profiles import Profile

PRODUCT = "Clausewatch"

LEAST_DELAY = 0.001
"""Shortest delay, in seconds. With a delay of 0, Scrapy 2.19 starts all waiting requests to a host at once, because it
counts a request only after it has started.
"""

FIXED: dict[str, Any] = {
    "BOT_NAME": "clausewatch",
    "SPIDER_MODULES": ["crawler.spiders"],
    "ADDONS": {},
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    # These settings forbid access that Scrapy allows by default
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_HANDLERS": {
        "http": "crawler.network.download.BoundedDownloadHandler",
        "https": "crawler.network.download.BoundedDownloadHandler",
        "data": None,
        "file": None,
        "ftp": None,
        "s3": None,
    },
    "TWISTED_DNS_RESOLVER": "crawler.network.address_guard.GuardedResolver",
    "METAREFRESH_MAXDELAY": 10,  # seconds; a page with a later refresh is read and not followed
    "ROBOTSTXT_OBEY": True,
    # Only the components listed here run. Proxies from the environment are left out because they would bypass the
    # address guard. Referrers, a cache, and cookies that all policies share are left out too. So are components that
    # drop responses, because every response is a result. Scrapy's extensions are off, because two of them are servers,
    # and another fails if a crawl ends during its start.
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.middlewares.politeness.PolitenessMiddleware": 90,
        "crawler.middlewares.robots.RobotsMiddleware": 100,
        "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
        "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
        "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
        "crawler.middlewares.refresh.RefreshMiddleware": 580,
        # The number 590 is between redirects by a header (600) and redirects in the page (580)
        "crawler.middlewares.decompression.DecompressionMiddleware": 590,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
        "crawler.middlewares.refusals.RefusalMiddleware": 610,  # directly after Scrapy's redirects (600)
        "crawler.middlewares.cookies.VisitCookiesMiddleware": 700,
        "crawler.middlewares.conditional.ConditionalMiddleware": 845,
    },
    "ITEM_PIPELINES": {"crawler.visits.pipelines.RecordingPipeline": 100},
    "CONCURRENT_ITEMS": 1,  # a response yields at most one item, and Scrapy starts so many tasks for it
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY_JITTER": JITTER,
    # Scrapy's messages about failures are not needed, because the results contain the failures.
    "LOG_LEVEL": "WARNING",
    "STATS_DUMP": False,
}


def scrapy_settings(
    crawl: CrawlSettings,
    database: str,
    policies: Sequence[Policy] = (),
    profiles: Mapping[str, Profile] = MappingProxyType({}),
    now: Clock = utc_now,
    busy_timeout: timedelta = BUSY_TIMEOUT,
) -> dict[str, Any]:
    """Make Scrapy's settings from the settings of this program.

    `database` is the archive's URL. `policies` are the configured policies. If a spider gets no policies as an
    argument, it visits the configured policies that are due. `profiles` are the profiles that policies may have,
    besides the default profile. `now` is the clock that gives the times of visits. `busy_timeout` is the time for which
    the archive waits for another program.
    """
    return {
        **FIXED,
        "CLAUSEWATCH_CRAWL": crawl,
        "CLAUSEWATCH_DATABASE": database,
        "CLAUSEWATCH_BUSY_TIMEOUT": busy_timeout,
        "CLAUSEWATCH_POLICIES": tuple(policies),
        "CLAUSEWATCH_PROFILES": dict(profiles),
        "CLAUSEWATCH_NOW": now,
        "USER_AGENT": user_agent(crawl.contact),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.9,*/*;q=0.5",
            "Accept-Language": "en, *;q=0.5",
        },
        "DOWNLOAD_MAXSIZE": crawl.max_body,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "DOWNLOAD_DELAY": max(crawl.delay, LEAST_DELAY),
        "CONCURRENT_REQUESTS": crawl.concurrency,
        "REDIRECT_MAX_TIMES": crawl.redirects,
    }


def user_agent(contact: str) -> str:
    """Return the User-Agent. It contains the program's name, and the address at which a site's owner can reach the
    operator.
    """
    reach = f"; +{contact}" if contact else ""
    return f"{PRODUCT}/{version('clausewatch')} (policy monitor{reach})"
