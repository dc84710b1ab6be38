"""Writes the texts of feeds and calendars in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.model import RecordedFinding, Version
from archive.questions.calendar import CalendarEntry
from differ.model import SEVERITIES, WATCHED, Finding, Timing
from notifier.texts.phrases import Phrases, phrases_for


@dataclass(frozen=True, slots=True)
class FeedText:
    """The texts of feeds and calendars for one reader."""

    phrases: Phrases

    def say(self, key: str, **words: object) -> str:
        """Return a phrase of feeds."""
        return self.phrases.say(f"desk.feed.{key}", **words)

    def feed_title(self, policy: str | None, tag: str | None, topic: str | None) -> str:
        """Return the title of a feed. It states the policies and the topics."""
        policies = policy or (self.say("tagged", tag=tag) if tag else self.say("all"))
        topics = self._topics((topic,) if topic else WATCHED)
        return self.say("title", policies=policies, topics=topics)

    def subtitle(self, most: int, changes: int) -> str:
        """Return a sentence that says whether the feed has all changes."""
        return self.say("newest", most=most, count=changes) if changes > most else self.say("everything")

    def entry_title(self, version: Version, findings: Sequence[RecordedFinding]) -> str:
        """Return the title of an entry: the policy, the topics, the highest severity and the version."""
        severity = min((recorded.finding.severity for recorded in findings), key=SEVERITIES.index)
        topics = self._topics(tuple(dict.fromkeys(recorded.finding.topic for recorded in findings)))
        words = {"policy": version.policy, "topics": topics, "severity": self.phrases.name("severity", severity)}
        return self.say("entry", **words, number=version.number)

    def finding_title(self, finding: Finding) -> str:
        """Return the topic, the severity and the place of a finding."""
        weight = self.phrases.say(f"desk.finding.{'material' if finding.material else 'not-material'}").lower()
        return self.say(
            "finding",
            topic=self.phrases.name("topic", finding.topic),
            severity=self.phrases.name("severity", finding.severity),
            weight=weight,
            place=finding.section or self.say("nowhere"),
        )

    def rule(self, recorded: RecordedFinding) -> str:
        """Return the rule of a finding, its source and the finding's number."""
        return self.say("rule", rule=recorded.finding.rule, source=recorded.finding.source, number=recorded.id)

    def notes(self, version: Version) -> Iterator[str]:
        """Yield notes on the text of a version, and on the dates and languages of its change."""
        if version.returns_to is not None and version.back_to is not None:
            yield self.say("back", moment=self.phrases.moment(version.back_to), number=version.returns_to)
        if version.flapping:
            yield self.say("flapping")
        if not version.confirmed:
            yield self.say("unconfirmed")
        if version.change is not None:
            yield from self._timing(version, version.change.timing)
            if version.change.drift:
                names = self.phrases.listed([self.phrases.language_name(code) for code in version.change.drift])
                yield self.say("drift", languages=names)

    def _timing(self, version: Version, timing: Timing) -> Iterator[str]:
        """Yield notes on the stated dates. A day is noted if it is later than the day on which the version was first
        seen.
        """
        day, seen = self.phrases.day, version.seen_at.date()
        if timing.silent and timing.stated_after is not None:
            yield self.say("silent", day=day(timing.stated_after))
        elif timing.date_alone and timing.stated_before is not None and timing.stated_after is not None:
            yield self.say("date-alone", before=day(timing.stated_before), after=day(timing.stated_after))
        if timing.effective is not None and timing.effective > seen:
            yield self.say("effective", day=day(timing.effective))
        if timing.due is not None and not timing.silent and timing.due > seen:
            yield self.say("window", day=day(timing.due), text=timing.window_text)

    def event_title(self, entry: CalendarEntry, policy: str) -> str:
        """Return the title of a calendar's event. `policy` is the name of the policy, possibly shortened."""
        return f"{policy}: {self.phrases.say(f'desk.calendar.{entry.kind}')}"

    def event_text(self, entry: CalendarEntry) -> str:
        """Return a sentence about the change to which an event belongs."""
        return self.say("event", number=entry.version, day=self.phrases.day_of(entry.seen_at))

    def _topics(self, topics: Sequence[str]) -> str:
        return self.phrases.listed([self.phrases.name("topic", topic) for topic in topics])


def feed_text(language: str = "en", zone: str = "UTC") -> FeedText:
    """Return the texts for a reader's language and time zone."""
    return FeedText(phrases_for(language, zone, further="desk"))
