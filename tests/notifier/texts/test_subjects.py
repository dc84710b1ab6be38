"""Tests the subjects of mails in any script, and which mails belong to one thread."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

import pytest

from differ.explanation import Explanation
from differ.model import Finding
from notifier.audience.subscriptions import Language
from notifier.channels.smtp import Envelope, build
from notifier.contents.incident import IncidentNotice, IncidentReport
from notifier.texts.alert import alert_message
from notifier.texts.incident import incident_message
from tests.notifier.changes import CONSENT, WILL_NOT, clause, notice

SUBJECTS = (
    "Ἡ πολιτικὴ ἀπορρήτου ἤλλαξε, καὶ τὰ δεδομένα σου δίδονται εἰς ἄλλους ἀπὸ τοῦδε",
    "🔒 📄 🔔 🧾 🗂 🖋 📬 📭 📮 🗳 📦 📯 🧷 📎 🖇 📐 📏 🧮 📌 📍",
    "سياسة الخصوصية تغيّرت وصار الموقع يبيع بياناتك إلى شركات أخرى منذ هذا اليوم",
    "개인정보 처리방침이 바뀌어 오늘부터 귀하의 정보가 다른 회사에 판매됩니다 자세한 내용은 아래",
    f"One word of {'a' * 120} letters",
)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_long_subject_in_any_script_is_read_as_it_was_written(subject: str) -> None:
    """Mail programs remove a space between two encoded words (RFC 2047, 6.2). So a space of the subject must be
    within an encoded word."""
    envelope = Envelope("watch@clausewatch.example", "Clausewatch", "officer@example.org")
    built = build(
        replace(alert_message(notice(WILL_NOT)), subject=subject), envelope, datetime(2026, 11, 2, tzinfo=UTC)
    )
    for policy in (SMTP, SMTPUTF8):
        content = built.as_bytes(policy=policy)
        assert message_from_bytes(content, policy=SMTP)["Subject"] == subject
        assert max(map(len, content.partition(b"\r\n\r\n")[0].splitlines())) <= 130


SALE = clause("{+We sell your orders.+}")


def built_of(policy: str, *findings: Finding) -> EmailMessage:
    envelope = Envelope("watch@clausewatch.example", "Clausewatch", "officer@example.org")
    return build(alert_message(notice(*findings, policy=policy)), envelope, datetime(2026, 11, 23, tzinfo=UTC))


def test_mails_about_one_policy_are_a_thread() -> None:
    first, second = built_of("Teahouse", WILL_NOT), built_of("Teahouse", WILL_NOT, SALE)
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"] != built_of("Bakery", SALE)["References"]
    assert re.fullmatch(r"<[0-9a-f]{32}@clausewatch\.example>", first["References"])


def test_two_subscribers_to_a_policy_have_separate_threads() -> None:
    mine, theirs = notice(SALE), replace(notice(SALE), subscriber="Another desk")
    assert alert_message(mine).thread != alert_message(theirs).thread


def test_a_message_to_operators_belongs_to_no_thread() -> None:
    report = IncidentReport("idle", "began", datetime(2026, 11, 2, tzinfo=UTC), incidents=())
    assert incident_message(IncidentNotice("Admin", "key", report)).thread == ""


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "[critical] {policy}: sharing clause changed (22 November 2026)"),
        ("id", "[kritis] {policy}: klausul pembagian data diubah (22 November 2026)"),
    ],
)
def test_a_subject_begins_with_severity_and_policy_and_keeps_its_date(language: Language, subject: str) -> None:
    assert alert_message(notice(WILL_NOT), language).subject == subject.format(policy="Teahouse")
    long = alert_message(notice(WILL_NOT, policy="The Long Teahouse " * 30), language).subject
    assert long == subject.format(policy="The Long Teahouse " * 3 + "The…")


@pytest.mark.parametrize(
    ("language", "subject", "headline"),
    [
        ("en", "data sale newly mentioned", "Teahouse newly mentions a data sale in a clause."),
        ("id", "penjualan data kini disebut", "Teahouse kini menyebut penjualan data dalam sebuah klausul."),
    ],
)
def test_a_sale_that_is_new_in_a_clause_is_not_called_a_changed_sale(
    language: Language, subject: str, headline: str
) -> None:
    sale = clause(
        "We [-share-]{+sell+} your orders.",
        replace(CONSENT, topic="sale", rule="T1.sale", explanation=Explanation("T1.sale/sale/added", new=("sell",))),
    )
    message = alert_message(notice(sale), language)
    assert subject in message.subject
    assert headline in message.text
    both = alert_message(notice(sale, WILL_NOT), language)
    assert f"{subject}, 2" in both.subject
    worded = replace(sale, explanation=Explanation("T1.sale/sale/changed", gone=("share",), new=("sell",)))
    assert subject not in alert_message(notice(worded), language).subject
