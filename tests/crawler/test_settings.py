"""Access that Scrapy allows by default is closed."""

from __future__ import annotations

from scrapy.settings import Settings

from crawler.crawl_settings import CrawlSettings
from crawler.settings import scrapy_settings, user_agent


def settings(crawl: CrawlSettings | None = None) -> Settings:
    return Settings(scrapy_settings(crawl or CrawlSettings(), "sqlite:///a.db"))


def test_no_door_is_left_open() -> None:
    built = settings()
    assert built.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert not built.getwithbase("EXTENSIONS")  # Scrapy has a telnet console and a remote control
    assert not built.getwithbase("SPIDER_MIDDLEWARES")
    downloading = list(built.getwithbase("DOWNLOADER_MIDDLEWARES"))
    doors = ("httpproxy", "scrapy.downloadermiddlewares.cookies", "httpcache", "httpauth")
    assert not any(door in name for name in downloading for door in doors)


def test_only_http_and_https_are_spoken() -> None:
    handlers = settings().getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_limits_are_those_of_the_configuration() -> None:
    built = settings(CrawlSettings(max_body=1000, timeout=7, delay=3, concurrency=5, redirects=4))
    assert built.getint("DOWNLOAD_MAXSIZE") == 1000
    assert built.getfloat("DOWNLOAD_TIMEOUT") == 7
    assert built.getfloat("DOWNLOAD_DELAY") == 3
    assert built.getint("CONCURRENT_REQUESTS") == 5
    assert built.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert built.getint("REDIRECT_MAX_TIMES") == 4


def test_every_address_goes_through_the_guard_whatever_is_allowed() -> None:
    for allowed in ((), ("127.0.0.1",)):
        built = settings(CrawlSettings(allow_private=allowed))
        assert built["TWISTED_DNS_RESOLVER"] == "crawler.network.address_guard.GuardedResolver"


def test_the_user_agent_says_who_asks_and_where_to_complain() -> None:
    assert user_agent("desk@example.org").startswith("Clausewatch/")
    assert "+desk@example.org" in user_agent("desk@example.org")
