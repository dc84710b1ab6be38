"""Tests that no message for an Indonesian subscriber has an English word of our own, and that all its times are in the
subscriber's time zone.

A word is English if it occurs in our English texts and not in our Indonesian texts. Words of the policy, names,
commands and codes are removed before the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import get_args

import pytest

from archive.recording.policies import POLICY_EVENT_KINDS
from differ.explanation import Explanation
from differ.model import SEVERITIES, TOPICS, Timing
from document.screening import Reason
from notifier.audience.subscriptions import Subscriber, Target
from notifier.audience.timing import Quiet, Schedule
from notifier.contents.change_notice import Notice, Seen
from notifier.contents.digest import ENDINGS, Account, Digest, Gap, Recap, Watch
from notifier.contents.incident import TOLD_WHEN_OVER, Incident, IncidentNotice, IncidentReport, TroubleKind
from notifier.contents.policy_news import PolicyNews
from notifier.contents.roundup import Roundup
from notifier.contents.welcome import Inception, Promises, Watched, Welcome
from notifier.outbox import MessageContent
from notifier.sending.composing import compose
from notifier.texts.alert import trial_message
from notifier.texts.message import Message
from notifier.texts.phrases import phrases_for
from tests.notifier.changes import WILL_NOT, notice, plain

ZONE = "Asia/Jakarta"
AT = datetime(2026, 11, 22, 21, 4, tzinfo=UTC)
POLICY = "Warung"
KINDS: tuple[TroubleKind, ...] = tuple(kind for part in get_args(TroubleKind) for kind in (get_args(part) or (part,)))
REASONS = (*get_args(Reason), "dns", "tls", "timeout", "refused", "robots", "asked-to-wait", "too-large", "connection")
DETAIL = "the mail server answered nothing within thirty seconds"

READER = Subscriber(
    "Ratna",
    (Target("surat", "ratna@contoh.test"),),
    language="id",
    digest=Schedule("weekly"),
    quiet=Quiet.parse("22:00-07:00"),
    timezone=ZONE,
    operator=True,
    alerts="digest",
    clauses=("III",),
    severity="medium",
)
CLAUSE = replace(
    WILL_NOT,
    section="1. Siapa yang melihat data Anda",
    before="Kami tidak membagikan pesanan Anda.",
    after="Kami membagikan pesanan Anda.",
    edits=(),
    explanation=Explanation("No.", translations=(("id", "Pembagian tidak lagi memerlukan persetujuan."),)),
    source="",
    language="id",
)


def notices() -> Iterator[Notice]:
    """Yield alerts with every note, severity and topic."""
    base = replace(notice(CLAUSE, policy=POLICY), subscriber="Ratna", head="12:00")
    window = Timing(silent=True, stated_after=AT.date(), window_days=30, due=AT.date() + timedelta(days=30))
    yield base
    yield replace(base, judged_by="structure", confirmed=False, flapping=True, timing=window, drift=("id",))
    yield replace(base, coarse=True, former=Seen(2, AT, AT, dates=()), apart_since=3)
    yield replace(base, same_as=1, former=Seen(2, AT, AT, dates=()), former_is_named=False)
    for topic in TOPICS:
        for severity in SEVERITIES:
            yield replace(
                base, alerts=(replace(base.alerts[0], finding=replace(CLAUSE, topic=topic, severity=severity)),)
            )


def digests() -> Iterator[Digest]:
    """Yield digests with every outcome, reason and event."""
    well = Watch(
        POLICY,
        20,
        tuple((ending, 2) for ending in ENDINGS),
        health="well",
        trouble="",
        trouble_since=None,
        version=3,
        last_seen_at=AT,
        gaps=(
            Gap(AT - timedelta(days=4), AT - timedelta(days=1), ended=True),
            Gap(AT - timedelta(days=1), AT, ended=False),
        ),
    )
    failing = replace(well, health="failing", trouble=DETAIL, trouble_since=AT)
    told = Recap(
        POLICY,
        "https://warung.example/privasi",
        earlier=Seen(2, AT - timedelta(days=9), AT - timedelta(days=3), dates=()),
        later=Seen(4, AT - timedelta(days=1), AT, dates=()),
        undone=False,
        findings=tuple(alert.finding for alert in next(notices()).alerts) * 9,
        told=2,
        waiting=2,
        severity="high",
        topics=(("cookies", 2),),
        suppressed=2,
        held=False,
        dismissed=2,
    )
    one = replace(told, later=replace(told.later, number=3), findings=told.findings[:1], told=1, waiting=1)
    undone = replace(told, undone=True, findings=(), told=0, waiting=0, topics=(), suppressed=0, dismissed=0)
    account = Account(
        AT - timedelta(days=7),
        AT,
        "weekly",
        watches=(well, *(replace(failing, reason=reason) for reason in (*REASONS, ""))),
        spans=(),
        changes_left_out=3,
        head="12:00",
        news=tuple(PolicyNews(kind, POLICY, AT, "Kedai") for kind in POLICY_EVENT_KINDS),
    )
    recaps = told, replace(told, told=0, held=True), one, undone
    yield Digest("Ratna", "k", account, notices=tuple(notices())[:3], recaps=recaps)
    unvisited = replace(well, checks=0, outcomes=())
    quiet = replace(account, watches=(unvisited,), spans=(), changes_left_out=0, news=())
    yield Digest("Ratna", "k", replace(quiet, rhythm="daily"))
    yield Digest("Ratna", "k", replace(quiet, rhythm=None))


def incidents() -> Iterator[IncidentNotice]:
    """Yield every kind of message to operators: about the beginning and the end of one incident and of several
    incidents."""
    one = Incident(POLICY, AT, 3, detail=DETAIL, reason="dns", came=("Kami menjual data.",), gone=("Hak Anda.",))
    for kind in KINDS:
        incident = replace(one, event="renamed", former="Kedai") if kind == "list" else one
        for count, left_out in ((1, 0), (2, 5)):
            report = IncidentReport(kind, "began", AT, incidents=(incident,) * count, left_out=left_out)
            yield IncidentNotice("Ratna", "k", report)
            if kind in TOLD_WHEN_OVER:
                yield IncidentNotice("Ratna", "k", replace(report, stage="ended"))


def welcomes() -> Iterator[Welcome]:
    promises = Promises(
        rights=("access", "erase", "optout.sale"),
        recipients=(("partners", "partners"), ("named", "Kopi Kita")),
        recipients_left_out=2,
        rights_section=False,
        unread_languages=(),
    )
    watched = Watched(POLICY, "https://warung.test/", "well", trouble="", since=AT, version=2, promises=promises)
    failing = replace(watched, trouble=DETAIL, reason="login", since=None, promises=None)
    unread = replace(watched, promises=replace(promises, rights=(), recipients=(), unread_languages=("th",)))
    for reader in (READER, replace(READER, alerts="at once", digest=Schedule("daily"), quiet=None, clauses=())):
        asked = replace(reader, via=())
        yield Welcome(
            "Ratna",
            "k",
            Inception(AT, (watched, failing, unread), asked=asked, unheard=((POLICY, ("rights",)),), head="12:00"),
        )


def messages() -> Iterator[Message]:
    contents: list[MessageContent] = [*notices(), *digests(), *incidents(), *welcomes()]
    contents.append(Roundup("Ratna", "k", tuple(notices())[:12]))
    for content in contents:
        yield compose(content, "id", zone=ZONE)
    yield trial_message(READER, AT)


@cache
def english_words() -> frozenset[str]:
    """Return the words of our English texts that do not occur in our Indonesian texts."""
    return frozenset(words(phrases_for("en").texts.values()) - words(phrases_for("id").texts.values()) - ALLOWED)


def words(texts: Iterable[str]) -> set[str]:
    joined = " ".join(texts)
    return set(re.findall(r"[a-z]{2,}", re.sub(r"\{\w+\}|`[^`]*`", " ", joined.casefold())))


ALLOWED = {"utc", "clausewatch", "http", "https", "url", "cron", "systemd"}
"""Names that are the same in English and Indonesian."""

NOT_OURS = (
    r"`[^`]*`",
    r"clausewatch [^\n<]*",
    r"<style.*?</style>",
    r"<[^>]*>",
    r"https?://\S+",
    r"\S+@\S+",
    re.escape(ZONE),
    re.escape(CLAUSE.rule),
    r"robots\.txt",
)
"""Patterns of text that is not ours: commands, markup, addresses, the name of the rule, and the name of the time
zone."""


def our_words(text: str) -> set[str]:
    for pattern in NOT_OURS:
        text = re.sub(pattern, " ", text, flags=re.DOTALL if pattern.startswith("<") else 0)
    return set(re.findall(r"[a-z]{2,}", text.casefold()))


def test_no_message_has_an_english_word_of_ours() -> None:
    wrong = {
        (message.kind, message.subject): found
        for message in messages()
        for text in (message.subject, message.text, message.html, plain(message))
        if (found := our_words(text) & english_words())
    }
    assert not wrong


def test_the_check_finds_an_english_word() -> None:
    message = compose(next(notices()), "en", zone=ZONE)
    assert {"read", "and", "changed"} & our_words(message.text) & english_words()


def test_each_time_is_in_the_readers_time_zone_and_in_utc() -> None:
    assert "23 November 2026, pukul 04.04 Asia/Jakarta (22 November 2026, 21.04 UTC)" in " ".join(
        compose(next(notices()), "id", zone=ZONE).text.split()
    )
    subjects = {message.subject for message in messages() if message.kind in ("alert", "digest")}
    assert all("22 November" not in subject for subject in subjects)
    assert any("23 November 2026" in subject for subject in subjects)


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("UTC", "22 November 2026, 21:04 UTC"),
        ("Europe/Berlin", "22 November 2026, 22:04 Europe/Berlin (21:04 UTC)"),
        ("Asia/Jakarta", "23 November 2026, 04:04 Asia/Jakarta (22 November 2026, 21:04 UTC)"),
        ("Atlantic/Reykjavik", "22 November 2026, 21:04 UTC"),
    ],
)
def test_a_local_time_is_followed_by_utc_with_the_day_if_the_day_differs(zone: str, moment: str) -> None:
    assert phrases_for("en", zone).moment(AT) == moment
