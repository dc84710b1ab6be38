"""The configuration as the rest of the program uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from pathlib import Path

from archive.masking import masked_url
from archive.model import BUSY_TIMEOUT, Policy
from archive.upkeep.retention_rule import Retention
from clausewatch.config.profiles import Tailoring, bundled_profiles
from clausewatch.config.secrets import Redactor
from crawler.crawl_settings import CrawlSettings
from differ.judgement.profiles import Profile
from notifier.audience.planning import ROUNDUP_FROM, Thresholds
from notifier.audience.subscriptions import Channel, Subscriber


@dataclass(frozen=True, slots=True)
class Stamping:
    """Settings for timestamps of the chain's heads by an authority, RFC 3161."""

    authority: str
    """The authority's address."""
    certificates: Path
    """The file of the trusted root certificates of the authority, PEM; absolute."""
    every: timedelta
    """The shortest interval between two timestamps."""
    _: KW_ONLY
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class HeadList:
    """The file in which the chain's heads are also kept, as a list that only grows."""

    file: Path
    """Absolute; best on another machine's disk, or where this user may only append."""
    key: Path | None
    """The private SSH key that signs each line, without a passphrase; None for unsigned lines."""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """Settings for when a policy is in trouble, and which watchdog to notify at the end of each run."""

    trouble_after: int = 3
    """Consecutive visits without the policy after which operators are notified."""
    ping: str | None = field(default=None, repr=False)
    """The address to request after each run; its path is a secret. None for none."""
    ping_timeout: timedelta = timedelta(seconds=10)
    _: KW_ONLY
    critical_waiting: timedelta = timedelta(minutes=30)
    """Time that a critical alert may wait before others are notified."""
    waiting: timedelta = timedelta(hours=6)
    """Time that any other message may wait, quiet hours not counted."""

    @property
    def thresholds(self) -> Thresholds:
        """Limits from which operators are notified of a problem."""
        return Thresholds(self.trouble_after, self.critical_waiting, self.waiting)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One configuration file, read, filled in and validated. Its repr shows no secret."""

    path: Path
    """The file, absolute."""
    database: str = field(repr=False)
    """The archive's URL; the path of a SQLite file is absolute."""
    busy_timeout: timedelta = BUSY_TIMEOUT
    """Time that the archive waits for another program's lock, and for a server to answer."""
    _: KW_ONLY
    policies: tuple[Policy, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    channels: tuple[Channel, ...] = ()
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    templates: Path | None = None
    """The folder of the templates that replace ours, absolute."""
    roundup_from: int = ROUNDUP_FROM
    """Changes for one target that become one message."""
    stamping: Stamping | None = None
    head_list: HeadList | None = None
    """None if no timestamps are requested."""
    retention: Retention | None = None
    """None if raw bodies of pages are kept for ever."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    profiles: Mapping[str, Profile] = field(default_factory=bundled_profiles, repr=False)
    """Every profile that a policy may name: the bundled profiles, and those of the file."""
    tailorings: tuple[Tailoring, ...] = ()
    """The changes that the file's own profiles make to bundled ones."""
    env_file: Path | None = None
    redacted: Redactor = field(default_factory=Redactor)
    """Removes the values of variables from a text before it is shown."""
    from_environment: tuple[str, ...] = ()
    """The variables that came from the environment, which a cron job does not have."""

    @property
    def database_shown(self) -> str:
        """The archive's URL without its password."""
        return self.redacted(masked_url(self.database))
