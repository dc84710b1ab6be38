"""Tests policies in languages without a lexicon. Such policies are watched, judged by their structure, and never
refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from differ.language.lexicon import load_lexicon
from differ.language.words import words
from differ.model import Comparison
from differ.visits.assessment import Assessment, LatestVersion, Visit, assess
from document import read
from document.model import ExtractionOptions, Page

POLICIES = Path(__file__).parents[2] / "policies" / "languages"
LEAST_WORDS = 800
UNSPACED = ("ja",)
"""Languages that are written without spaces between words and between sentences."""
Setting = Literal["lang attribute", "configured", "neither"]


@dataclass(frozen=True, slots=True)
class Case:
    """Two edits of the policy in one language: a new date, and a new sentence about sharing."""

    language: str
    date: tuple[str, str]
    """The date in the policy, and a later date."""
    sharing: str
    """A sentence about a new recipient of data."""

    @property
    def text(self) -> str:
        """The policy, in Markdown."""
        return (POLICIES / f"{self.language}.md").read_text(encoding="utf-8")


CASES = (
    Case("nl", ("3 maart 2025", "14 juni 2026"), "Wij delen je telefoonnummer voortaan met een reclamebureau."),
    Case("it", ("12 gennaio 2025", "4 luglio 2026"), "Comunichiamo i vostri indirizzi a un'agenzia pubblicitaria."),
    Case(
        "pt", ("20 de fevereiro de 2025", "8 de junho de 2026"), "Partilhamos a sua morada com agências de publicidade."
    ),
    Case("pl", ("7 kwietnia 2025", "19 maja 2026"), "Udostępniamy numery telefonów agencji reklamowej."),
    Case("sv", ("15 januari 2025", "2 augusti 2026"), "Vi delar ditt telefonnummer med en reklambyrå."),
    Case("da", ("9. maj 2025", "21. juli 2026"), "Vi deler dit telefonnummer med et reklamebureau."),
    Case("ro", ("18 martie 2025", "6 iunie 2026"), "Transmitem numărul de telefon unei agenții de publicitate."),
    Case(
        "vi",
        ("5 tháng 4 năm 2025", "17 tháng 8 năm 2026"),
        "Chúng tôi chia sẻ số điện thoại của bạn với công ty quảng cáo.",
    ),
    Case("cs", ("22. února 2025", "13. září 2026"), "Telefonní čísla sdílíme s reklamní agenturou."),
    Case("ms", ("11 Februari 2025", "3 Julai 2026"), "Kami berkongsi nombor telefon anda dengan agensi pengiklanan."),
    Case("tr", ("9 Mart 2025", "23 Kasım 2026"), "Telefon numaranızı bir reklam ajansıyla paylaşıyoruz."),
    Case("ru", ("16 апреля 2025", "5 сентября 2026"), "Мы передаём номера телефонов рекламному агентству."),
    Case("ja", ("2025年5月8日", "2026年10月2日"), "電話番号を広告会社に渡します。"),
)
languages = pytest.mark.parametrize("case", CASES, ids=[case.language for case in CASES])
settings = pytest.mark.parametrize("setting", ["lang attribute", "configured", "neither"])


def page(text: str, case: Case, setting: Setting) -> Page:
    """Return a page with a policy and a menu. The setting says whether the markup names the language."""
    lines = [
        re.sub(r"^(#+) (.*)$", lambda m: f"<h{len(m[1])}>{m[2]}</h{len(m[1])}>", line) for line in text.split("\n\n")
    ]
    body = "".join(line if line.startswith("<h") else f"<p>{line}</p>" for line in lines)
    lang = f' lang="{case.language}"' if setting == "lang attribute" else ""
    return Page(
        f"<!doctype html><html{lang}><body><nav><a href=/>A</a></nav><main>{body}</main></body></html>".encode(),
        "text/html; charset=utf-8",
    )  # fmt: skip


def visited(case: Case, setting: Setting, edited: str | None = None) -> Assessment:
    """Assess the first version of the policy, or assess an edited text against the policy."""
    options = ExtractionOptions(languages=(case.language,) if setting == "configured" else ())
    before = page(case.text, case, setting)
    if edited is None:
        return assess(Visit(before, options))
    assert edited != case.text
    extracted = read(before, options)
    latest = LatestVersion(extracted.document, extracted.identity, before)
    return assess(Visit(page(edited, case, setting), options, latest=latest, patience="left"))


def compared(case: Case, setting: Setting, edited: str) -> Comparison:
    """Return the comparison of an edited text with the policy."""
    assessment = visited(case, setting, edited)
    assert (assessment.outcome, assessment.reason) == ("changed", None), assessment.detail
    assert assessment.comparison is not None
    return assessment.comparison


@settings
@languages
def test_a_policy_without_a_lexicon_is_watched(case: Case, setting: Setting) -> None:
    assert load_lexicon(case.language) is None
    assert len(words(case.text)) >= LEAST_WORDS
    assessment = visited(case, setting)
    assert (assessment.outcome, assessment.reason) == ("changed", None), assessment.detail
    assert assessment.document is not None
    assert assessment.document.languages[0] == case.language or setting == "neither"


@settings
@languages
def test_a_moved_paragraph_is_quiet(case: Case, setting: Setting) -> None:
    paragraphs = case.text.split("\n\n")
    headings = [number for number, paragraph in enumerate(paragraphs) if paragraph.startswith("## ")]
    paragraphs.insert(headings[-1] - 1, paragraphs.pop(headings[2] - 1))  # the section has several paragraphs
    comparison = compared(case, setting, "\n\n".join(paragraphs))
    assert (comparison.judged_by, comparison.material) == ("structure", False)


@settings
@languages
def test_a_new_date_is_quiet(case: Case, setting: Setting) -> None:
    comparison = compared(case, setting, case.text.replace(*case.date))
    assert not comparison.material
    assert comparison.judged_by == "structure"


@settings
@languages
def test_a_new_sentence_about_sharing_is_reported_at_low_severity(case: Case, setting: Setting) -> None:
    paragraphs = case.text.split("\n\n")
    heading = [number for number, paragraph in enumerate(paragraphs) if paragraph.startswith("## ")][3]
    paragraphs[heading + 2] += case.sharing if case.language in UNSPACED else f" {case.sharing}"
    comparison = compared(case, setting, "\n\n".join(paragraphs))
    assert (comparison.judged_by, comparison.material) == ("structure", True)
    assert {finding.severity for finding in comparison.findings if finding.material} == {"low"}
