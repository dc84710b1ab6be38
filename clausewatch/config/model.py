"""The configuration as the rest of the program reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from pathlib import Path

from archive.model import BUSY_TIMEOUT, Policy
from archive.upkeep.retention_rule import Retention
from clausewatch.config.profiles import Tailoring, bundled_profiles
from clausewatch.config.secrets import Redactor, masked_url
from crawler.crawl_settings import CrawlSettings
from differ.judgement.profiles import Profile
from notifier.audience.subscriptions import Channel, Subscriber


@dataclass(frozen=True, slots=True)
class Stamping:
    """How heads of the archive's chain are stamped by an authority, RFC 3161."""

    authority: str
    """The address to ask."""
    certificates: Path
    """The file of the root certificates that are trusted to stand behind the authority's, PEM; absolute."""
    every: timedelta
    """How often at most."""
    _: KW_ONLY
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class Watchdog:
    """When a policy is in trouble, and who hears that runs come to their end."""

    trouble_after: int = 3
    """Visits in a row that did not show a policy, after which operators are told."""
    ping: str | None = field(default=None, repr=False)
    """An address to ask after each run; its path is a secret. None for none."""
    ping_timeout: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One configuration file, read, filled and found to be sound. No secret shows in its repr."""

    path: Path
    """The file, absolute."""
    database: str = field(repr=False)
    """The archive's URL; the path of a SQLite file is absolute."""
    busy_timeout: timedelta = BUSY_TIMEOUT
    """How long the archive waits for another program's lock, and for a server to answer."""
    _: KW_ONLY
    policies: tuple[Policy, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    channels: tuple[Channel, ...] = ()
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    templates: Path | None = None
    """The folder of the templates that take the place of ours, absolute."""
    stamping: Stamping | None = None
    """None where no time stamps are wanted."""
    retention: Retention | None = None
    """None where raw bodies of pages are kept for ever."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    profiles: Mapping[str, Profile] = field(default_factory=bundled_profiles, repr=False)
    """Every profile that a policy may name: those that come with Clausewatch, and those of the file."""
    tailorings: tuple[Tailoring, ...] = ()
    """What the file's own profiles change."""
    env_file: Path | None = None
    redacted: Redactor = field(default_factory=Redactor)
    """Takes the values of variables out of a text that is to be shown."""
    from_environment: tuple[str, ...] = ()
    """The variables that came from the environment, which a cron job would not have."""

    @property
    def database_shown(self) -> str:
        """The archive's URL without its password."""
        return self.redacted(masked_url(self.database))
