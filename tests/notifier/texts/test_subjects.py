"""The subject of a mail, in any script."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP, SMTPUTF8

import pytest

from notifier.channels.smtp import Envelope, build
from notifier.texts.alert import alert_message
from tests.notifier.changes import WILL_NOT, notice

SUBJECTS = (
    "Ἡ πολιτικὴ ἀπορρήτου ἤλλαξε, καὶ τὰ δεδομένα σου δίδονται εἰς ἄλλους ἀπὸ τοῦδε",
    "🔒 📄 🔔 🧾 🗂 🖋 📬 📭 📮 🗳 📦 📯 🧷 📎 🖇 📐 📏 🧮 📌 📍",
    "سياسة الخصوصية تغيّرت وصار الموقع يبيع بياناتك إلى شركات أخرى منذ هذا اليوم",
    "개인정보 처리방침이 바뀌어 오늘부터 귀하의 정보가 다른 회사에 판매됩니다 자세한 내용은 아래",
    f"One word of {'a' * 120} letters",
)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_long_subject_in_any_script_is_read_as_it_was_written(subject: str) -> None:
    """Readers drop the space between two encoded words (RFC 2047, 6.2), so it must stand within one of them."""
    envelope = Envelope("watch@clausewatch.example", "Clausewatch", "officer@example.org")
    built = build(
        replace(alert_message(notice(WILL_NOT)), subject=subject), envelope, datetime(2026, 11, 2, tzinfo=UTC)
    )
    for policy in (SMTP, SMTPUTF8):
        content = built.as_bytes(policy=policy)
        assert message_from_bytes(content, policy=SMTP)["Subject"] == subject
        assert max(map(len, content.partition(b"\r\n\r\n")[0].splitlines())) <= 130
