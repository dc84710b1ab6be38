"""Searches the sites of companies for their legal pages, with the settings of a run. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from archive.recording.resting_hosts import note_resting, resting_hosts
from archive.storage.database import open_archive
from clausewatch.config import Configuration
from clausewatch.config.tables import web_address
from clausewatch.errors import ClausewatchError, ExitCode
from crawler.crawl_settings import CrawlSettings
from crawler.discovery.model import SearchRequest, SearchResult
from crawler.discovery.run import search_sites
from crawler.network.browser import NoBrowserError
from crawler.settings import scrapy_settings
from crawler.visits.workers import WorkersDeadError


class DomainError(ClausewatchError):
    """The user gave something that is not a domain."""

    exit_code = ExitCode.USAGE


class SearchFailedError(ClausewatchError):
    """The search could not be carried out on this machine."""


class BrowserMissingError(ClausewatchError):
    """The user asked for a browser, and there is none."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """The options of a search."""

    languages: tuple[str, ...] = ()
    render: bool = False


def find_pages(
    domains: Sequence[str], options: SearchOptions, configuration: Configuration | None
) -> tuple[SearchResult, ...]:
    """Return the legal pages of each domain.

    Without a configuration, the default settings apply. With a configuration, hosts that asked an earlier run for a
    pause get no requests. If a host asks this search for a pause, the pause is recorded. Call this function only once
    in a process. Raises DomainError, BrowserMissingError, SearchFailedError, StorageError and CrawlDefectError.
    """
    requests = [_request(domain, options) for domain in dict.fromkeys(domains)]
    crawl = CrawlSettings() if configuration is None else configuration.crawl
    settings = scrapy_settings(crawl, "" if configuration is None else configuration.database)
    try:
        if configuration is None:
            return search_sites(settings, requests, {})[0]
        with open_archive(
            configuration.database, configuration.busy_timeout, group=configuration.database_group
        ) as archive:
            resting = {host.host: host for host in resting_hosts(archive, datetime.now(UTC))}
            results, paused = search_sites(settings, requests, resting)
            if paused:
                note_resting(archive, paused, datetime.now(UTC))
            return results
    except NoBrowserError as error:
        raise BrowserMissingError(f"`--render` {error}") from error
    except WorkersDeadError as error:
        raise SearchFailedError(str(error)) from error


def _request(domain: str, options: SearchOptions) -> SearchRequest:
    request = SearchRequest(domain.strip().rstrip("/"), options.languages, render=options.render)
    try:
        web_address(request.addresses[0])
    except ValueError:
        raise DomainError(f"{domain!r} is not a domain or web address: write it like example.org") from None
    return request
