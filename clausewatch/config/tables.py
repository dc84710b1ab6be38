"""The schema of the configuration file, with a class for each table. The module `checks` finds problems that concern
several tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Annotated, Any, get_args, get_type_hints
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    create_model,
    field_validator,
    model_validator,
)

from archive.model import BUSY_TIMEOUT, INVENTORY_LOT, SEARCH_TIMEOUT, ReviewTimes, SecondLooks
from archive.upkeep.retention_rule import Retention
from clausewatch.config.quantities import Duration, Size, duration_text, size_text
from clausewatch.errors import suggestion
from crawler.crawl_settings import Bounds, CrawlSettings
from crawler.network.addresses import allowed_entry
from differ.model import SEVERITIES, Severity
from differ.model import TOPICS as FINDING_TOPICS
from notifier.audience.planning import ROUNDUP_FROM
from notifier.audience.subscriptions import TAG

SHORTEST_EVERY = timedelta(minutes=15)
"""Minimum interval between two checks of a policy. More frequent visits would burden the sites."""

_IN_URLS = "https://see.urls.invalid/"
"""Value of `url` if a table has `urls` instead. This address is never fetched."""
_LOOKS = SecondLooks()
_REVIEW_TIMES = ReviewTimes()


def one_of(choices: tuple[str, ...]) -> BeforeValidator:
    """Return a validator that accepts these choices. Its error suggests the choice that is most similar to the
    value.
    """
    return BeforeValidator(lambda value: known_choice(value, choices))


def known_choice(value: object, choices: tuple[str, ...]) -> object:
    """Return the value if it is one of the choices.

    Otherwise raise ValueError, which suggests the most similar choice.
    """
    if value not in choices:
        raise ValueError(f"is not known; {suggestion(str(value), choices)}")
    return value


def _name(value: str) -> str:
    name = value.strip()
    if not name:
        raise ValueError("is empty: write a name")
    if name.startswith(TAG):
        raise ValueError(f"begins with {TAG!r}, which marks a tag: choose another name")
    if not name.isprintable():
        raise ValueError("holds a control character or a line break: write it on one line")
    return name


def web_address(value: str) -> str:
    """Return an http or https address. Raises ValueError if the address cannot be crawled. The message says how to
    correct it.
    """
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a web address: write it like https://example.org/privacy") from None
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user name or password: they would be stored and shown; watch a public address")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("is not a web address: write it like https://example.org/privacy")
    if re.search(r"[\s\\]", value):
        raise ValueError("holds a space or a backslash: write %20 for a space, and / between folders")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError('is not a language code: write two or three small letters, like "en" or "id"')
    return value


def _contact(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+|https?://\S+", value):
        raise ValueError("is neither an e-mail address nor a web address: a site's owner should reach you there")
    return value


def _every(value: timedelta) -> timedelta:
    if value < SHORTEST_EVERY:
        raise ValueError(f"is too often: at least {duration_text(SHORTEST_EVERY)} between two checks")
    return value


def _named_one_by_one(value: object) -> object:
    """Reject true and false, because the user must list the allowed hosts or networks."""
    if value is True:
        raise ValueError(
            'would allow every private address: name what you mean, like ["intranet.example", "10.1.0.0/16"]'
        )
    if value is False:
        raise ValueError("is the default: take the key out, or name what may be fetched in a list")
    return value


def _allowed(value: str) -> str:
    allowed_entry(value)
    return value


def between(low: float, high: float, say: Callable[[float], str]) -> AfterValidator:
    """Return a validator for a number between two limits. For a duration, the limits are in seconds."""

    def check(value: Any) -> Any:
        number = value.total_seconds() if isinstance(value, timedelta) else value
        if not low <= number <= high:
            raise ValueError(f"is out of bounds: from {say(low)} to {say(high)}")
        return value

    return AfterValidator(check)


def seconds_text(number: float) -> str:
    """Return a number of seconds as a duration in words."""
    return duration_text(timedelta(seconds=number))


def bytes_text(number: float) -> str:
    """Return a number of bytes as a size in words."""
    return size_text(int(number))


def whole(low: float, high: float) -> AfterValidator:
    """Return a validator for a whole number between two limits."""
    return between(low, high, "{:g}".format)


Name = Annotated[str, AfterValidator(_name)]
WebAddress = Annotated[str, AfterValidator(web_address)]
Every = Annotated[Duration, AfterValidator(_every)]
Language = Annotated[str, AfterValidator(_language)]
Word = Annotated[str, Field(min_length=1)]
FineTopic = Annotated[str, one_of(FINDING_TOPICS)]


class Table(BaseModel):
    """The base class of all tables. A table is frozen, rejects unknown keys, and hides values in error messages."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CrawlTable(Table):
    """The keys of the table `[crawl]` that are not in CrawlSettings. `FULL_CRAWL_TABLE` also has the keys of
    CrawlSettings.
    """

    every: Every = timedelta(days=1)
    confirm_after: Annotated[Duration, between(0, 7 * 86_400, seconds_text)] = _LOOKS.confirm_after
    confirm_max: Annotated[Duration, between(0, 90 * 86_400, seconds_text)] = _LOOKS.confirm_max
    flap_quiet: Annotated[Duration, between(0, 90 * 86_400, seconds_text)] = _LOOKS.flap_quiet

    def looks(self) -> SecondLooks:
        """Return the settings for second looks at unusual changes, and for flapping texts."""
        return SecondLooks(self.confirm_after, self.confirm_max, self.flap_quiet)

    def settings(self) -> CrawlSettings:
        """Return the crawler's settings."""
        return CrawlSettings(**{setting.name: getattr(self, setting.name) for setting in fields(CrawlSettings)})


