"""Tests sentences by which the company decides itself what people may otherwise ask for."""

from __future__ import annotations

import pytest

from tests.differ.policies import compared, policy

DECISIONS = [
    ("en", "You can have your data erased.", "We decide whether your data is erased."),
    ("en", "You may ask us to correct your data.", "We alone determine if your data is corrected."),
    ("id", "Anda dapat meminta penghapusan data Anda.", "Kami memutuskan apakah data Anda dihapus."),
    ("id", "Anda dapat meminta agar data Anda dikoreksi.", "Kami akan menentukan apakah data Anda dikoreksi."),
]


@pytest.mark.parametrize(("language", "right", "decision"), DECISIONS)
@pytest.mark.parametrize("under", ["plain", "rights"])
def test_a_right_that_becomes_a_decision_of_the_company_is_lost(
    language: str, right: str, decision: str, under: str
) -> None:
    made = compared(policy(language, right, under), policy(language, decision, under), language)
    assert made.severity == "critical"
    assert "T4.right" in {finding.rule for finding in made.findings}


@pytest.mark.parametrize(("language", "right", "decision"), DECISIONS)
@pytest.mark.parametrize("under", ["plain", "rights"])
def test_the_end_of_a_decision_is_not_the_end_of_a_right(language: str, right: str, decision: str, under: str) -> None:
    made = compared(policy(language, decision, under), policy(language, "", under), language)
    assert "T4.right" not in {finding.rule for finding in made.findings}
    assert made.severity != "critical"
    won = compared(policy(language, decision, under), policy(language, right, under), language)
    assert won.material
    assert won.severity != "critical"
