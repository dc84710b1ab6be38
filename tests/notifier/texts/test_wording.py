"""Tests the words of messages in the reader's language: dates, advice, and clauses with several topics."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup

from archive.model import ReviewTimes
from archive.questions.lists.inbox import review_due
from differ.explanation import Explanation
from differ.model import Finding, Timing
from notifier.audience.subscriptions import Language, Subscriber, Target
from notifier.contents.change_notice import Notice
from notifier.texts.alert import alert_message, trial_message
from tests.archive.visits import RETENTION
from tests.notifier.changes import NOW, WILL_NOT, clause, notice, plain

FEE = replace(
    clause("A copy costs [-nothing-]{+25 euros+}."), topic="rights", severity="high", section="2. Your rights"
)


def timed(timing: Timing, *drift: str, finding: Finding = WILL_NOT) -> Notice:
    """Return a notice of a change with these dates. The change was seen on 22 November 2026."""
    return replace(notice(finding), timing=timing, drift=drift)


def flat(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())


STATED = date(2024, 5, 1)
SILENT = Timing(STATED, STATED, silent=True)
WINDOW = Timing(STATED, date(2026, 11, 20), window_days=30, window_text="You may object within thirty days.")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The text changed, but the date that the policy states, 1 May 2024, did not."),
        ("id", "Teks berubah, tetapi tanggal yang dicantumkan dalam kebijakan, 1 Mei 2024, tidak berubah."),
    ],
)
def test_the_message_says_that_the_text_changed_without_a_new_date(language: Language, said: str) -> None:
    message = alert_message(timed(SILENT), language)
    for part in (message.text, message.html, plain(message)):
        assert said in flat(part)
    assert said not in flat(alert_message(timed(WINDOW), language).text)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Only the Indonesian text changed; the English text did not."),
        ("id", "Hanya teks bahasa Indonesia yang berubah; teks bahasa Inggris masih memuat ketentuan semula."),
    ],
)
def test_drift_names_the_language_that_was_not_updated(language: Language, said: str) -> None:
    message = alert_message(timed(Timing(), "en", finding=replace(WILL_NOT, language="id")), language)
    for part in (message.text, message.html, plain(message)):
        assert said in flat(part)


def test_drift_names_the_unchanged_language_if_the_changed_language_is_unknown() -> None:
    told = timed(Timing(), "en", finding=replace(WILL_NOT, language="und"))
    assert "changed in one language only; the English text did not" in flat(alert_message(told).text)


@pytest.mark.parametrize(
    ("timing", "said", "urged"),
    [
        (replace(WINDOW, due=date(2026, 12, 20)), "until 20 December 2026 (the policy gives 30 days)", True),
        (replace(WINDOW, due=date(2026, 11, 22)), "until 22 November 2026 (the policy gives 30 days)", True),
        (replace(WINDOW, due=date(2026, 11, 21)), "they ended on 21 November 2026, before we saw the change", False),
        (replace(WINDOW, window_days=1), "the policy gives 1 day, but no new date to count them from", False),
        (replace(SILENT, window_days=30, due=date(2027, 1, 1)), "30 days, but no new date to count them from", False),
    ],
)
def test_the_end_of_a_notice_period_is_named_and_is_urgent_only_before_that_day(
    timing: Timing, said: str, urged: bool
) -> None:
    text = flat(alert_message(timed(timing)).text)
    assert said in text
    assert ("The period for notice or objections ends on" in text) is urged
    assert timing.window_text in text


def test_without_a_notice_period_a_message_has_no_line_about_it() -> None:
    assert "Notice or objections" not in alert_message(timed(SILENT)).text


def test_the_day_on_which_a_policy_takes_effect_is_named_only_before_that_day() -> None:
    coming = alert_message(timed(Timing(effective=date(2026, 12, 1))))
    assert "It takes effect on 1 December 2026." in flat(coming.text)
    assert "It takes effect on 1 December 2026." in plain(coming)
    assert "takes effect" not in alert_message(timed(Timing(effective=date(2026, 11, 22)))).text


def test_the_three_kinds_of_dates_are_separate() -> None:
    text = alert_message(timed(replace(WINDOW, due=date(2026, 12, 20)))).text
    labels = [line.partition(":")[0] for line in text.splitlines()]
    assert [label for label in labels if label in ("We saw it", "Dates in the policy", "Notice or objections")] == [
        "We saw it",
        "Dates in the policy",
        "Notice or objections",
    ]
    assert "“You may object within thirty days.”" in flat(text)


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (WILL_NOT, "Read it today and check that your notice, record of processing and contract"),
        (FEE, "Read it this week and check that what you tell people about their rights still holds."),
        (replace(FEE, severity="medium"), "At your next review, check that what you tell people"),
        (RETENTION, "No hurry: when you next review this policy, compare the period"),
        (replace(FEE, topic="unheard of"), "Read it this week and decide whether it concerns you."),
    ],
)
def test_advice_depends_on_topic_and_severity(finding: Finding, said: str) -> None:
    message = alert_message(notice(finding))
    assert f"What to do: {said}" in flat(message.text)
    assert said in flat(message.html)


@pytest.mark.parametrize(
    ("timing", "said"),
    [
        (Timing(effective=date(2026, 12, 24)), "Read it today, and before 24 December 2026 check that your notice"),
        (replace(WINDOW, due=date(2026, 12, 20)), "Read it today, and before 20 December 2026 check that your notice"),
        (Timing(effective=date(2026, 11, 22)), "Read it today and check that your notice"),
    ],
)
def test_advice_and_the_desk_name_the_same_due_date(timing: Timing, said: str) -> None:
    change = timed(timing)
    assert f"What to do: {said}" in flat(alert_message(change).text)
    due = review_due(change.later.seen_at, "critical", timing, ReviewTimes())
    assert (f"{due:%-d %B %Y}" in said) == (due - change.later.seen_at != ReviewTimes().critical)


def test_a_clause_with_two_topics_is_shown_once_with_both_reasons() -> None:
    other = replace(
        WILL_NOT,
        topic="choices",
        severity="high",
        rule="T4.consent",
        source="",
        explanation=Explanation("A choice is gone: “consent”."),
    )
    message = alert_message(notice(other, WILL_NOT))
    assert message.subject == "[critical] Teahouse: sharing and choices clause changed (22 November 2026)"
    assert message.text.count("Before:") == 1
    for part in (flat(message.text), flat(BeautifulSoup(message.html, "lxml").get_text(" ")), plain(message)):
        assert part.count("We {+may+} share") + part.count("We may share") == 1
        assert WILL_NOT.reason in part
        assert "A choice is gone: “consent”." in part
    for part in (message.text, message.html):
        assert "Rule T4.consent" in part
        assert "Alert 0000000000000001" in part
        assert "Alert 0000000000000002" in part


def test_two_clauses_with_the_same_words_are_counted_as_two() -> None:
    assert (
        alert_message(notice(WILL_NOT, WILL_NOT)).subject
        == "[critical] Teahouse: sharing changed, 2 clauses (22 November 2026)"
    )


def test_the_subject_stays_short_if_there_are_many_topics() -> None:
    message = alert_message(notice(WILL_NOT, FEE, replace(FEE, topic="complaint"), RETENTION))
    assert message.subject == "[critical] Teahouse: sharing, rights and more changed, 3 clauses (22 November 2026)"


def test_an_indonesian_message_has_only_indonesian_words_of_ours() -> None:
    """Our own words are in Indonesian. The words of the policy and the names and sources of rules keep their
    language."""
    finding = replace(
        clause("Kami [-tidak akan-]{+dapat+} membagikan pesanan Anda."),
        section="D. Pengungkapan",
        language="id",
        source="UU PDP 16",
        rule="T2.consent",
        explanation=Explanation(
            "Consent is gone.", translations=(("id", "Persetujuan hilang dari pembagian data: “tidak akan”."),)
        ),
    )
    rights = replace(finding, topic="rights", severity="high", rule="T4.right", after="", edits=())
    told = replace(
        notice(
            finding,
            rights,
            *[
                replace(
                    RETENTION,
                    explanation=Explanation("A time.", translations=(("id", "Masa disebut."),)),
                    language="id",
                )
            ]
            * 9,
        ),
        subscriber="Meja Privasi",
        policy="Kedai",
        timing=replace(WINDOW, due=date(2026, 12, 20), window_text="Keberatan: tiga puluh hari."),
        drift=("en",),
        judged_by="structure",
    )
    told = replace(
        told, alerts=tuple(replace(each, finding=replace(each.finding, before="Lama.")) for each in told.alerts)
    )
    message = alert_message(told, "id")
    said = f"{message.subject} {message.text} {BeautifulSoup(message.html, 'lxml').get_text(' ')} {plain(message)}"
    words = set(re.findall(r"[a-z]+", said.lower()))
    assert not words & {"the", "of", "and", "clause", "changed", "seen", "policy", "rule", "alert", "before", "after"}
    assert "22 November 2026, pukul 21.04 UTC" in said
    assert "Masa pemberitahuan atau keberatan berakhir pada 20 Desember 2026." in flat(said)
    assert "Persetujuan hilang dari pembagian data" in said


def test_a_trial_message_is_in_the_readers_language() -> None:
    message = trial_message(Subscriber("Meja Privasi", (Target("desk"),), language="id"), NOW)
    assert message.subject == "Pesan uji Clausewatch untuk Meja Privasi"
    assert "pembagian data dan hak subjek data, mulai dari tingkat rendah, dari semua kebijakan" in flat(message.text)
    assert '<html lang="id">' in message.html