def _bounded(bounds: Bounds) -> Any:
    """Return the type of a setting with bounds: a duration, a size or a whole number.

    Bounds of a duration are in seconds.
    """
    low, high = bounds.least, bounds.most
    if bounds.unit == "seconds":
        return Annotated[Duration, between(low, high, seconds_text), AfterValidator(timedelta.total_seconds)]
    if bounds.unit == "bytes":
        return Annotated[Size, between(low, high, bytes_text)]
    return Annotated[StrictInt, whole(low, high)]


_TEXTS: dict[str, Any] = {
    "contact": Annotated[str, AfterValidator(_contact)],
    "chromium": Word,
    "allow_private": Annotated[
        tuple[Annotated[str, AfterValidator(_allowed)], ...], BeforeValidator(_named_one_by_one)
    ],
}
"""The types of the crawler settings without bounds."""


def _crawl_keys() -> dict[str, Any]:
    """Return the type and the default of each crawler setting."""
    hints = get_type_hints(CrawlSettings, include_extras=True)
    bounded = {
        name: _bounded(bounds)
        for name, hint in hints.items()
        for bounds in get_args(hint)
        if isinstance(bounds, Bounds)
    }
    shapes = _TEXTS | bounded
    return {setting.name: (shapes[setting.name], setting.default) for setting in fields(CrawlSettings)}


FULL_CRAWL_TABLE = create_model("CrawlTable", __base__=CrawlTable, **_crawl_keys())
"""The table `[crawl]` with all its keys."""


class RuleTable(Table):
    """The table `[[profile.NAME.rule]]`."""

    rule: Name
    words: Annotated[tuple[Word, ...], Field(min_length=1)]
    topic: FineTopic
    severity: Annotated[Severity, one_of(SEVERITIES)]
    source: Word
    material: StrictBool = True


class ProfileTable(Table):
    """The table `[profile.NAME]`. Its rules are validated separately."""

    extends: Word = "default"
    off: tuple[Word, ...] = ()
    material: tuple[FineTopic, ...] = ()
    quiet: tuple[FineTopic, ...] = ()
    rule: list[dict[str, Any]] = Field(default_factory=list)


