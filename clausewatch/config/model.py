"""The configuration as the rest of the program uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from pathlib import Path

from archive.masking import masked_url
from archive.model import BUSY_TIMEOUT, INVENTORY_LOT, Policy
from archive.upkeep.retention_rule import Retention
from clausewatch.config.profiles import Tailoring, bundled_profiles
from clausewatch.config.secrets import Redactor
from crawler.crawl_settings import CrawlSettings
from differ.judgement.profiles import Profile
from notifier.audience.planning import ROUNDUP_FROM, Thresholds
from notifier.audience.subscriptions import Channel, Subscriber


@dataclass(frozen=True, slots=True)
class Stamping:
    """Settings for timestamps (RFC 3161) of the chain's heads."""

    authority: str
    """Address of the authority that signs."""
    certificates: Path
    """Absolute path of a PEM file with the trusted root certificates of the authority."""
    every: timedelta
    """Minimum interval between two timestamps."""
    _: KW_ONLY
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class HeadList:
    """Settings for a file in which the chain's heads are also kept. The list only grows."""

    file: Path
    """Absolute path. It is best on another machine's disk, or in a place where this user may only append."""
    key: Path | None
    """Private SSH key that signs each line, without a passphrase; None for unsigned lines."""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """Settings that say when a policy has a problem, and which watchdog is notified at the end of each run."""

    trouble_after: int = 3
    """Number of visits in a row without the policy after which operators are notified."""
    ping: str | None = field(default=None, repr=False)
    """Address to request after each run, or None. Its path is a secret."""
    ping_timeout: timedelta = timedelta(seconds=10)
    _: KW_ONLY
    critical_waiting: timedelta = timedelta(minutes=30)
    """Maximum time that a critical alert may wait before others are notified."""
    waiting: timedelta = timedelta(hours=6)
    """Maximum time that any other message may wait. Quiet hours are not counted."""

    @property
    def thresholds(self) -> Thresholds:
        """Limits at which operators are notified of a problem."""
        return Thresholds(self.trouble_after, self.critical_waiting, self.waiting)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One configuration file, validated and completed with defaults. Its repr shows no secrets."""

    path: Path
    """The file, absolute."""
    database: str = field(repr=False)
    """The archive's URL. The path of a SQLite file is absolute."""
    busy_timeout: timedelta = BUSY_TIMEOUT
    """Time to wait for another program's lock, and for a server's response."""
    _: KW_ONLY
    inventory_lot: int = INVENTORY_LOT
    """Maximum number of versions that get their missing inventories in a run or for an answer."""
    database_group: str | None = None
    """The group that may read a SQLite archive; None for its owner alone."""
    policies: tuple[Policy, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    channels: tuple[Channel, ...] = ()
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    templates: Path | None = None
    """Absolute path of a folder with templates that replace ours."""
    roundup_from: int = ROUNDUP_FROM
    """Number of changes for one target from which they become one message."""
    stamping: Stamping | None = None
    head_list: HeadList | None = None
    """None if heads are not kept in a list."""
    retention: Retention | None = None
    """None if raw bodies of pages are kept forever."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    profiles: Mapping[str, Profile] = field(default_factory=bundled_profiles, repr=False)
    """All profiles that a policy may name: the bundled ones, and those of the file."""
    tailorings: tuple[Tailoring, ...] = ()
    """The changes that the file's own profiles make to bundled profiles."""
    env_file: Path | None = None
    redacted: Redactor = field(default_factory=Redactor)
    """Removes the values of variables from a text before it is shown."""
    from_environment: tuple[str, ...] = ()
    """Variables that came from the environment. A cron job does not have them."""

    @property
    def database_shown(self) -> str:
        """The archive's URL with its password masked."""
        return self.redacted(masked_url(self.database))
