"""Phrases messages in the reader's language: what happened, whether it matters, when, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from archive.recording.policies import PolicyEventKind
from differ.explanation import PART
from differ.model import SEVERITIES, TOPICS, Finding, Severity
from document.model import UNKNOWN_LANGUAGE, StatedDate
from notifier.contents.change_notice import Interim, Interims, Notice, Passage, Seen
from notifier.texts.phrases import Phrases
from notifier.texts.redline import after, before, short
from notifier.texts.sanitize import clipped, inert

SUBJECT_POLICY = 60
"""Maximum length, in code points, of a policy's name in a subject."""

RECORDED_IN = "en"
"""The language of the recorded details of visits and deliveries."""

SEVERE: tuple[Severity, ...] = ("critical", "high")
"""Severities that no summary leaves out."""

MOST_INTERIMS = 5
"""Maximum number of texts in between that a message names, in addition to those with a critical or high change."""

INTERIM = 240
"""Maximum length, in code points, of the reason for a change in between."""

GIVEN_UP = ("promise/loosened", "place/removed")
"""Effects that say that a promise no longer holds at all."""

PROMISES = ("T1.sale", "T1.recipient", "T2.act", "T3.transfer")
"""Rules on acts that a policy can promise not to do."""

MOST_UNSORTED = 3
"""Maximum number of edits of an unknown topic that a message quotes for one policy."""

SECTION = 120
"""Maximum length, in code points, of a section's headings in a summary."""

WINDOW = 300
"""Maximum length, in code points, of the sentence about a notice or objection period."""


def topic_names(findings: Iterable[Finding], tongue: Phrases) -> str:
    """Name the topics of findings, in their order."""
    return tongue.listed(list(dict.fromkeys(tongue.name("topic", finding.topic) for finding in findings)))


def subject(notice: Notice, gathered: Sequence[Passage], tongue: Phrases) -> str:
    """Say briefly how severe the change is, which policy changed, what happened, and when we saw it."""
    return tongue.say(
        "subject.whole",
        severity=tongue.name("severity", gathered[0].severity),
        policy=clipped(inert(notice.policy), SUBJECT_POLICY),
        event=_event("subject", notice, gathered, tongue),
        day=tongue.day_of(notice.later.seen_at),
    )


def headline(notice: Notice, gathered: Sequence[Passage], tongue: Phrases) -> str:
    """Say in one sentence what happened to the policy."""
    return _event("headline", notice, gathered, tongue)


def _event(table: str, notice: Notice, gathered: Sequence[Passage], tongue: Phrases) -> str:
    """Say what happened: clauses changed, or an earlier text returned."""
    policy = inert(notice.policy)
    if notice.former is not None and not notice.former_is_named:
        return tongue.say(f"{table}.returned_unnamed", policy=policy, number=notice.former.number)
    if notice.former is not None:
        since = tongue.moment(notice.former.seen_at)
        return tongue.say(f"{table}.returned", policy=policy, since=since, number=notice.former.number)
    key = gathered[0].deed if len(gathered) == 1 else "several"
    if gathered[0].deed == "changed" and _is_new_sale(gathered[0].worst):
        key = "new_sale" if len(gathered) == 1 else "new_sale_several"
    findings = [finding for passage in gathered for finding in passage.findings]
    topics = _gravest_topics(findings, tongue)
    if broken := _promise(gathered[0]):
        key = broken if len(gathered) == 1 else f"{broken}_several"
        topics = tongue.name("topic", gathered[0].worst.topic)
    return tongue.say(f"{table}.{key}", policy=policy, topics=topics, count=len(gathered))


def _is_new_sale(finding: Finding) -> bool:
    """Whether a finding says that a clause did not mention a sale before."""
    return finding.topic == "sale" and finding.explanation.code.endswith("/added")


