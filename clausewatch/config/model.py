"""The classes of a loaded configuration. All other modules use these classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from pathlib import Path

from archive.masking import masked_url
from archive.model import BUSY_TIMEOUT, INVENTORY_LOT, SEARCH_TIMEOUT, Policy, ReviewTimes
from archive.upkeep.retention_rule import Retention
from clausewatch.config.desk_table import DeskSettings
from clausewatch.config.profiles import Tailoring, bundled_profiles
from clausewatch.config.secrets import Redactor
from crawler.crawl_settings import CrawlSettings
from differ.judgement.profiles import Profile
from notifier.audience.planning import ROUNDUP_FROM, Thresholds
from notifier.audience.subscriptions import Channel, Subscriber


@dataclass(frozen=True, slots=True)
class Stamping:
    """Settings for timestamps (RFC 3161) on heads of the chain."""

    authority: str
    """Address of the authority that signs the timestamps."""
    certificates: Path
    """Absolute path of a PEM file with the trusted root certificates of the authority."""
    every: timedelta
    """Minimum interval between two timestamps."""
    _: KW_ONLY
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class HeadList:
    """Settings for the list of heads: a file to which heads of the chain are appended."""

    file: Path
    """Absolute path of the file. The file should be on another machine. Otherwise this user should only have the right
    to append to the file.
    """
    key: Path | None
    """Private SSH key with which each line is signed. It has no passphrase. None if lines are not signed."""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """Settings for problems with the monitoring: when operators are notified, and which watchdog service is contacted
    after each run.
    """

    trouble_after: int = 3
    """Operators are notified after this number of visits in a row that did not find the policy."""
    ping: str | None = field(default=None, repr=False)
    """Address that is requested after each run, or None. The path of this address is a secret."""
    ping_timeout: timedelta = timedelta(seconds=10)
    _: KW_ONLY
    critical_waiting: timedelta = timedelta(minutes=30)
    """Maximum time that a critical alert may wait before operators are notified."""
    waiting: timedelta = timedelta(hours=6)
    """Maximum time that any other message may wait before operators are notified. Quiet hours are not counted."""

    @property
    def thresholds(self) -> Thresholds:
        """The settings for the notification of operators, in the form that the notifier needs."""
        return Thresholds(self.trouble_after, self.critical_waiting, self.waiting)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A validated configuration. A setting that is missing in the file has its default. `repr` shows no secrets."""

    path: Path
    """Absolute path of the configuration file."""
    database: str = field(repr=False)
    """The archive's URL. The path of a SQLite file is absolute."""
    busy_timeout: timedelta = BUSY_TIMEOUT
    """Maximum time to wait for another program's lock on the database, or for a database server's response."""
    _: KW_ONLY
    search_timeout: timedelta = SEARCH_TIMEOUT
    """Time limit of a search."""
    inventory_lot: int = INVENTORY_LOT
    """Maximum number of missing inventories that are made in one run, or for one answer."""
    written_database: str = field(default="", repr=False)
    """The archive's URL as it is written in the file, without the values of variables."""
    token: str = ""
    """Random text that changes with the file; see `checked.py`. It is "" if the file and its channels were not
    checked.
    """
    database_group: str | None = None
    """The group that may read a SQLite archive. None if only the owner may read it."""
    policies: tuple[Policy, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    channels: tuple[Channel, ...] = ()
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    templates: Path | None = None
    """Absolute path of a folder with the user's own message templates. None if there is no such folder."""
    roundup_from: int = ROUNDUP_FROM
    """Minimum number of changes for a roundup. If at least this number of changes must be sent to the same target, they
    are sent as one message.
    """
    stamping: Stamping | None = None
    head_list: HeadList | None = None
    """Settings for the list of heads. None if there is no list."""
    retention: Retention | None = None
    """Rule that says how long raw pages are kept. None if they are kept forever."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    review_times: ReviewTimes = field(default_factory=ReviewTimes)
    """Times within which findings should be reviewed."""
    desk: DeskSettings = field(default_factory=DeskSettings)
    profiles: Mapping[str, Profile] = field(default_factory=bundled_profiles, repr=False)
    """All profiles that a policy can have: the bundled profiles, and the profiles of the file."""
    tailorings: tuple[Tailoring, ...] = ()
    """The changes that the file's own profiles make to bundled profiles."""
    env_file: Path | None = None
    redacted: Redactor = field(default_factory=Redactor)
    """Removes the values of variables from a text. Every text from the configuration must pass through it before it is
    shown.
    """
    from_environment: tuple[str, ...] = ()
    """Names of the variables with values from the environment. A cron job has another environment, so the variables may
    be missing there.
    """

    @property
    def database_shown(self) -> str:
        """The archive's URL with its password masked."""
        return self.redacted(masked_url(self.database))
