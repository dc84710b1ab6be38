"""Tests digests. There is one complete digest for each period, even if nothing happened in the period."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from archive.evidence import chain
from archive.recording.policies import synchronise
from archive.recording.recorder import record
from archive.storage.database import Archive
from differ.explanation import Explanation
from notifier import outbox
from notifier.audience.subscriptions import Language
from notifier.audience.timing import Quiet, Schedule
from notifier.channels.outcome import Failed
from notifier.contents.change_notice import Notice
from notifier.contents.digest import MOST_CHANGES, Digest, Gap
from notifier.sending.composing import compose
from tests.archive.visits import HOUR, JUDGED, RETENTION, SHARING, START, TEAHOUSE, seen, written
from tests.notifier.changes import CONSENT, record_change, record_first
from tests.notifier.reader import DESK, WEEKLY, Reader, days

NEXT_MONDAY = START + days(7) + 2 * HOUR
BAKERY = replace(TEAHOUSE, name="Bakery", url="https://bakery.example/privacy", tags=())


@pytest.fixture
def reader(archive: Archive) -> Reader:
    """Return a desk with a weekly digest. The subscription was first seen on a Monday after 08:00, and one policy
    was visited."""
    record_first(archive)
    return Reader(archive, now=START + 3 * HOUR)


def only(told: list[outbox.MessageContent]) -> Digest:
    (digest,) = told
    assert isinstance(digest, Digest)
    return digest


def flat(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def test_one_digest_is_sent_for_each_period(reader: Reader) -> None:
    assert reader.at(NEXT_MONDAY - timedelta(minutes=1)) == []
    digest = only(reader.at(NEXT_MONDAY))
    assert (digest.account.since, digest.account.until) == (START + 3 * HOUR, NEXT_MONDAY)
    assert reader.told() == []
    assert reader.at(NEXT_MONDAY + days(6)) == []
    assert only(reader.at(NEXT_MONDAY + days(7))).account.since == NEXT_MONDAY


def test_a_digest_without_changes_shows_that_the_policies_were_visited(reader: Reader) -> None:
    reader.visited(3)
    digest = only(reader.at(NEXT_MONDAY))
    (watch,) = digest.account.watches
    assert (watch.policy, watch.checks, watch.outcomes) == ("Teahouse", 3, (("unchanged", 3),))
    assert digest.recaps == ()
    assert digest.account.head == str(chain.head(reader.archive))
    message = compose(digest)
    assert message.subject == "Clausewatch weekly digest, 9 March 2026: no change seen for you in 1 policy"
    for part in (message.text, message.html):
        assert "No change was seen in what you watch." in part
        assert "3 checks" in part
        assert digest.account.head in part


@pytest.mark.parametrize(
    ("language", "words"), [("en", "(1 unchanged); paused now"), ("id", "(1 tanpa perubahan); sekarang dijeda")]
)
def test_a_digest_says_that_a_policy_is_paused(reader: Reader, language: Language, words: str) -> None:
    reader.visited(1)
    synchronise(reader.archive, [replace(TEAHOUSE, paused=True)], START + 3 * HOUR)
    message = compose(only(reader.at(NEXT_MONDAY)), language)
    assert words in " ".join(message.text.split())


def test_a_digest_does_not_say_that_nothing_changed_if_no_policy_was_visited(reader: Reader) -> None:
    message = compose(only(reader.at(NEXT_MONDAY)))
    assert message.subject == "Clausewatch weekly digest, 9 March 2026: nothing was checked of 1 policy"
    assert "No change was seen" not in message.text + message.html + message.chat.head
    assert "Is the monitor running?" in message.html


def test_missed_digests_become_one_digest_for_the_whole_time(reader: Reader) -> None:
    reader.visited(2)
    digest = only(reader.at(NEXT_MONDAY + days(23)))
    assert digest.account.until == NEXT_MONDAY + days(23)
    assert digest.account.checks == 2
    assert reader.at(NEXT_MONDAY + days(27)) == []


def test_each_visit_is_counted_in_one_digest(reader: Reader) -> None:
    """A digest counts the visits that were recorded since the last digest. A visit that is recorded later is in the
    next digest."""
    counts = []
    for week in range(3):
        reader.now = NEXT_MONDAY + days(7 * week) - HOUR
        reader.visited(week + 1)  # the last visits are after the scheduled time of the digest
        counts.append(only(reader.at(NEXT_MONDAY + days(7 * week))).account.checks)
    assert counts == [1, 2, 3]


def test_a_digest_repeats_sent_findings_and_counts_the_other_findings(reader: Reader) -> None:
    record_change(reader.archive, CONSENT, RETENTION)
    (alert,) = reader.told()
    assert isinstance(alert, Notice)
    record_change(reader.archive, RETENTION)
    digest = only(reader.at(NEXT_MONDAY))
    (recap,) = digest.recaps
    assert (recap.earlier.number, recap.later.number) == (1, 3)
    assert (recap.told, recap.waiting) == (1, 0)
    assert ("retention", 1) in recap.topics
    assert digest.notices == ()
    assert "Changes in what you watch, in 1 policy: Teahouse." in compose(digest).text
    assert (
        "1 finding about a version of this time was sent before this digest; not asked for: other 1 and retention 1"
        in flat(compose(digest).text)
    )


def test_a_change_is_repeated_in_only_one_digest(reader: Reader) -> None:
    record_change(reader.archive, RETENTION)
    assert len(only(reader.at(NEXT_MONDAY)).recaps) == 1
    assert only(reader.at(NEXT_MONDAY + days(7))).recaps == ()


def test_a_digest_reports_trouble_first(reader: Reader) -> None:
    reader.watch(TEAHOUSE, BAKERY)
    reader.failed(BAKERY)
    digest = only(reader.at(NEXT_MONDAY))
    message = compose(digest)
    assert message.subject.endswith("in 2 policies, 1 policy not read, 1 policy not visited")
    assert message.text.index("it did not answer within 30 s") < message.text.index("What was checked")


def test_the_first_version_of_a_policy_is_not_a_change(reader: Reader, archive: Archive) -> None:
    other = replace(WEEKLY, name="Board", digest=Schedule("daily"))
    reader.watch(BAKERY)
    reader.subscribers.append(other)
    assert reader.told() == []
    reader.watch(TEAHOUSE)
    reader.failed(TEAHOUSE)
    (digest,) = [each for each in reader.at(START + days(1) + 2 * HOUR) if isinstance(each, Digest)]
    assert [watch.outcomes for watch in digest.account.watches] == [(("failed", 1),)]


def test_a_digest_has_the_words_of_the_alerts_that_waited_for_it(reader: Reader) -> None:
    reader.subscribers = [replace(WEEKLY, alerts="digest")]
    record_change(reader.archive, SHARING)
    assert reader.told() == []
    digest = only(reader.at(NEXT_MONDAY))
    (notice,) = digest.notices
    assert [alert.finding for alert in notice.alerts] == [SHARING]
    assert "{+and our partners+}" in compose(digest).text
    assert "What to do: Read it this week" in compose(digest).text
    assert only(reader.at(NEXT_MONDAY + days(7))).notices == ()


def test_a_critical_alert_does_not_wait_for_a_digest(reader: Reader) -> None:
    reader.subscribers = [replace(WEEKLY, alerts="digest")]
    record_change(reader.archive, CONSENT, SHARING)
    (alert,) = reader.told()
    assert isinstance(alert, Notice)
    assert len(alert.alerts) == 2
    assert only(reader.at(NEXT_MONDAY)).notices == ()


def test_alerts_are_sent_at_once_if_the_digest_for_which_they_waited_is_given_up(reader: Reader) -> None:
    reader.subscribers = [replace(WEEKLY, alerts="digest")]
    record_change(reader.archive, SHARING)
    assert reader.told() == []
    reader.subscribers = [replace(WEEKLY, digest=None)]
    (alert,) = reader.told()
    assert isinstance(alert, Notice)
    assert reader.told() == []


def test_a_clock_that_was_fast_neither_delays_nor_repeats_a_digest(reader: Reader) -> None:
    reader.subscribers = [replace(WEEKLY, alerts="digest")]
    assert only(reader.at(NEXT_MONDAY + days(3650)))
    record_change(reader.archive, SHARING)
    assert reader.at(NEXT_MONDAY - HOUR) == []
    assert len(only(reader.at(NEXT_MONDAY)).notices) == 1
    assert reader.at(NEXT_MONDAY - days(1)) == []
    record_change(reader.archive, SHARING)
    assert len(only(reader.at(NEXT_MONDAY)).notices) == 1


def test_a_digest_has_the_same_key_for_each_target(reader: Reader) -> None:
    """A repeated mail can be recognised by the key."""
    reader.subscribers = [replace(WEEKLY, via=(DESK, replace(DESK, recipient="second@example.org"), DESK))]
    first, second = (compose(each) for each in reader.at(NEXT_MONDAY))
    assert first == second
    assert first.key != compose(reader.at(NEXT_MONDAY + days(7))[0]).key


def test_a_digest_shows_the_state_at_the_time_of_its_planning(reader: Reader) -> None:
    """It does not matter how late a server accepts the digest."""
    reader.now = NEXT_MONDAY
    outbox.plan_digests(reader.archive, reader.subscribers, reader.now)
    reader.visited(5)
    record_change(reader.archive, CONSENT)
    (digest,) = (each for each in reader.told() if isinstance(each, Digest))
    assert (digest.account.checks, digest.recaps) == (0, ())


def test_a_digest_that_is_sent_by_hand_is_previewed_and_the_next_digest_begins_after_it(reader: Reader) -> None:
    reader.visited(2)
    reader.now = START + days(3)
    previewed = outbox.preview_digest(reader.archive, WEEKLY, reader.now, {})
    assert previewed is not None
    assert reader.told() == []
    outbox.plan_digest_now(reader.archive, WEEKLY, reader.now)
    digest = only(reader.told())
    assert digest.account == previewed.account
    assert digest.account.rhythm is None
    assert only(reader.at(NEXT_MONDAY)).account.since == START + days(3)


def test_an_unknown_subscriber_has_no_preview(reader: Reader) -> None:
    assert outbox.preview_digest(reader.archive, replace(WEEKLY, name="Nobody"), reader.now, {}) is None


def test_a_digest_covers_the_policies_that_are_asked_for(reader: Reader) -> None:
    reader.watch(TEAHOUSE, BAKERY)
    reader.subscribers = [replace(WEEKLY, policies=("tag:vendor",))]
    reader.failed(BAKERY)
    assert [watch.policy for watch in only(reader.at(NEXT_MONDAY)).account.watches] == ["Teahouse"]


def test_a_period_in_which_very_many_policies_changed_names_the_newest(reader: Reader) -> None:
    names = [f"Inn {number}" for number in range(MOST_CHANGES + 2)]
    for name in names:
        record_change(reader.archive, policy=name)
    digest = only(reader.at(NEXT_MONDAY))
    assert [recap.policy for recap in digest.recaps] == names[:1:-1]
    assert digest.account.changes_left_out == 2
    assert "and changes of 2 more policies, none of them critical or high, not named here" in flat(compose(digest).text)


def test_quiet_hours_delay_everything_except_critical_changes_and_older_changes_of_the_same_policy(
    reader: Reader,
) -> None:
    reader.subscribers = [replace(WEEKLY, digest=None, quiet=Quiet.parse("22:00-07:00"), timezone="Asia/Jakarta")]
    reader.now = START + 10 * HOUR  # 23:00 in Jakarta
    record_change(reader.archive, SHARING)
    assert reader.told() == []
    assert reader.told(early=True) == []
    record_change(reader.archive, CONSENT)
    spans = [(told.earlier.number, told.later.number) for told in reader.told() if isinstance(told, Notice)]
    assert spans == [(1, 3)]
    assert reader.at(START + 18 * HOUR) == []


def test_quiet_hours_end_in_the_morning(reader: Reader) -> None:
    reader.subscribers = [replace(WEEKLY, digest=None, quiet=Quiet.parse("22:00-07:00"), timezone="Asia/Jakarta")]
    reader.now = START + 10 * HOUR
    record_change(reader.archive, SHARING)
    assert reader.told() == []
    (held,) = reader.at(START + 18 * HOUR)
    assert isinstance(held, Notice)
    assert held.later.number == 2


def test_an_alert_quotes_the_head_of_the_chain_at_the_time_when_it_is_sent(reader: Reader) -> None:
    """So the head in a new message is never older than the head in a message that the reader already has."""
    record_change(reader.archive, CONSENT)
    planned = str(chain.head(reader.archive))
    outbox.plan_alerts(reader.archive, reader.subscribers, reader.now)
    reader.visited(1)
    (alert,) = reader.told()
    assert isinstance(alert, Notice)
    assert alert.head == str(chain.head(reader.archive)) != planned


@pytest.mark.parametrize("language", ["en", "id"])
def test_words_of_a_page_are_inert_in_a_digest(reader: Reader, language: Language) -> None:
    hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>[a](javascript:x) \x1b[31m\u202e{{ 7 * 7 }}'
    reader.subscribers = [replace(WEEKLY, alerts="digest", name=hostile, language=language)]
    reader.watch(replace(TEAHOUSE, name=hostile, renamed_from="Teahouse"))
    reader.told()
    finding = replace(
        SHARING, before=hostile, after=f"{hostile} more", section=hostile, explanation=Explanation(hostile), edits=()
    )
    found = seen(reader.now, written(hostile), 1, replace(JUDGED, findings=(finding,)))
    record(reader.archive, replace(found, fetch=replace(found.fetch, policy=hostile)), reader.now)
    reader.told()
    message = compose(only(reader.at(NEXT_MONDAY)), language)
    assert "&lt;script&gt;" in message.html
    for forbidden in ("<script", "<img", "\x1b", "\u202e"):
        assert forbidden not in message.html
    assert "\x1b" not in message.text + message.subject
    assert "\u202e" not in message.text + message.subject
    assert "{{ 7 * 7 }}" in message.text.replace("\n", " ")


@pytest.mark.parametrize(
    ("language", "subject", "headline"),
    [
        ("en", "no change confirmed for you", "No change is confirmed in what you watch, but a very different text"),
        ("id", "belum ada perubahan yang dipastikan", "Belum ada perubahan yang dipastikan"),
    ],
)
def test_a_digest_does_not_say_that_no_change_was_seen_if_a_very_different_text_waits_for_a_second_look(
    reader: Reader, language: Language, subject: str, headline: str
) -> None:
    reader.visited(1)
    reader.glimpsed("We sell the names of our guests.")
    message = compose(only(reader.at(NEXT_MONDAY)), language)
    assert subject in message.subject
    assert flat(message.text).startswith(headline)
    assert "No change was seen" not in message.html


def test_a_visit_that_holds_a_text_for_a_second_look_ends_a_gap(reader: Reader) -> None:
    for day, visit in ((1, reader.visited), (4, None), (6, reader.visited)):
        reader.now = START + days(day)
        if visit is None:
            reader.glimpsed("We sell the names of our guests.")
        else:
            visit(1)
    (watch,) = only(reader.at(NEXT_MONDAY)).account.watches
    assert [(gap.since, gap.until) for gap in watch.gaps if gap.ended] == [
        (START + days(1), START + days(4)),
        (START + days(4), START + days(6)),
    ]


def test_the_length_of_a_gap_is_rounded_to_the_nearest_day() -> None:
    assert Gap(START, START + days(3.9), ended=True).days == 4
    assert Gap(START, START + days(3.4), ended=True).days == 3


@pytest.mark.parametrize(
    ("later", "paused", "line"),
    [
        (days(7), False, "Bakery: no visit in this time, although a visit was due"),
        (days(7), True, "Bakery: no visit in this time; paused now"),
    ],
)
def test_a_digest_counts_and_names_the_policies_without_a_visit(
    reader: Reader, later: timedelta, paused: bool, line: str
) -> None:
    reader.watch(TEAHOUSE, replace(BAKERY, paused=paused))
    reader.visited(1)
    message = compose(only(reader.at(START + later + 2 * HOUR)))
    assert message.subject.endswith("no change seen for you in 2 policies, 1 policy not visited")
    assert "recorded no new version; 1 policy not visited." in flat(message.text)
    assert line in flat(message.text)


def test_a_late_digest_says_of_which_time_it_speaks_and_that_an_older_message_still_waits(reader: Reader) -> None:
    record_change(reader.archive, CONSENT)
    outbox.plan_alerts(reader.archive, reader.subscribers, reader.now)
    reader.now = NEXT_MONDAY
    outbox.plan_digests(reader.archive, reader.subscribers, reader.now)
    alert, digest = sorted(outbox.open_deliveries(reader.archive, reader.now), key=lambda delivery: delivery.id)
    for behind in (1, 0):
        claimed = outbox.claim(reader.archive, digest.id, reader.now)
        assert claimed is not None
        text = flat(compose(claimed.notice).text)
        assert "What follows was so at the end of this time." in text
        assert ("! 1 older message about changes could not be sent to you yet." in text) == bool(behind)
        outbox.note_failed(reader.archive, claimed, reader.now, Failed("451 busy"))
        outbox.note_accepted(reader.archive, alert.id, reader.now)
        reader.now += days(1)
