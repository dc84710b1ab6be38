"""Tests kinds of edits that were misread on real policies. Each sentence is our own."""

from __future__ import annotations

import pytest

from tests.differ.policies import compared, policy

MATERIAL = {
    "a month's name as a verb": [
        (
            "en",
            "rights",
            "You have the right to object to the survey.",
            "You may have the right to object to the survey.",
        ),
        (
            "en",
            "plain",
            "If the harbour office does not answer, you also have the right to appeal to the guild.",
            "If the harbour office does not answer, you may also have the right to appeal to the guild.",
        ),
    ],
    "a route to refuse": [
        (
            "en",
            "use",
            "If you do not want to receive our letters, write to post@oarling.example.",
            "If you do not want to receive our letters, write to desk@rowbird.example.",
        ),
        (
            "id",
            "use",
            "Jika Anda tidak ingin menerima surat kami, hubungi kami di pos@oarling.example.",
            "Jika Anda tidak ingin menerima surat kami, hubungi kami di meja@rowbird.example.",
        ),
    ],
    "a web address without www": [
        (
            "en",
            "rights",
            "If you cannot do so yourself, please send your request to crew@oarling.example.",
            "If you cannot do so yourself, please send your request through log.oarling.com or crew@oarling.example.",
        ),
        (
            "id",
            "rights",
            "Anda dapat mengirim permintaan Anda ke kru@oarling.example.",
            "Anda dapat mengirim permintaan Anda melalui log.oarling.com atau ke kru@oarling.example.",
        ),
    ],
    "an address under two introductions": [
        (
            "en",
            "plain",
            "Write to us at this address:\n\nIf you live in Kell:\n\nOarling, Attn: Crew\n\n12 Quay Lane, Tarmouth",
            "Write to us at this address:\n\nIf you live in Kell:\n\nOarling, Attn: Crew\n\n7 Weir Street, Tarmouth",
        ),
        (
            "id",
            "plain",
            "Hubungi kami di alamat ini:\n\nJika Anda tinggal di pulau:\n\nOarling\n\nJalan Dermaga 12, Tarmouth",
            "Hubungi kami di alamat ini:\n\nJika Anda tinggal di pulau:\n\nOarling\n\nJalan Bendungan 7, Tarmouth",
        ),
    ],
    "a name that an unchanged sentence does not have": [
        (
            "en",
            "rights",
            "You can opt out of Larkpost statistics with the switch below.\n\n"
            "You can opt out of Quickmast statistics with the switch below.",
            "You can opt out of Larkpost statistics with the switch below.",
        ),
    ],
    "somebody else shares for the reader": [
        ("en", "plain", "", "If you ask for it, Lark shares your log with sponsors for you."),
    ],
}
QUIET = {
    "the reader gives": [
        (
            "en",
            "security",
            "If you share your key with a third party, they can read your personal data.",
            "If you share your key with a third party, they can read your personal data and your profile.",
        ),
    ],
    "what an unchanged sentence says": [
        (
            "en",
            "sharing",
            "We may share your data with other clubs that row on our behalf.",
            "We may share your data with other clubs that row on our behalf.\n\n"
            "We may share your personal data with other clubs that row on our behalf.",
        ),
        (
            "id",
            "sharing",
            "Kami dapat membagikan data Anda kepada klub lain yang mendayung atas nama kami.",
            "Kami dapat membagikan data Anda kepada klub lain yang mendayung atas nama kami.\n\n"
            "Kami dapat membagikan data pribadi Anda kepada klub lain yang mendayung atas nama kami.",
        ),
    ],
    "a line that reads like a title": [
        ("en", "sharing", "Consent to Processing", "Processing of Personal Data"),
        ("en", "sharing", "", "9. What About Marketing and Advertising?"),
    ],
    "what the policy is about": [
        ("en", "plain", "", "This policy governs the storage and disclosure of your personal data."),
    ],
    "a legal form": [
        (
            "en",
            "plain",
            "Write to us at this address:\n\nOarling Ltd, 12 Quay Lane, Tarmouth",
            "Write to us at this address:\n\nOarling, 12 Quay Lane, Tarmouth",
        ),
        (
            "id",
            "plain",
            "Hubungi kami di alamat ini:\n\nPT Oarling, Jalan Dermaga 12, Tarmouth",
            "Hubungi kami di alamat ini:\n\nOarling, Jalan Dermaga 12, Tarmouth",
        ),
    ],
    "words of a phrase that was completed": [
        (
            "fr",
            "plain",
            "Si vous refusez de communiquer vos à caractère personnel, nous ne pourrons pas vous donner accès.",
            "Si vous refusez de communiquer vos données à caractère personnel, nous ne pourrons pas vous donner accès.",
        ),
    ],
    "a word that is replaced": [
        (
            "en",
            "sharing",
            "We do not share data with the sponsor until you press the button.",
            "We do not share data with the applicable sponsor until you press the relevant rowing icon.",
        ),
    ],
}


@pytest.mark.parametrize(
    ("language", "under", "before", "after"), [case for cases in MATERIAL.values() for case in cases]
)
def test_a_change_that_a_person_must_see_is_found(language: str, under: str, before: str, after: str) -> None:
    old, new = policy(language, before, under), policy(language, after, under)
    assert compared(old, new, language).material


@pytest.mark.parametrize(("language", "under", "before", "after"), [case for cases in QUIET.values() for case in cases])
def test_an_edit_that_tells_nothing_new_is_quiet(language: str, under: str, before: str, after: str) -> None:
    old, new = policy(language, before, under), policy(language, after, under)
    findings = [finding for finding in compared(old, new, language).findings if finding.material]
    assert [(finding.rule, finding.before, finding.after) for finding in findings] == []