def _promise(passage: Passage) -> str:
    """Return what happened to the promise that the most severe finding of a clause is about, or "". The result is
    `given_up`, `removed_promise` (the clause with the promise is gone), or `weakened`."""
    rule, _, effect = passage.worst.explanation.code.partition(PART)
    if effect in GIVEN_UP:
        return "removed_promise" if passage.deed == "removed" else "given_up"
    if rule in PROMISES and effect.endswith(f"{PART}loosened"):
        return "removed_promise" if passage.deed == "removed" else "weakened" if passage.deed == "changed" else ""
    return ""


def _gravest_topics(findings: Iterable[Finding], tongue: Phrases) -> str:
    """Name at most two topics, because a phone shows only the first words of a subject."""
    names = list(dict.fromkeys(tongue.name("topic", finding.topic) for finding in findings))
    return tongue.listed(names) if len(names) < 3 else tongue.say("list.more", first=names[0], last=names[1])


def verdict_sentence(gathered: Sequence[Passage], tongue: Phrases) -> str:
    """Say whether the change matters."""
    material = sum(passage.material for passage in gathered)
    if material < len(gathered):
        return tongue.say("verdict.some" if material else "verdict.none", material=material, count=len(gathered))
    return tongue.say({1: "verdict.one", 2: "verdict.two"}.get(material, "verdict.all"), count=material)


def advice(notice: Notice, gathered: Sequence[Passage], tongue: Phrases) -> str:
    """Say in one line what to do about the most severe finding: what to check, and how soon. If the policy states a
    later day for the change, the review is due before this day, as at the desk.
    """
    topic = gathered[0].worst.topic
    what = tongue.say(f"advice.topic.{topic if topic in TOPICS else 'other'}")
    days = (notice.timing.effective, notice.timing.due)
    due = min((day for day in days if day is not None and day > _day(notice.later.seen_at)), default=None)
    if due is None:
        return tongue.say(f"advice.{gathered[0].severity}", what=what)
    return tongue.say(f"advice.dated.{gathered[0].severity}", what=what, day=tongue.day(due))


def upcoming_deadline(notice: Notice, tongue: Phrases) -> str:
    """Say which date is still in the future: the end of a notice or objection period, or else the effective date. The
    result is "" if neither is in the future.
    """
    timing, today = notice.timing, _day(notice.later.seen_at)
    if timing.window_days is not None and timing.due is not None and not timing.silent and timing.due >= today:
        return tongue.say("period.ends", due=tongue.day(timing.due))
    if timing.effective is not None and timing.effective > today:
        return tongue.say("period.effect", day=tongue.day(timing.effective))
    return ""


def notes(notice: Notice, gathered: Sequence[Passage], tongue: Phrases) -> list[str]:
    """Say what else matters, such as a change without a new date, a language that was not updated, or an imprecise
    judgement.

    The notes about the order of the texts come first, because they explain the headline.
    """
    sentences = []
    if notice.former is not None and notice.former_is_named:
        sentences.append(tongue.say("note.returned", number=notice.former.number))
    sentences += order_notes(notice, tongue)
    if notice.flapping:
        key = "note.flapping" if notice.settled else "note.flaps_still"
        sentences.append(tongue.say(key, since=tongue.moment(notice.later.seen_at)))
    if not notice.confirmed:
        sentences.append(tongue.say("note.unconfirmed"))
    if notice.timing.silent and notice.timing.stated_after is not None:
        sentences.append(tongue.say("note.silent", day=tongue.day(notice.timing.stated_after)))
    sentences += future_notes(notice.earlier, notice.later, tongue)
    if notice.apart_since:
        sentences.append(tongue.say("note.together", number=notice.apart_since))
    elif notice.drift and notice.drift_is_new:
        sentences.append(_drift(notice.drift, gathered, tongue))
    if notice.judged_by == "structure":
        sentences.append(tongue.say("note.structure"))
    elif notice.coarse:
        sentences.append(tongue.say("note.coarse"))
    return [*sentences, *other_notes(notice, tongue)]


def future_notes(earlier: Seen, later: Seen, tongue: Phrases) -> list[str]:
    """Say that a policy newly states a date that was still to come when its text was first seen."""
    known = {(stated.kind, stated.day) for stated in earlier.dates}
    new = [stated for stated in later.dates if (stated.kind, stated.day) not in known]
    ahead = tuple(stated for stated in new if stated.day > _day(later.seen_at))
    return [tongue.say("note.future", dates=_stated(ahead, tongue))] if ahead else []


