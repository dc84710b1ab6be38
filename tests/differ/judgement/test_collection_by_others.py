"""Tests statements in plain words: others who collect data, what the public sees, and consents that something needs."""

from __future__ import annotations

import pytest

from tests.differ.policies import compared, policy

WATCHED = [
    ("en", "", "These plug-ins may set cookies of their own and collect information about your visit."),
    ("en", "", "Operators of embedded players use their own cookies to gather data about you."),
    ("en", "", "Third parties may place pixels on our pages to record what you look at."),
    ("en", "", "We and third parties use cookies to show you ads."),
    ("en", "", "Other companies only process data under our instructions."),
    ("en", "", "These providers keep the data they collect from you."),
    ("en", "", "Anything you write in the guest book is publicly accessible."),
    ("en", "", "Your comments can be read and collected by other people."),
    ("en", "", "* With insurers, in order to settle claims.\n* With the police, if a judge demands it."),
    ("id", "", "Plugin tersebut dapat memasang cookie dan mengumpulkan data kunjungan Anda."),
    ("id", "", "Pengelola situs lain dapat merekam kunjungan Anda."),
    ("id", "", "Komentar Anda dapat dibaca oleh siapa pun."),
    ("id", "", "Mesin pencari dapat menyimpan apa yang Anda tulis."),
    ("id", "", "* Kepada perusahaan asuransi, untuk menyelesaikan klaim."),
    ("de", "", "Plugins können Cookies setzen und Ihre Daten erheben."),
    ("fr", "", "Les plugins peuvent déposer des cookies et collecter vos données."),
    ("es", "", "Los plugins pueden instalar cookies y recoger sus datos."),
    ("en", "We never use your letters without asking you first.", "We use your letters to improve our recipes."),
    ("en", "We place cookies only with your consent.", "We place cookies."),
    ("en", "We record calls only if you agree.", ""),
    ("en", "We only handle data about children with the consent of a parent.", ""),
    ("id", "Kami tidak pernah memakai surat Anda tanpa persetujuan Anda.", "Kami memakai surat Anda untuk resep baru."),
    ("id", "Data anak hanya kami olah dengan persetujuan orang tua.", ""),
    ("en", "We obey such signals only where the law demands it.", "We obey no such signal."),
    ("id", "", "Situs kami tidak menanggapi sinyal tersebut."),
    ("en", "", "We may turn down requests that are excessive or need much work."),
    ("en", "", "We answer requests promptly."),
    ("en", "", "Ohio and Utah have privacy laws that give residents further rights."),
]
QUIET = [
    ("en", "", "We set cookies to remember your basket."),
    ("en", "We set cookies to remember your basket.", "We set cookies and pixels to remember your basket."),
    ("en", "", "Our partners help us to track parcels."),
    ("en", "", "We collect your data when you use plug-ins."),
    ("en", "", "This site has plug-ins."),
    ("en", "", "Your account is accessible by phone."),
    ("en", "", "The shop is open to everybody."),
    ("en", "", "Your file can be read by our night watch."),
    ("en", "", "* With a spoon, stir the soup.\n* To save your seat, we note your name."),
    ("en", "", "You agree to pay without delay."),
    ("en", "", "This addendum describes how we share data."),
    ("en", "", "By ordering, you agree to our terms."),
    ("en", "", "Guests keep the keys they use."),
    ("en", "", "We use your data so that you can write to other users and to use our maps."),
    ("id", "", "Kami memasang cookie untuk mengingat keranjang Anda."),
    ("id", "", "Kami mengumpulkan data Anda dari pihak ketiga."),
    ("de", "", "Wir setzen Cookies, um Ihren Korb zu merken."),
    ("fr", "", "Nous déposons des cookies pour garder votre panier."),
    ("fr", "", "Elle explique comment vos données sont utilisées, partagées et protégées."),
    ("es", "", "Instalamos cookies para recordar su cesta."),
]


@pytest.mark.parametrize(("language", "before", "after"), WATCHED)
def test_these_statements_are_watched_in_both_directions(language: str, before: str, after: str) -> None:
    old, new = policy(language, before), policy(language, after)
    assert compared(old, new, language).material
    assert compared(new, old, language).material


@pytest.mark.parametrize(("language", "before", "after"), QUIET)
def test_acts_that_concern_nobody_else_are_quiet(language: str, before: str, after: str) -> None:
    old, new = policy(language, before), policy(language, after)
    assert not compared(old, new, language).material


def test_a_character_that_could_not_be_read_is_no_change() -> None:
    old = policy("en", "To use your rights, write to 4 Rue de la Fontaine in Gen\ufffdve.")
    new = policy("en", "To use your rights, write to 4 Rue de la Fontaine in Genève.")
    assert [quiet.reason for quiet in compared(old, new).suppressed] == ["encoding"]
    assert not compared(old, new).material


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "You may ask us to send your records to another bank."),
        ("en", "You have the right to have your data transferred to another insurer."),
        ("en", "You can ask us to hand your records to another doctor."),
        ("id", "Anda berhak meminta kami memindahkan data Anda ke bank lain."),
        ("id", "Anda dapat meminta kami menyerahkan data Anda kepada klinik lain."),
    ],
)
def test_data_that_the_reader_takes_elsewhere_is_a_right_and_no_disclosure(language: str, text: str) -> None:
    findings = compared(policy(language, ""), policy(language, text), language).findings
    assert {finding.rule for finding in findings} == {"T4.right"}
    assert {finding.severity for finding in findings} == {"medium"}


def test_a_company_that_may_have_data_sent_to_another_company_discloses_it() -> None:
    new = policy("en", "We may have your data transferred to another insurer.")
    assert "sharing" in {finding.topic for finding in compared(policy("en", ""), new).findings}
