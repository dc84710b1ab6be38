"""Tests that our settings turn off risky features of Scrapy that are on by default."""

from __future__ import annotations

from scrapy.settings import Settings

from crawler.crawl_settings import CrawlSettings
from crawler.settings import scrapy_settings, user_agent


def settings(crawl: CrawlSettings | None = None) -> Settings:
    return Settings(scrapy_settings(crawl or CrawlSettings(), "sqlite:///a.db"))


def test_risky_features_of_scrapy_are_off() -> None:
    built = settings()
    assert built.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert not built.getwithbase("EXTENSIONS")  # by default Scrapy opens a telnet console
    assert not built.getwithbase("SPIDER_MIDDLEWARES")
    downloading = list(built.getwithbase("DOWNLOADER_MIDDLEWARES"))
    doors = ("httpproxy", "scrapy.downloadermiddlewares.cookies", "httpcache", "httpauth")
    assert not any(door in name for name in downloading for door in doors)


def test_only_http_and_https_have_a_download_handler() -> None:
    handlers = settings().getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_the_limits_of_the_configuration_are_used() -> None:
    built = settings(CrawlSettings(max_body=1000, timeout=7, delay=3, concurrency=5, redirects=4))
    assert built.getint("DOWNLOAD_MAXSIZE") == 1000
    assert built.getfloat("DOWNLOAD_TIMEOUT") == 7
    assert built.getfloat("DOWNLOAD_DELAY") == 3
    assert built.getint("CONCURRENT_REQUESTS") == 5
    assert built.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert built.getint("REDIRECT_MAX_TIMES") == 4


def test_every_address_goes_through_the_guard_even_if_addresses_are_allowed() -> None:
    for allowed in ((), ("127.0.0.1",)):
        built = settings(CrawlSettings(allow_private=allowed))
        assert built["TWISTED_DNS_RESOLVER"] == "crawler.network.address_guard.GuardedResolver"


def test_the_user_agent_names_the_program_and_a_contact() -> None:
    assert user_agent("desk@example.org").startswith("Clausewatch/")
    assert "+desk@example.org" in user_agent("desk@example.org")