def unsorted_notes(findings: Sequence[Finding], tongue: Phrases) -> list[str]:
    """Quote edits of an unknown topic, because a reader can see whether they are about a topic of the reader."""
    lines = []
    for finding in findings[:MOST_UNSORTED]:
        old, new = ("" if side is None else side.text for side in (short(before(finding)), short(after(finding))))
        key = "changed" if old and new else "removed" if old else "added"
        section = clipped(inert(finding.section) or tongue.say("clause.unheaded"), SECTION)
        lines.append(tongue.say(f"note.unsorted_{key}", section=section, old=old, new=new))
    left = len(findings) - len(lines)
    return [*lines, *([tongue.count("note.unsorted_more", left)] if left else [])]


def other_notes(notice: Notice, tongue: Phrases) -> list[str]:
    """Name the other findings about the same two texts: those of an unknown topic, and the topics that the reader did
    not ask for."""
    counted = [
        tongue.say("digest.count", topic=tongue.name("topic", topic), count=count)
        for topic, count in notice.other_topics
    ]
    left = [tongue.say("note.other_topics", topics=tongue.listed(counted))] if counted else []
    return [*unsorted_notes(notice.unsorted, tongue), *left]


def order_notes(notice: Notice, tongue: Phrases) -> list[str]:
    """Say which texts came between the texts that a message compares, or before them. Without these notes, a reader may
    believe that the earlier text was in force until the later text came.
    """
    sentences = []
    if notice.former is not None and not notice.former_is_named:
        former = {"number": notice.former.number, "seen": times_of(notice.former, tongue)}
        sentences.append(tongue.say("note.returned_unnamed", **former))
    if notice.same_as:
        sentences.append(tongue.say("note.came_back", first=notice.same_as, last=notice.earlier.number))
    if notice.steps > 1:
        sentences.append(tongue.say("note.net", first=notice.earlier.number, last=notice.later.number))
    sentences += interim_notes(notice.interims, tongue)
    if notice.interims.vanished:
        moments = tongue.listed([tongue.moment(moment) for moment in notice.interims.vanished[:MOST_INTERIMS]])
        sentences.append(tongue.say("note.vanished", moments=moments))
    return sentences


def interim_notes(interims: Interims, tongue: Phrases) -> list[str]:
    """Name the texts that came between the texts that a message compares. A text with a critical or high change is
    always named."""
    light = [interim for interim in interims.texts if not is_severe(interim)]
    named = [interim for interim in interims.texts if interim not in light[MOST_INTERIMS:]]
    lines = [_interim(interim, tongue) for interim in named]
    left = len(interims.texts) - len(named)
    lines += [tongue.count("note.interims_light", left)] if left else []
    return [*lines, *([tongue.count("note.interims_older", interims.left_out)] if interims.left_out else [])]


def is_severe(interim: Interim) -> bool:
    """Whether a text in between has a critical or high change, or is the later text."""
    return interim.is_later or (interim.worst is not None and interim.worst.severity in SEVERE)


def _interim(interim: Interim, tongue: Phrases) -> str:
    number, seen = interim.seen.number, times_of(interim.seen, tongue)
    if interim.is_later:
        return tongue.say("note.shown_before", number=number, seen=seen)
    line = tongue.say("note.interim", number=number, seen=seen)
    if interim.worst is None:
        return line
    severity = tongue.name("severity", interim.worst.severity)
    reason = clipped(inert(interim.worst.reason_in(tongue.language)), INTERIM)
    line = tongue.say("note.interim_worst", interim=line, before=number - 1, severity=severity, reason=reason)
    others = severity_counts(interim.others, tongue)
    return tongue.say("note.interim_more", interim=line, others=others) if others else line


def graded(counted: str, severities: Iterable[Severity], tongue: Phrases) -> str:
    """Add to a sentence that counts parts how many of them have each severity."""
    counts = severity_counts(severities, tongue)
    return tongue.say("rest.severities", counted=counted, severities=counts) if counts else counted


