"""Tests which texts and addresses name legal documents."""

from __future__ import annotations

import pytest

from document.discovery.legal_names import (
    LegalName,
    further_names,
    further_names_in_address,
    is_hub,
    legal_name,
    name_in_address,
    names_itself,
    other_matters,
    placeholder,
    plain_words,
    void_phrase,
    years_in_address,
)

NAMES = {
    "Privacy Policy": "policy",
    "Cookie Policy": "cookies",
    "Sub-processors": "subprocessors",
    "Data Processing Agreement": "agreement",
    "Terms & Conditions": "terms",
    "Kebijakan Privasi": "policy",
    "Kebijakan Kuki": "cookies",
    "Daftar Subprosesor": "subprocessors",
    "Perjanjian Pemrosesan Data": "agreement",
    "Syarat dan Ketentuan": "terms",
    "Datenschutzerklärung": "policy",
    "Cookie-Richtlinie": "cookies",
    "Unterauftragsverarbeiter": "subprocessors",
    "Vertrag zur Auftragsverarbeitung": "agreement",
    "AGB": "terms",
    "Politique de confidentialité": "policy",
    "Politique relative aux cookies": "cookies",
    "Liste des sous-traitants ultérieurs": "subprocessors",
    "Accord de traitement des données": "agreement",
    "Conditions générales d’utilisation": "terms",
    "Política de privacidad": "policy",
    "Política de cookies": "cookies",
    "Lista de subencargados": "subprocessors",
    "Contrato de encargo del tratamiento": "agreement",
    "Términos y condiciones": "terms",
}


@pytest.mark.parametrize("text", NAMES)
def test_the_usual_name_of_each_document_is_known_in_five_languages(text: str) -> None:
    assert legal_name(text) == LegalName(NAMES[text], 1.0, short=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["Privacy", "Privasi", "Datenschutz", "Confidentialité", "Privacidad"])
def test_a_short_word_names_a_policy(text: str) -> None:
    assert legal_name(text) == LegalName("policy", 1.0, short=True)


def test_filler_and_the_company_do_not_count_as_other_words() -> None:
    assert legal_name("Read our Privacy Policy (PDF)") == LegalName("policy", 1.0, short=False)
    named = legal_name("Ropewalk Privacy Policy", frozenset({"ropewalk"}))
    assert named is not None
    assert named.share == 1.0


def test_further_words_lower_the_share_of_the_name() -> None:
    named = legal_name("Privacy policy for lighthouse keepers")
    assert named is not None
    assert named.share == 0.5


@pytest.mark.parametrize("text", ["Products", "", "Private views", "Privately owned"])
def test_other_texts_name_nothing(text: str) -> None:
    assert legal_name(text) is None


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://ropes.example/legal/privacy-policy.html", "policy"),
        ("https://ropes.example/PrivacyPolicy.aspx", "policy"),
        ("https://ropes.example/privacypolicy/", "policy"),
        ("https://ropes.example/datenschutzerkl%C3%A4rung", "policy"),
        ("https://ropes.example/privacy/cookies", "cookies"),
        ("https://ropes.example/legal/dpa.pdf", "agreement"),
        ("https://ropes.example/id/syarat-ketentuan", "terms"),
    ],
)
def test_an_address_names_a_document(address: str, kind: str) -> None:
    named = name_in_address(address)
    assert named is not None
    assert named.kind == kind


@pytest.mark.parametrize("address", ["https://ropes.example/", "https://ropes.example/p/17", "http://[bad"])
def test_an_address_without_such_words_names_nothing(address: str) -> None:
    assert name_in_address(address) is None


@pytest.mark.parametrize("text", ["Legal", "Our policies", "Rechtliches", "Mentions légales", "Pusat Privasi"])
def test_a_page_that_leads_to_documents_is_known(text: str) -> None:
    assert is_hub(text)


