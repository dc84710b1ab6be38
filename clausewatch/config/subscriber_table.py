"""The schema of the table `[[subscriber]]`. `clausewatch subscribe` validates its options with it too."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, model_validator

from clausewatch.config.tables import Name, Table, Word, known_choice, one_of
from differ.model import SEVERITIES, WATCHED, Severity
from languages import languages_with
from notifier.audience.subscriptions import ALERTS, TOPICS, Alerts, Language, Subscriber, Target
from notifier.audience.timing import DAYS, RHYTHMS, Quiet, Rhythm, Schedule, parse_clock, zone_of


def _target(value: object) -> Target:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('names no channel: write "channel" or "channel:recipient"')
    return Target.parse(value)


def _quiet(value: object) -> Quiet:
    return Quiet.parse(value if isinstance(value, str) else "")


def _clock(value: object) -> time:
    return parse_clock(value if isinstance(value, str) else "")


def _message_language(value: object) -> object:
    return known_choice(value, languages_with("messages"))


def _zone(value: str) -> str:
    zone_of(value)
    return value


class SubscriberTable(Table):
    """The table `[[subscriber]]`."""

    name: Name
    via: Annotated[tuple[Annotated[Target, BeforeValidator(_target)], ...], Field(min_length=1)]
    topics: tuple[Annotated[str, one_of(TOPICS)], ...] | None = None
    clauses: Annotated[tuple[Word, ...], Field(min_length=1)] | None = None
    severity: Annotated[Severity, one_of(SEVERITIES)] = "low"
    policies: Annotated[tuple[Word, ...], Field(min_length=1)] | None = None
    language: Annotated[Language, BeforeValidator(_message_language)] = "en"
    alerts: Annotated[Alerts, one_of(ALERTS)] = "at once"
    digest: Annotated[Rhythm, one_of(RHYTHMS)] | None = None
    digest_day: Annotated[str, one_of(DAYS)] | None = None
    digest_at: Annotated[time, BeforeValidator(_clock)] | None = None
    quiet: Annotated[Quiet, BeforeValidator(_quiet)] | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    operator: StrictBool = False
    welcome: StrictBool = True

    @model_validator(mode="after")
    def _receives_something(self) -> SubscriberTable:
        if self.topics == () and not (self.clauses or self.operator or self.digest):
            raise ValueError("has no topics, so it would receive nothing: name one, or take `topics` out")
        return self

    @model_validator(mode="after")
    def _digest_is_whole(self) -> SubscriberTable:
        if self.digest is None:
            if self.alerts == "digest":
                raise ValueError('`alerts = "digest"` needs a digest: add digest = "daily" or "weekly"')
            if self.digest_at is not None or self.digest_day is not None:
                raise ValueError('sets the time of a digest, but no digest: add digest = "daily" or "weekly"')
        if self.digest == "daily" and self.digest_day is not None:
            raise ValueError("`digest_day` is for weekly digests: take it out")
        return self

    def subscriber(self) -> Subscriber:
        """Return the subscriber that the table describes."""
        return Subscriber(
            name=self.name,
            via=self.via,
            topics=self._topics(),
            clauses=self.clauses or (),
            severity=self.severity,
            policies=self.policies or (),
            language=self.language,
            alerts=self.alerts,
            digest=self._schedule(),
            quiet=self.quiet,
            timezone=self.timezone,
            operator=self.operator,
            welcome=self.welcome,
        )

    def _topics(self) -> tuple[str, ...]:
        if self.topics is not None:
            return self.topics
        return () if self.clauses else WATCHED  # clauses replace the default topics

    def _schedule(self) -> Schedule | None:
        if self.digest is None:
            return None
        at = time(8) if self.digest_at is None else self.digest_at
        return Schedule(self.digest, at, DAYS.index(self.digest_day or DAYS[0]))