def severity_counts(severities: Iterable[Severity], tongue: Phrases) -> str:
    """Count severities, the highest first: "1 critical and 2 low"."""
    counts = Counter(severities)
    present = [(severity, counts[severity]) for severity in SEVERITIES if counts[severity]]
    return tongue.listed(
        [
            tongue.say("roundup.count", count=count, severity=tongue.name("severity", severity))
            for severity, count in present
        ]
    )


def times_of(seen: Seen, tongue: Phrases) -> str:
    """Say when the text of a version was first and last seen."""
    since, until = tongue.moment(seen.seen_at), tongue.moment(seen.last_seen_at)
    return tongue.say("seen.once" if since == until else "seen.often", since=since, until=until)


def _drift(left: tuple[str, ...], gathered: Sequence[Passage], tongue: Phrases) -> str:
    changed = dict.fromkeys(finding.language for passage in gathered for finding in passage.findings)
    names = [tongue.language_name(language) for language in changed if language not in (*left, UNKNOWN_LANGUAGE)]
    still = tongue.listed([tongue.language_name(language) for language in left])
    if not names:
        return tongue.say("note.drift_unnamed", left=still)
    return tongue.say("note.drift", changed=tongue.listed(names), left=still)


def seen(notice: Notice, tongue: Phrases) -> str:
    """Say when we saw the text."""
    return tongue.say("seen.later", moment=tongue.moment(notice.later.seen_at), number=notice.later.number)


def earlier_seen(notice: Notice, tongue: Phrases) -> str:
    """Say in which period the earlier text was seen."""
    number = notice.earlier.number
    since, until = tongue.moment(notice.earlier.seen_at), tongue.moment(notice.earlier.last_seen_at)
    if since == until:
        return tongue.say("seen.moment", number=number, since=since)
    return tongue.say("seen.span", number=number, since=since, until=until)


def stated(notice: Notice, tongue: Phrases) -> str:
    """Say which dates the policy states about itself, and whether they changed together with the text."""
    earlier, later = notice.earlier.dates, notice.later.dates
    before, after = _stated(earlier, tongue), _stated(later, tongue)
    if not later:
        return tongue.say("stated.gone", before=before) if earlier else tongue.say("stated.none")
    if not earlier:
        return tongue.say("stated.first", after=after)
    same = {(stated.kind, stated.day) for stated in earlier} == {(stated.kind, stated.day) for stated in later}
    return tongue.say("stated.same" if same else "stated.moved", before=before, after=after)


def _stated(dates: tuple[StatedDate, ...], tongue: Phrases) -> str:
    words = [tongue.say(f"stated.{stated.kind}", day=tongue.day(stated.day)) for stated in dates]
    return ", ".join(dict.fromkeys(words))


def period(notice: Notice, tongue: Phrases) -> tuple[str, str]:
    """Say when a notice or objection period ends, and quote the policy's sentence about the period. Both texts are ""
    if there is no period. If the date did not change together with the text, the date does not belong to this change,
    and no period is counted from it.
    """
    timing = notice.timing
    if timing.window_days is None:
        return "", ""
    days = tongue.count("period.days", timing.window_days)
    due = timing.due if not timing.silent else None
    if due is None:
        words = tongue.say("period.undated", days=days)
    else:
        key = "period.open" if due >= _day(notice.later.seen_at) else "period.past"
        words = tongue.say(key, due=tongue.day(due), days=days)
    return words, clipped(inert(timing.window_text), WINDOW)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def event_words(event: PolicyEventKind, former: str, tongue: Phrases) -> str:
    """Return the event of a policy in a few words."""
    return tongue.say(f"event.{event}", former=inert(former))


def trouble(detail: str, reason: str, tongue: Phrases) -> str:
    """Say why a policy could not be read. Details are recorded in English. Readers of other languages get the name of
    the reason instead."""
    if tongue.language == RECORDED_IN:
        return inert(detail)
    return tongue.texts.get(f"trouble.{reason}") or tongue.say("trouble.other")
