"""Tests the language of each section."""

from __future__ import annotations

import subprocess
import sys

import pytest

from document import read, screen
from document.model import ExtractionOptions, Page
from document.text.languages import detect_languages

ENGLISH = "We keep the letters that you send to us, and we will not show them to others without your word."
INDONESIAN = "Kami menyimpan surat yang Anda kirim kepada kami, dan tidak akan menunjukkannya kepada orang lain."
FRENCH = "Nous gardons les lettres que vous nous envoyez et nous ne les montrons pas sans votre accord."
GERMAN = "Wir bewahren die Briefe auf, die Sie uns schicken, und zeigen sie nicht ohne Ihre Zustimmung."
SPANISH = "Guardamos las cartas que usted nos envía y no las mostramos a otros sin su permiso en ningún caso."
THAI = "เราเก็บจดหมายที่คุณส่งถึงเราและจะไม่แสดงให้ผู้อื่นเห็น"


@pytest.mark.parametrize(
    ("text", "language"),
    [(ENGLISH, "en"), (INDONESIAN, "id"), (FRENCH, "fr"), (GERMAN, "de"), (SPANISH, "es"), (THAI, "th")],
)
def test_language_is_recognised_by_the_words(text: str, language: str) -> None:
    assert detect_languages([text], [""], "", ()) == [language]


def test_short_text_has_the_language_of_the_text_before_or_otherwise_of_the_text_after() -> None:
    assert detect_languages(["Data", INDONESIAN, "1. OK"], ["", "", ""], "en", ()) == ["id", "id", "id"]


def test_declared_language_of_a_section_is_accepted() -> None:
    assert detect_languages(["Vi gemmer breve fra alle, som skriver til os, i ti år."], ["da"], "en", ()) == ["da"]


def test_words_count_more_than_the_declared_language_of_the_page() -> None:
    """A page in two languages declares only one of the two."""
    assert detect_languages([ENGLISH, INDONESIAN], ["", ""], "en", ()) == ["en", "id"]


def test_text_in_none_of_the_configured_languages_is_undetermined() -> None:
    assert detect_languages([THAI, GERMAN], ["", ""], "en", ("en", "id")) == ["und", "und"]


def test_language_model_decides_if_common_words_cannot() -> None:
    words = "Pengumpulan informasi pribadi pengguna: nama lengkap, nomor telepon, alamat rumah, pekerjaan"
    assert detect_languages([words], [""], "", ("en", "id")) == ["id"]


def test_language_model_is_not_loaded_for_clear_text() -> None:
    """Loading the language model takes most of a second. A page does not need the model if its words show the
    language."""
    code = (
        "import sys; from document.text.languages import detect_languages; "
        f"detect_languages([{ENGLISH!r}], [''], '', ()); sys.exit('lingua' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_languages_of_a_document_are_ordered_by_amount_of_text() -> None:
    body = f"<h1>Letters</h1><p>{ENGLISH}</p><h2>Surat</h2><p>{INDONESIAN} {INDONESIAN}</p>"
    document = read(Page(body.encode(), "text/html"), ExtractionOptions(languages=("en", "id"))).document
    assert document.languages == ("id", "en")


DUTCH = "Wij bewaren de brieven die u ons stuurt, en tonen ze aan niemand anders zonder dat u dat goedvindt."
ITALIAN = "Conserviamo le lettere che ci inviate e non le mostriamo a nessun altro senza il vostro permesso."
POLISH = "Przechowujemy listy, które nam przysyłacie, i nie pokazujemy ich nikomu bez waszej zgody."
PORTUGUESE = "Guardamos as cartas que nos envia e não as mostramos a mais ninguém sem a sua autorização, por escrito."
SWEDISH = "Vi sparar de brev som ni skickar till oss och visar dem inte för någon annan utan ert medgivande."
TURKISH = "Bize gönderdiğiniz mektupları saklıyoruz ve izniniz olmadan onları başka hiç kimseye göstermiyoruz."
CZECH = "Uchováváme dopisy, které nám posíláte, a bez vašeho svolení je neukazujeme nikomu jinému."
VIETNAMESE = "Chúng tôi giữ những lá thư mà bạn gửi và không cho người khác xem nếu bạn không đồng ý."
RUSSIAN = "Мы храним письма, которые вы нам присылаете, и никому не показываем их без вашего согласия."
MALAY = (
    "Kami menyimpan surat yang anda hantar kepada kami kerana anda mahukannya, dan tidak akan menunjukkannya kepada"
    " mana-mana pihak. Anda boleh meminta salinannya pada bila-bila masa melalui e-mel."
)


def test_a_short_indonesian_text_is_not_taken_for_malay() -> None:
    """A model alone takes these sentences for Malay."""
    texts = [
        "Kebijakan ini menjelaskan bagaimana Harbour Dental menggunakan data pasien.",
        "Kami mengumpulkan nama, alamat dan nomor telepon Anda.",
        "Kami membagikan data kepada Fernhill Hosting yang menyimpannya untuk kami.",
        "Kami mengirimkan cetakan gigi kepada bengkel Ironbark.",
        "Kami menyimpan catatan selama sepuluh tahun. Setelah itu kami menghapusnya.",
        "Anda dapat meminta salinan data Anda kapan saja.",
    ]
    assert detect_languages(texts, [""] * len(texts), "", ()) == ["id"] * len(texts)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (DUTCH, "nl"),
        (ITALIAN, "it"),
        (POLISH, "pl"),
        (PORTUGUESE, "pt"),
        (SWEDISH, "sv"),
        (TURKISH, "tr"),
        (CZECH, "cs"),
        (VIETNAMESE, "vi"),
        (RUSSIAN, "ru"),
        (MALAY, "ms"),
    ],
)
@pytest.mark.parametrize("told", ["nobody", "page", "configuration"])
def test_language_without_listed_words_is_found(text: str, language: str, told: str) -> None:
    page = language if told == "page" else ""
    configured = (language,) if told == "configuration" else ()
    assert detect_languages([text * 3, text], ["", ""], page, configured) == [language] * 2


def test_policy_in_a_language_without_listed_terms_is_not_refused() -> None:
    for language, text in (("nl", DUTCH), ("it", ITALIAN), ("pl", POLISH), ("", SWEDISH)):
        page = Page(f"<html lang='{language}'><h1>Brief</h1>{f'<p>{text}</p>' * 12}".encode(), "text/html")
        assert screen(page, read(page).document) is None


def test_list_of_names_has_the_language_of_the_text_around_it_without_a_model() -> None:
    names = (
        "Acme Logistics GmbH, Bluebird Analytics SA, Café Nordique, Delta Cargo NV, Estrela do Mar Lda, Fiori Srl, " * 4
    )
    code = (
        "import sys; from document.text.languages import detect_languages; "
        f"print(detect_languages([{ENGLISH!r}, {names!r}], ['', ''], '', ()), 'lingua' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "['en', 'en'] False"


def test_a_text_in_cyrillic_letters_does_not_have_the_language_of_a_page_in_latin_letters() -> None:
    russian = "Мы храним ваши письма в железном шкафу и никому не показываем их без вашего согласия."
    turkish = "Mektuplarınızı demir bir dolapta saklarız ve izniniz olmadan kimseye göstermeyiz."
    assert detect_languages([turkish, russian], ["", ""], "tr", ())[1] == "ru"
    assert detect_languages([turkish, russian], ["", ""], "tr", ("tr", "ru"))[1] == "ru"
    assert detect_languages([russian], [""], "", ("bg",)) == ["bg"]
