"""Messages about several versions name what the policy said in between, so that a reader does not believe that the
earlier text was in force until the later text came."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive.model import AssessedFetch
from archive.recording.policies import synchronise
from archive.recording.recorder import latest, record
from archive.storage.database import Archive
from differ.visits.assessment import Assessment
from languages import languages_with
from notifier.audience.subscriptions import Language, Subscriber
from notifier.contents.change_notice import Notice
from notifier.contents.digest import Digest
from notifier.contents.roundup import Roundup, most_severe_first
from notifier.outbox import MessageContent
from notifier.sending.composing import compose
from notifier.texts.phrases import phrases_for
from notifier.texts.wording import interim_notes
from tests.archive.visits import HOUR, START, TEAHOUSE, fetched, same, seen, written
from tests.notifier.histories import TEXTS, judged
from tests.notifier.reader import DESK, WEEKLY, Reader, days

OFFICER = Subscriber("Officer", (DESK,), welcome=False)
NEXT_MONDAY = START + days(7) + 2 * HOUR


@pytest.fixture
def reader(archive: Archive) -> Reader:
    """Return a desk with a weekly digest, and one policy with the text A. The desk knows this version."""
    synchronise(archive, [TEAHOUSE], START)
    reader = Reader(archive, [OFFICER], now=START + 3 * HOUR)
    show(reader, "A")
    return reader


def show(reader: Reader, letters: str) -> None:
    """Record that the policy shows one text after the other, an hour apart."""
    for letter in letters:
        known = latest(reader.archive, "Teahouse")
        before = known and next(name for name in TEXTS if written(TEXTS[name]) == known.version.document)
        reader.now += HOUR
        comparison = judged(before, letter) if before else None
        found = seen(reader.now, written(TEXTS[letter]), known.number if known else None, comparison)
        record(reader.archive, found, reader.now)


def glimpse(reader: Reader, letter: str) -> None:
    """Record that a visit shows so different a text that a second look comes first."""
    known = latest(reader.archive, "Teahouse")
    assert known is not None
    reader.now += HOUR
    assessment = Assessment("pending", document=written(TEXTS[letter]), identity="e1", detail="much is gone")
    record(reader.archive, AssessedFetch(fetched(reader.now), assessment, known.number), reader.now)


def revisit(reader: Reader) -> None:
    """Record a visit that finds the latest version."""
    reader.now += HOUR
    record(reader.archive, same(reader.now, 1), reader.now)


def flat(content: MessageContent, language: Language = "en") -> str:
    return " ".join(compose(content, language).text.split())


def only(contents: list[MessageContent]) -> Notice:
    (notice,) = contents
    assert isinstance(notice, Notice)
    return notice


def test_a_net_change_names_the_worse_text_in_between(reader: Reader) -> None:
    show(reader, "CD")
    text = flat(only(reader.told()))
    assert "In between, the policy had another text: version 2, seen 2 March 2026, 11:00 UTC." in text
    assert "Compared with version 1, its most severe change was critical: Selling or renting is newly" in text
    assert "Further findings about that text: 1 critical." in text


def test_a_net_change_says_that_the_present_text_was_shown_before(reader: Reader) -> None:
    show(reader, "BCB")
    notice = only(reader.told())
    text = flat(notice)
    assert "The policy had the present text before, as version 2, seen 2 March 2026, 11:00 UTC." in text
    assert "In between, the policy had another text: version 3" in text
    assert "sebagai versi 2, ditemukan pada 2 Maret 2026" in flat(notice, "id")


def test_a_text_that_came_several_times_in_between_is_named_once(reader: Reader) -> None:
    show(reader, "BCBCD")
    (first, second) = only(reader.told()).interims.texts
    assert (first.seen.number, second.seen.number) == (2, 3)


def test_a_single_step_names_no_other_text(reader: Reader) -> None:
    show(reader, "B")
    assert "In between" not in flat(only(reader.told()))


def test_an_alert_names_a_visit_that_showed_an_odd_text_before(reader: Reader) -> None:
    glimpse(reader, "D")
    revisit(reader)
    show(reader, "D")
    notice = only(reader.told())
    assert "On 2 March 2026, 11:00 UTC, a visit showed a very different text" in flat(notice)
    assert "Pada 2 Maret 2026, pukul 11.00 UTC, sebuah kunjungan" in flat(notice, "id")


def test_an_odd_text_that_is_confirmed_did_not_vanish(reader: Reader) -> None:
    glimpse(reader, "D")
    show(reader, "D")
    assert only(reader.told()).interims.vanished == ()


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("nothing", "so much of the text was different that we will look again. Until then, nothing is reported."),
        ("the old text", "The next visit did not show that text, so it is not reported. You need not do anything."),
        ("the same text", "The next visit showed the same text. It is version 2."),
        ("a failure", "so much of the text was different that we will look again."),
    ],
)
def test_a_digest_says_what_happened_to_an_odd_text_and_what_to_do(reader: Reader, after: str, words: str) -> None:
    reader.subscribers = [WEEKLY]
    reader.told()
    glimpse(reader, "D")
    if after == "the old text":
        revisit(reader)
    elif after == "the same text":
        show(reader, "D")
    elif after == "a failure":
        reader.failed(TEAHOUSE)
    digests = [content for content in reader.at(NEXT_MONDAY) if isinstance(content, Digest)]
    assert words in flat(digests[0])
    assert "2 March 2026, 11:00 UTC" in flat(digests[0])


def test_the_fate_of_an_odd_text_of_the_last_period_is_in_the_next_digest(reader: Reader) -> None:
    reader.subscribers = [WEEKLY]
    reader.told()
    glimpse(reader, "D")
    reader.at(NEXT_MONDAY)
    revisit(reader)
    (digest,) = reader.at(NEXT_MONDAY + timedelta(days=7))
    assert "The next visit did not show that text" in flat(digest)
    (digest,) = reader.at(NEXT_MONDAY + timedelta(days=14))
    assert "The next visit did not show that text" not in flat(digest)


@pytest.mark.parametrize("language", languages_with("messages"))
def test_a_roundup_and_a_digest_name_the_texts_in_between_too(reader: Reader, language: Language) -> None:
    reader.subscribers = [WEEKLY]
    reader.told()
    show(reader, "CD")
    notice = only(reader.told())
    notes = interim_notes(notice.interims, phrases_for(language))
    assert len(notes) == 1
    (digest,) = reader.at(NEXT_MONDAY)
    for message in (notice, Roundup("Officer", "key", most_severe_first([notice])), digest):
        assert notes[0] in flat(message, language)
