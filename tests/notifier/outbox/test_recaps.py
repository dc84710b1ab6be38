"""Tests the part of a digest that says how a policy's text differs between the beginning and the end of the period."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from archive.evidence import chain
from archive.recording.policies import synchronise
from archive.recording.recorder import latest, record
from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow
from notifier import outbox
from notifier.audience.subscriptions import Language
from notifier.contents.digest import Digest, Gap, Recap
from notifier.sending.composing import compose
from notifier.texts.wording import MOST_UNSORTED
from tests.archive.visits import HOUR, START, TEAHOUSE, failed, same, seen, written
from tests.notifier.changes import WILL_NOT, clause, notice, record_change
from tests.notifier.histories import TEXTS, judged
from tests.notifier.reader import DESK, WEEKLY, Reader, days

NEXT_MONDAY = START + days(7) + 2 * HOUR


@pytest.fixture
def reader(archive: Archive) -> Reader:
    """Return a desk with a weekly digest, and one policy with the text A."""
    synchronise(archive, [TEAHOUSE], START)
    reader = Reader(archive, now=START + 3 * HOUR)
    show(reader, "A")
    return reader


def show(reader: Reader, letter: str) -> None:
    """Record that the policy has a text."""
    known = latest(reader.archive, "Teahouse")
    text, before = written(TEXTS[letter]), None
    if known is not None:
        before = next(name for name in TEXTS if written(TEXTS[name]) == known.version.document)
    comparison = None if before is None else judged(before, letter)
    reader.now += HOUR
    record(reader.archive, seen(reader.now, text, known.number if known else None, comparison), reader.now)


def digest_at(reader: Reader, moment: datetime) -> Digest:
    (digest,) = [content for content in reader.at(moment) if isinstance(content, Digest)]
    return digest


def flat(digest: Digest, language: Language = "en") -> str:
    return " ".join(compose(digest, language).text.split())


def recap_of(digest: Digest) -> Recap:
    (recap,) = digest.recaps
    return recap


def test_a_recap_compares_the_texts_at_the_beginning_and_at_the_end_of_the_period(reader: Reader) -> None:
    for letter in "BC":
        show(reader, letter)
        assert len(reader.told()) == 1
    digest = digest_at(reader, NEXT_MONDAY)
    recap = recap_of(digest)
    assert (recap.earlier.number, recap.later.number) == (1, 3)
    expected = [finding.reason for finding in judged("A", "C").findings if finding.material]
    assert sorted(finding.reason for finding in recap.findings) == sorted(expected)
    text = flat(digest)
    for finding in recap.findings:
        assert f"{finding.severity.upper()} | {finding.section}: {finding.reason}" in text
    assert "clausewatch diff Teahouse 1 3" in text
    assert "https://teahouse.example/privacy" in text


def test_findings_are_in_the_language_of_the_reader(reader: Reader) -> None:
    show(reader, "C")
    digest = digest_at(reader, NEXT_MONDAY)
    for finding in recap_of(digest).findings:
        assert finding.reason_in("id") != finding.reason
        assert finding.reason_in("id") in flat(digest, "id")
        assert finding.reason not in flat(digest, "id")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Teahouse, 2 new versions: the last is version 3, first seen 2 March 2026, 12:00 UTC. Compared "
            "with version 1: changed and changed back",
        ),
        (
            "id",
            "Teahouse, 2 versi baru: yang terakhir versi 3, pertama kali ditemukan pada 2 Maret 2026, pukul 12.00 UTC. "
            "Dibandingkan dengan versi 1: berubah, lalu kembali ke teks semula",
        ),
    ],
)
def test_a_change_that_was_undone_before_any_message_is_named_with_the_text_in_between(
    reader: Reader, language: Language, words: str
) -> None:
    for letter in "BA":
        show(reader, letter)
    digest = digest_at(reader, NEXT_MONDAY)
    recap = recap_of(digest)
    assert (recap.undone, recap.findings, recap.told, recap.matters) == (True, (), 0, False)
    lines = compose(digest, language).text.split("- Teahouse, ")[1].split("---")[0]
    line, between = " ".join(f"Teahouse, {lines}".split()).split(" ! ")
    assert line == words
    assert recap.interims.texts[0].seen.number == 2
    assert "advertising partners" in between


def test_only_alerts_that_were_sent_count_as_sent(reader: Reader) -> None:
    """The alert of version 2 is replaced by an alert that compares version 1 with version 3."""
    show(reader, "B")
    outbox.plan_alerts(reader.archive, reader.subscribers, reader.now)
    show(reader, "C")
    (notice,) = reader.told()
    assert not isinstance(notice, Digest)
    digest = digest_at(reader, NEXT_MONDAY)
    material = [finding for finding in judged("A", "C").findings if finding.material]
    assert (recap_of(digest).told, recap_of(digest).waiting) == (len(material), 0)


def test_alerts_that_wait_are_not_called_sent(reader: Reader) -> None:
    show(reader, "B")
    outbox.plan_alerts(reader.archive, reader.subscribers, reader.now)
    outbox.plan_digest_now(reader.archive, WEEKLY, reader.now)
    waiting = outbox.open_deliveries(reader.archive, reader.now)
    claimed = outbox.claim(reader.archive, waiting[-1].id, reader.now)
    assert claimed is not None
    assert isinstance(claimed.notice, Digest)
    recap = recap_of(claimed.notice)
    assert (recap.told, recap.waiting) == (0, len(recap.findings))
    assert "wait to be sent" in flat(claimed.notice) or "waits to be sent" in flat(claimed.notice)


def test_clauses_that_a_digest_shows_in_full_are_not_listed_again(reader: Reader) -> None:
    reader.subscribers = [replace(WEEKLY, alerts="digest")]
    show(reader, "B")  # critical, and sent at once
    digest_at(reader, NEXT_MONDAY)
    show(reader, "A")
    digest = digest_at(reader, NEXT_MONDAY + days(7))
    assert len(digest.notices) == 1
    text = flat(digest)
    assert ": shown in full above" in text
    assert text.count(recap_of(digest).findings[0].reason) == 1


def test_findings_above_whose_earlier_text_returned_before_are_not_called_unsent(reader: Reader) -> None:
    """The digest compares version 1 with version 4. Its alerts compare version 3, which has the same text, with it."""
    show(reader, "B")
    digest = digest_at(reader, NEXT_MONDAY)
    recap = replace(recap_of(digest), held=True, told=0)
    version_3, version_4 = replace(recap.earlier, number=3), replace(recap.later, number=4)
    recap = replace(recap, later=version_4)
    assert "not sent yet" in flat(replace(digest, recaps=(recap,)))
    above = replace(notice(WILL_NOT), earlier=version_3, later=version_4, same_as=1)
    text = flat(replace(digest, recaps=(recap,), notices=(above,)))
    assert "shown in full above" in text
    assert "not sent yet" not in text


@pytest.mark.parametrize(
    ("language", "words", "nothing"),
    [
        ("en", "1 finding for you", "no change of meaning"),
        ("id", "1 temuan untuk Anda", "tanpa perubahan makna"),
    ],
)
def test_a_digest_that_lists_findings_does_not_say_that_the_meaning_is_the_same(
    reader: Reader, language: Language, words: str, nothing: str
) -> None:
    show(reader, "B")
    digest = digest_at(reader, NEXT_MONDAY)
    unsent = replace(recap_of(digest), told=0, waiting=0, topics=(), suppressed=0, findings=(WILL_NOT,))
    text = flat(replace(digest, notices=(), recaps=(unsent,)), language)
    assert words in text
    assert nothing not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Of unknown topic, in “Tea”: removed is “A copy is free.”"),
        ("id", "Topiknya tidak dikenali, di “Tea”: “A copy is free.” dihapus"),
    ],
)
def test_a_digest_quotes_edits_of_an_unknown_topic(reader: Reader, language: Language, words: str) -> None:
    other = replace(clause("[-A copy is free.-]"), topic="other", material=False, severity="low", section="Tea")
    record_change(reader.archive, other)
    digest = digest_at(reader, NEXT_MONDAY)
    (finding,) = recap_of(digest).unsorted
    assert words in flat(digest, language)
    many = replace(recap_of(digest), unsorted=(finding,) * 9)
    assert flat(replace(digest, recaps=(many,)), language).count(words) == MOST_UNSORTED
    new = clause("{+A copy costs 20 euros.+}", finding)
    swapped = clause("You may ask, and it [-is free-]{+costs 9 euros+}.", finding)
    text = flat(replace(digest, recaps=(replace(many, unsorted=(new, swapped)),)), language)
    quotations = ("A copy costs 20 euros.", "You may ask, and it is free.", "You may ask, and it costs 9 euros.")
    assert all(f"“{quotation}”" in text for quotation in quotations)


def test_a_digest_that_waits_keeps_its_period(reader: Reader) -> None:
    show(reader, "B")
    assert len(reader.told()) == 1
    reader.now = NEXT_MONDAY
    outbox.plan_digests(reader.archive, reader.subscribers, reader.now)
    show(reader, "C")
    digests = [content for content in reader.told() if isinstance(content, Digest)]
    assert [(recap.earlier.number, recap.later.number) for recap in digests[0].recaps] == [(1, 2)]
    following = recap_of(digest_at(reader, NEXT_MONDAY + days(7)))
    assert (following.earlier.number, following.later.number) == (2, 3)


def test_a_preview_is_the_digest_and_records_nothing(reader: Reader) -> None:
    reader.subscribers = [replace(WEEKLY, alerts="digest", via=(DESK,))]
    for letter in "DB":
        show(reader, letter)
    reader.told()
    head = chain.head(reader.archive)
    previewed = outbox.preview_digest(reader.archive, reader.subscribers[0], reader.now, {})
    assert previewed is not None
    assert chain.head(reader.archive) == head
    assert outbox.open_deliveries(reader.archive, reader.now) == ()
    outbox.plan_digest_now(reader.archive, reader.subscribers[0], reader.now)
    (digest,) = [content for content in reader.told() if isinstance(content, Digest)]
    assert compose(digest).text == compose(previewed).text
    assert (digest.recaps, digest.account.spans) == (previewed.recaps, previewed.account.spans)


def test_a_digest_that_an_older_program_planned_keeps_its_changes(reader: Reader) -> None:
    show(reader, "B")
    assert len(reader.told()) == 1
    outbox.plan_digest_now(reader.archive, WEEKLY, reader.now)
    former = {"policy": "Teahouse", "version": 2, "seen_at": reader.now.isoformat(), "told": 1}
    with reader.archive.writing() as session:
        (row,) = session.scalars(select(DeliveryRow).where(DeliveryRow.kind == "digest")).all()
        row.payload = {key: row.payload[key] for key in row.payload if key != "spans"} | {"changes": [former]}
    (digest,) = [content for content in reader.told() if isinstance(content, Digest)]
    assert (recap_of(digest).earlier.number, recap_of(digest).later.number) == (1, 2)


@pytest.mark.parametrize(
    ("language", "ended", "lasting"),
    [
        (
            "en",
            "no visit read it for 3 days, from 3 March 2026, 06:00 UTC to 6 March 2026, 06:00 UTC",
            "no visit has read it for 3 days, since 6 March 2026, 06:00 UTC",
        ),
        (
            "id",
            "tidak ada kunjungan yang membacanya selama 3 hari, dari 3 Maret 2026, pukul 06.00 UTC sampai 6 Maret "
            "2026, pukul 06.00 UTC",
            "belum ada kunjungan yang membacanya selama 3 hari, sejak 6 Maret 2026, pukul 06.00 UTC",
        ),
    ],
)
def test_a_digest_says_for_how_many_days_a_policy_was_not_seen(
    reader: Reader, language: Language, ended: str, lasting: str
) -> None:
    for day in (1, 4):
        record(reader.archive, same(START + days(day), 1), START + days(day))
    record(reader.archive, failed(START + days(5)), START + days(5))
    digest = digest_at(reader, NEXT_MONDAY)
    (watch,) = digest.account.watches
    sighting, last = START + days(4), NEXT_MONDAY
    assert watch.gaps == (
        Gap(START + days(1), sighting, ended=True),
        Gap(sighting, last, ended=False),
    )
    assert ended in flat(digest, language)
    assert lasting in flat(digest, language)
    record(reader.archive, same(NEXT_MONDAY + HOUR, 1), NEXT_MONDAY + HOUR)
    following = digest_at(reader, NEXT_MONDAY + days(1) + timedelta(days=6))
    assert [gap.since for gap in following.account.watches[0].gaps] == [sighting, NEXT_MONDAY + HOUR]


def test_the_time_between_visits_that_were_due_is_not_a_gap(reader: Reader) -> None:
    for hours in range(12, 7 * 24, 23):
        record(reader.archive, same(START + hours * HOUR, 1), START + hours * HOUR)
    assert digest_at(reader, NEXT_MONDAY).account.watches[0].gaps == ()


def test_a_change_that_is_being_sent_does_not_wait_for_the_text_to_settle(reader: Reader) -> None:
    show(reader, "B")
    reader.told()
    reader.now = NEXT_MONDAY - days(1)
    for letter in "ABC":
        show(reader, letter)
    reader.now = NEXT_MONDAY
    (digest,) = [content for content in reader.told(accepted=False) if isinstance(content, Digest)]
    assert recap_of(digest).waiting
    assert not recap_of(digest).held


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "Changes in what you watch, in 1 policy: Inn."),
        ("id", "Ada perubahan pada hal yang Anda pantau, dalam 1 kebijakan: Inn."),
    ],
)
def test_a_digest_counts_a_change_of_an_earlier_period_whose_alerts_were_held_until_now(
    reader: Reader, language: Language, headline: str
) -> None:
    digest = digest_at(reader, NEXT_MONDAY)
    assert headline not in flat(digest, language)
    assert headline in flat(replace(digest, notices=(notice(WILL_NOT, policy="Inn"),)), language)
