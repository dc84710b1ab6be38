"""Tests words that are in no list. Such a word counts as data or as a recipient, depending on its place in the
sentence.
"""

from __future__ import annotations

import pytest

from tests.differ.policies import compared, policy

WORSE = [
    ("en", "We share your name with gyms.", "We share your name and diary with gyms."),
    ("en", "", "We share your records with landlords."),
    ("en", "", "We send your information to Harbour Lamps, a firm in Peru."),
    ("en", "", "The kitchen sends personal details about guests to Kettle and Crane Ltd."),
    ("en", "", "We send moulds of teeth to Ironbark, a workshop in Peru."),
    ("en", "", "We pass X-ray images to the laboratory Merrow."),
    ("en", "", "We may mail your letters to an office in Ghana."),
    ("en", "We never send your letters abroad.", "We send your letters to Quill & Sons, an office in Ghana."),
    ("en", "We do not send information to other countries.", ""),
    ("id", "", "Kami mengirimkan cetakan gigi kepada bengkel Ironbark."),
    ("id", "", "Foto gigi kami kirim ke Ironbark, bengkel di Peru."),
    ("id", "", "Rekaman Anda kami serahkan kepada kantor di Ghana."),
    ("id", "Kami tidak mengirim data ke negara lain.", ""),
    ("id", "Kami tidak mengirim surat Anda ke negara lain.", "Surat Anda kami kirim ke Quill & Sons di Ghana."),
    ("de", "", "Wir senden Ihre Briefe an ein Büro in Ghana."),
    ("fr", "", "Nous envoyons les moulages de dents à Ironbark, un atelier au Pérou."),
    ("es", "", "Nosotros enviamos los moldes dentales a Ironbark, un taller en el Perú."),
    ("en", "We disclose your bookings to hotels.", "We disclose your bookings to hotels and casinos."),
    ("en", "We disclose your bookings to hotels.", "We disclose your bookings and seat choices to hotels."),
    ("en", "We lend your list to no outside firm.", "We lend your list to outside firms."),
    ("en", "We will only give your file to the lab you chose.", "We will give your file to any lab."),
    ("en", "We hand records to the police only with a warrant.", "We hand records to the police."),
    (
        "en",
        "Our partners may use your data only to deliver.",
        "Our partners may use your data for their own purposes.",
    ),
    ("en", "We do not use your data to train models.", "Our suppliers use your data to train models."),
    ("en", "You will be asked before your picture is published.", "Your picture is published."),
    ("id", "Kami membagikan nama Anda kepada hotel.", "Kami membagikan nama dan buku harian Anda kepada hotel."),
    ("id", "Kami mengungkapkan pesanan Anda kepada hotel.", "Kami mengungkapkan pesanan Anda kepada hotel dan kasino."),
    ("id", "Mitra wajib menghapus data Anda dalam 10 hari.", "Mitra boleh menyimpan data Anda."),
    (
        "fr",
        "Nous partageons vos recettes avec des hôtels.",
        "Nous partageons vos recettes avec des hôtels et des casinos.",
    ),
]
QUIET = [
    (
        "en",
        "We use the services of our suppliers to keep the shop open.",
        "Our suppliers help us to keep the shop open.",
    ),
    ("en", "We note your bookings and your wishes.", "We note your bookings, your wishes and your diary."),
    ("en", "", "Your contacts are used to suggest friends."),
    ("en", "", "You can share your recipes and your photos with us."),
    ("en", "", "We send you a reminder in English."),
    ("en", "", "We send your information to your e-mail address."),
    ("en", "", "Please send your letters to Quay Street 4 in Larkport."),
    ("en", "", "We give a lamp to each visitor of the house."),
    ("id", "", "Kami mengirim pengingat kepada Anda."),
    ("id", "", "Silakan kirim surat Anda ke Jalan Dermaga di Larkport."),
    ("id", "Kami mencatat pesanan Anda.", "Kami mencatat pesanan dan buku harian Anda."),
]


@pytest.mark.parametrize(("language", "before", "after"), WORSE)
def test_a_loss_that_is_written_in_unlisted_words_is_severe(language: str, before: str, after: str) -> None:
    old, new = policy(language, before), policy(language, after)
    assert compared(old, new, language).severity in ("critical", "high")
    assert compared(new, old, language).material


@pytest.mark.parametrize(("language", "before", "after"), QUIET)
def test_acts_of_the_company_itself_are_quiet(language: str, before: str, after: str) -> None:
    old, new = policy(language, before), policy(language, after)
    assert not compared(old, new, language).material
