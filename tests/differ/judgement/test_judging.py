"""Tests the judgement of single edits from the tables in `sentences/`. The tables have the same cases in English and
Indonesian."""

from __future__ import annotations

import pytest

from languages import languages_with
from tests.differ.policies import edited, table

LANGUAGES = languages_with("lexicon")


def cases(kind: str) -> list[object]:
    """Return the table rows of one kind in all languages. The name of each case has the row's language and subject."""
    return [
        pytest.param(language, case, id=f"{language}: {case['is']}")
        for language in LANGUAGES
        for case in table(language).get(kind, ())
    ]


@pytest.mark.parametrize(("language", "case"), cases("material"))
def test_material_edit(language: str, case: dict[str, str]) -> None:
    """An edit about sharing or rights is material. Its rule and its severity are those in the table."""
    comparison = edited(language, case)
    told = {(finding.rule, finding.topic, finding.severity) for finding in comparison.findings if finding.material}
    assert (case["rule"], case["topic"], case["severity"]) in told


@pytest.mark.parametrize(("language", "case"), cases("quiet"))
def test_quiet_edit(language: str, case: dict[str, str]) -> None:
    """An edit that does not alter the meaning makes no finding. The comparison records why the edit is quiet."""
    comparison = edited(language, case)
    assert comparison.findings == ()
    assert case["reason"] in {suppression.reason for suppression in comparison.suppressed}


@pytest.mark.parametrize(("language", "case"), cases("other"))
def test_edit_of_another_topic(language: str, case: dict[str, str]) -> None:
    """An edit about a topic other than sharing and rights makes a finding on that topic. The finding is not
    material.
    """
    comparison = edited(language, case)
    assert [(finding.topic, finding.material) for finding in comparison.findings] == [(case["topic"], False)]


@pytest.mark.parametrize(("language", "case"), cases("material"))
def test_reason_quotes_words_of_the_text(language: str, case: dict[str, str]) -> None:
    """Each material finding names its section and the source of its rule. Its reason quotes words of the text."""
    for finding in edited(language, case).findings:
        assert finding.section == table(language)["headings"][case.get("under", "plain")]
        assert finding.source
        quoted = [piece.partition("”")[0] for piece in finding.reason.split("“")[1:]]
        said = f"{finding.before}\n{finding.after}".casefold().replace("-", " ")
        assert all(word.casefold().replace("-", " ") in said for word in quoted), finding.reason


@pytest.mark.parametrize("kind", ["material", "quiet", "other"])
def test_indonesian_has_the_same_cases_as_english(kind: str) -> None:
    assert [case["is"] for case in table("en")[kind]] == [case["is"] for case in table("id")[kind]]