@pytest.mark.parametrize("text", ["Legal advice for boat owners", "Contact", ""])
def test_a_page_about_law_does_not_lead_to_documents(text: str) -> None:
    assert not is_hub(text)


def test_words_of_other_matters_are_found_outside_the_name() -> None:
    assert other_matters("Privacy notice for applicants") == ("applicants",)
    assert other_matters("Conditions générales de service") == ()
    assert other_matters("Guide Dogs privacy", frozenset({"guide"})) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("This privacy policy explains much.", "policy"),
        ("Kebijakan privasi ini menjelaskan banyak hal.", "policy"),
        ("In dieser Datenschutzerklärung steht viel.", "policy"),
        ("La présente politique de confidentialité explique tout.", "policy"),
        ("Esta política de cookies lo explica todo.", "cookies"),
    ],
)
def test_a_text_names_itself(text: str, kind: str) -> None:
    assert names_itself(text) == {kind}


def test_a_text_that_only_mentions_a_policy_does_not_name_itself() -> None:
    assert names_itself("Read our privacy policy before you write your own privacy policy.") == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "This version is no longer in force.",
        "Versi ini sudah tidak berlaku.",
        "Diese Fassung gilt nicht mehr.",
        "Cette version n’est plus en vigueur.",
        "Esta versión ya no está en vigor.",
    ],
)
def test_a_text_that_is_not_valid_says_so(text: str) -> None:
    assert void_phrase(text)


def test_a_valid_text_may_mention_earlier_versions() -> None:
    assert not void_phrase("This privacy policy replaces the version of May. You can read previous versions here.")


@pytest.mark.parametrize(
    "text",
    [
        "This notice was in force until May 2019.",
        "Diese Hinweise galten früher: Der Text galt bis zum Frühling.",
        "Ce texte était en vigueur jusqu’au printemps.",
        "Naskah ini pernah berlaku pada tahun lalu.",
        "Este texto estuvo en vigor hasta la primavera.",
    ],
)
def test_a_text_that_was_valid_until_a_day_says_so(text: str) -> None:
    assert void_phrase(text)


def test_a_text_with_several_placeholders_is_a_template() -> None:
    template = "[Barn owner] keeps your name for [months] months. Write to [street, town] or ask [our clerk]."
    assert placeholder(template) == "[Barn owner]"
    assert not placeholder("[Barn owner] keeps your name. [Barn owner] deletes it. Ask [our clerk] in [town].")
    assert not placeholder("See [1], [2], [3], [4] and [Hooks](/h), [Ropes](/r), [Knots](/k), [Sails](/s).")


def test_words_that_may_name_a_product_are_found() -> None:
    ignored = frozenset({"ropewalk"})
    assert further_names("Our policies: Bargeline privacy notice for Ropewalk users, 2026", ignored) == {"bargeline"}
    assert further_names_in_address("https://ropewalk.example/legal/bargeline/privacy.html") == {"bargeline"}


def test_accents_capitals_and_hyphens_do_not_matter() -> None:
    assert plain_words("Sous-Traitants  ULTÉRIEURS!") == "sous traitants ulterieurs"


def test_a_sign_that_a_program_should_have_filled_in_makes_a_template() -> None:
    assert placeholder("Welcome to {{ company }}, the barn.") == "{{ company }}"
    assert placeholder("Tulis kepada <<nama perusahaan>>.") == "<<nama perusahaan>>"
    assert placeholder("We keep {few} records << and share none >> of them.\n") == "<< and share none >>"
    assert placeholder("Ropes cost < 5 and > 3 coins {each}.") == ""


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("https://ropes.example/privacy-2019.pdf", {2019}),
        ("https://ropes.example/legal/2021/privacy", {2021}),
        ("https://ropes.example/uploads/2021/05/privacy.pdf", set()),
        ("https://ropes.example:2019/p/120190", set()),
    ],
)
def test_the_year_in_an_address_is_known_unless_it_is_the_month_of_an_upload(address: str, named: set[int]) -> None:
    assert years_in_address(address) == named
