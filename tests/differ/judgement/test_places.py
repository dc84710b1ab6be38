"""Tests how a heading, a label, or a section for the residents of one state affects the meaning of a statement."""

from __future__ import annotations

import pytest

from tests.differ.policies import compared, policy

HEADINGS = {
    "en": [
        ("We never sell your data", "We sell your data to advertisers"),
        ("Do we share your data with partners? No", "Do we share your data with partners? Yes"),
        ("We never share data without your consent", "We share data without your consent"),
    ],
    "id": [
        ("Kami tidak pernah menjual data Anda", "Kami menjual data Anda kepada pengiklan"),
        ("Apakah data Anda dibagikan kepada mitra? Tidak", "Apakah data Anda dibagikan kepada mitra? Ya"),
    ],
}
LABELS = {
    "en": ("Do we sell your data?", "No", "Yes"),
    "id": ("Apakah kami menjual data Anda?", "Tidak", "Ya"),
}
PROMISES = {
    "en": ("We do not sell your personal data to third parties.", "We keep a list of visits."),
    "id": ("Kami tidak menjual data pribadi Anda kepada pihak ketiga.", "Kami menyimpan daftar kunjungan."),
}
STATES = {"en": ("Rules for California", "Rules for Virginia"), "id": ("Aturan di Singapura", "Aturan di Malaysia")}
OPENING = {"en": "Some rules hold only for those who live there.", "id": "Beberapa aturan hanya berlaku di sana."}


@pytest.mark.parametrize(
    ("language", "pair"), [(language, pair) for language in HEADINGS for pair in HEADINGS[language]]
)
def test_a_heading_that_is_turned_into_its_opposite_is_critical(language: str, pair: tuple[str, str]) -> None:
    old, new = (policy(language, f"### {heading}\n\n{OPENING[language]}") for heading in pair)
    assert compared(old, new, language).severity == "critical"
    assert compared(new, old, language).severity != "critical"


def test_a_heading_with_the_same_meaning_in_other_words_is_quiet() -> None:
    old, new = (policy("en", f"### {heading}\n\nBoats are blue.") for heading in ("How we share data", "Sharing data"))
    assert not compared(old, new).material


@pytest.mark.parametrize("language", LABELS)
def test_an_answer_takes_its_meaning_from_its_question(language: str) -> None:
    question, no, yes = LABELS[language]
    old, new = (policy(language, f"{question}\n\n{answer}") for answer in (no, yes))
    assert compared(old, new, language).severity == "critical"
    assert compared(new, old, language).severity != "critical"


@pytest.mark.parametrize("language", LABELS)
def test_an_answer_in_a_table_takes_its_meaning_from_its_question(language: str) -> None:
    question, no, yes = LABELS[language]
    old, new = (policy(language, f"| A | B |\n|---|---|\n| {question} | {answer} |") for answer in (no, yes))
    assert compared(old, new, language).severity == "critical"


def in_states(language: str, first: str, second: str) -> str:
    """Return a policy with a section for each of two states. Each section has one of the two passages."""
    one, other = STATES[language]
    opening = OPENING[language]
    return policy(language, f"{opening}\n\n## {one}\n\n{opening} {first}\n\n## {other}\n\n{opening} {second}")


@pytest.mark.parametrize("language", PROMISES)
def test_a_promise_removed_from_one_of_two_states_is_reported_there(language: str) -> None:
    promise, other = PROMISES[language]
    comparison = compared(in_states(language, promise, promise), in_states(language, other, promise), language)
    assert [finding.section.split(" > ")[-1] for finding in comparison.findings if finding.material] == [
        STATES[language][0]
    ]


@pytest.mark.parametrize("language", PROMISES)
def test_if_a_promise_moves_to_a_different_state_both_states_are_reported(language: str) -> None:
    promise, other = PROMISES[language]
    comparison = compared(in_states(language, promise, other), in_states(language, other, promise), language)
    assert comparison.severity == "critical"
    assert {finding.section.split(" > ")[-1] for finding in comparison.findings} == set(STATES[language])


def test_an_endless_sentence_is_read_in_pieces() -> None:
    lamps = ", ".join(f"lamp {number} of the north tower" for number in range(2_000))
    comparison = compared(
        policy("en", f"We list {lamps}."), policy("en", f"We list {lamps.replace('north', 'south')}.")
    )
    assert comparison.changed


PORTUGUESE = (
    "# Política de privacidade\n\nRecolhemos os seus dados pessoais quando você visita o nosso sítio na rede.\n\n"
    "{}\n\nGuardamos os seus dados durante dois anos e depois eles são apagados dos nossos servidores.\n"
)


def test_a_label_in_a_language_without_lexicon_is_not_a_statement() -> None:
    old, new = (PORTUGUESE.format(f"- Barcos\n- {label}") for label in ("Remos e velas", "Cordas"))
    assert not compared(old, new, "pt").material


def test_a_sentence_in_a_language_without_lexicon_is_a_statement() -> None:
    old, new = (PORTUGUESE.format(text) for text in ("Não vendemos os seus dados.", "Vendemos os seus dados."))
    assert compared(old, new, "pt").material


def test_if_the_reader_must_not_share_a_password_nothing_is_material() -> None:
    old = policy("en", "You are not allowed to share your password with anyone.")
    new = policy("en", "Your password must not be shared with anyone.")
    assert not compared(old, new).material
