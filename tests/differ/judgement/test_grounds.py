"""Tests edits of the ground on which data is handed over: an order of a court is a ground and not a recipient."""

from __future__ import annotations

import pytest

from differ.judgement.bearing import bearing
from differ.judgement.effects import effects
from differ.judgement.inventory import inventory
from differ.language.statements import statements
from differ.model import SEVERITIES
from tests.differ.policies import compared, document, policy

WEAKER_AND_STRICTER = [
    ("en", "We hand over your data to the police if they ask for it.",
     "We hand over your data to the police only if a court order demands it."),
    ("en", "We disclose your bookings to tax authorities on request.",
     "We disclose your bookings to tax authorities only under a subpoena."),
    ("en", "The police receive your data if the law demands it.",
     "The police receive your data only with a warrant."),
    ("en", "We disclose your data to the police.",
     "We disclose your data to the police only by order of a court."),
    ("id", "Kami menyerahkan data Anda kepada polisi jika diminta.",
     "Kami menyerahkan data Anda kepada polisi hanya jika ada perintah pengadilan."),
    ("id", "Kami mengungkapkan data Anda kepada kantor pajak jika hukum mewajibkan.",
     "Kami mengungkapkan data Anda kepada kantor pajak hanya berdasarkan surat perintah."),
    ("id", "Kami mengungkapkan data Anda kepada polisi.",
     "Kami mengungkapkan data Anda kepada polisi hanya atas perintah dari pengadilan."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "weaker", "stricter"), WEAKER_AND_STRICTER)
def test_an_order_that_becomes_necessary_is_a_restriction(language: str, weaker: str, stricter: str) -> None:
    made = compared(policy(language, weaker), policy(language, stricter), language)
    assert [finding.rule for finding in made.findings] == ["T2.threshold"]
    assert made.severity == "medium"
    lost = compared(policy(language, stricter), policy(language, weaker), language)
    assert lost.severity == "critical"


@pytest.mark.parametrize(("language", "weaker", "stricter"), WEAKER_AND_STRICTER)
def test_an_order_that_becomes_necessary_is_better_for_the_reader(language: str, weaker: str, stricter: str) -> None:
    one, other = (
        next(read for read in statements(document(policy(language, text), language)) if read.text == text)
        for text in (weaker, stricter)
    )
    assert {bearing(effect) for effect in effects(one, other) if effect.kind != "wording"} == {"better"}
    assert {bearing(effect) for effect in effects(other, one) if effect.kind != "wording"} == {"worse"}


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "We disclose data to the police under a court order.",
         "We disclose data to the police under a court order or in good faith."),
        ("id", "Kami mengungkapkan data kepada polisi atas perintah pengadilan.",
         "Kami mengungkapkan data kepada polisi atas perintah pengadilan atau jika diminta."),
    ],
)  # fmt: skip
def test_a_weaker_ground_beside_an_order_is_severe(language: str, before: str, after: str) -> None:
    severity = compared(policy(language, before), policy(language, after), language).severity
    assert SEVERITIES.index(severity) <= SEVERITIES.index("high")


@pytest.mark.parametrize(
    ("language", "sentence", "receivers"),
    [
        ("en", "We disclose your data to the police if a court order demands it.", {"police"}),
        ("en", "We share your data with lenders under a warrant, a subpoena or other legal process.", {"lenders"}),
        ("id", "Kami mengungkapkan data Anda kepada polisi jika ada perintah pengadilan.", {"polisi"}),
        ("id", "Kami membagikan data Anda kepada bank berdasarkan surat perintah atau proses hukum.", {"bank"}),
    ],
)
def test_an_order_is_not_a_recipient(language: str, sentence: str, receivers: set[str]) -> None:
    text = document(policy(language, sentence), language)
    assert {recipient.name for recipient in inventory(text).recipients} == receivers