class PolicyTable(Table):
    """The table `[[policy]]`."""

    name: Name
    url: WebAddress
    urls: Annotated[tuple[WebAddress, ...], Field(min_length=1)] = ()
    languages: tuple[Language, ...] = ()
    profile: Name = "default"
    tags: tuple[Word, ...] = ()
    select: tuple[Word, ...] = ()
    remove: tuple[Word, ...] = ()
    render: StrictBool = False
    every: Every | None = None
    owner: Name | None = None
    paused: StrictBool = False
    renamed_from: Name | None = None
    new: StrictBool = False

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, table: Any) -> Any:
        """Accept a table with `urls` instead of `url`."""
        if not isinstance(table, dict) or "urls" not in table:
            return table
        if "url" in table:
            raise ValueError("has both `url` and `urls`: keep one")
        return {**table, "url": _IN_URLS}

    @model_validator(mode="after")
    def _new_or_renamed(self) -> PolicyTable:
        if self.new and self.renamed_from is not None:
            raise ValueError("has both `new` and `renamed_from`: keep one")
        return self

    @field_validator("urls")
    @classmethod
    def _each_once(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((url for position, url in enumerate(urls) if url in urls[:position]), None)
        if twice is not None:
            raise ValueError(f"names {twice} twice: name each address once")
        return urls

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of the policy, in reading order."""
        return self.urls or (self.url,)


class MessagesTable(Table):
    """The table `[messages]`."""

    templates: Word | None = None
    roundup_from: Annotated[StrictInt, whole(2, 10_000)] = ROUNDUP_FROM


class EvidenceTable(Table):
    """The table `[evidence]`."""

    timestamp: WebAddress | None = None
    timestamp_ca: Word | None = None
    timestamp_every: Annotated[Duration, between(0, 366 * 86_400, seconds_text)] = timedelta(days=1)
    timestamp_timeout: Annotated[Duration, between(1, 600, seconds_text)] = timedelta(seconds=30)
    heads_file: Word | None = None
    heads_key: Word | None = None
    keep_bodies: Annotated[Duration, between(86_400, 100 * 366 * 86_400, seconds_text)] | None = None
    hold: tuple[Word, ...] = ()

    def retention(self) -> Retention | None:
        """Return for how long raw pages are kept; None means forever."""
        if self.keep_bodies is None:
            return None
        tags = frozenset(entry.removeprefix(TAG) for entry in self.hold if entry.startswith(TAG))
        return Retention(self.keep_bodies, frozenset(entry for entry in self.hold if not entry.startswith(TAG)), tags)

    @model_validator(mode="after")
    def _can_be_verified(self) -> EvidenceTable:
        if self.timestamp is not None and self.timestamp_ca is None:
            raise ValueError(
                "has `timestamp` without `timestamp_ca`: nobody can verify a timestamp without certificates"
            )
        if self.heads_key is not None and self.heads_file is None:
            raise ValueError("has `heads_key` without `heads_file`: name the file that holds the signed heads")
        return self


class WatchdogTable(Table):
    """The table `[watchdog]`."""

    trouble_after: Annotated[StrictInt, whole(1, 1000)] = 3
    ping: WebAddress | None = None
    ping_timeout: Annotated[Duration, between(1, 600, seconds_text)] = timedelta(seconds=10)
    critical_waiting: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(days=7))] = timedelta(minutes=30)
    waiting: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(days=7))] = timedelta(hours=6)


class ReviewTable(Table):
    """The table `[review_within]`."""

    critical: Annotated[Duration, between(3600, 366 * 86_400, seconds_text)] = _REVIEW_TIMES.critical
    high: Annotated[Duration, between(3600, 366 * 86_400, seconds_text)] = _REVIEW_TIMES.high
    other: Annotated[Duration, between(3600, 366 * 86_400, seconds_text)] = _REVIEW_TIMES.other

    def times(self) -> ReviewTimes:
        """Return the times within which findings should be reviewed."""
        return ReviewTimes(**dict(self))


class FileTable(Table):
    """The top level of the file. Its tables are validated separately, so that problems in all tables are found."""

    database: Word = "sqlite:///clausewatch.db"
    busy_timeout: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(minutes=10))] = BUSY_TIMEOUT
    search_timeout: Annotated[Duration, between(1, 600, seconds_text)] = SEARCH_TIMEOUT
    inventory_lot: Annotated[StrictInt, whole(1, 100_000)] = INVENTORY_LOT
    database_group: Word | None = None
    env_file: Word | None = None
    crawl: dict[str, Any] = Field(default_factory=dict)
    channels: dict[str, Word] = Field(default_factory=dict)
    messages: dict[str, Any] = Field(default_factory=dict)
    evidence: dict[str, Any] = Field(default_factory=dict)
    watchdog: dict[str, Any] = Field(default_factory=dict)
    review_within: dict[str, Any] = Field(default_factory=dict)
    desk: dict[str, Any] = Field(default_factory=dict)
    profile: dict[str, Any] = Field(default_factory=dict)
    policy: list[dict[str, Any]] = Field(default_factory=list)
    subscriber: list[dict[str, Any]] = Field(default_factory=list)
