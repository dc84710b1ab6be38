"""Tests the inventory of a policy's promises, with our own sentences in English and Indonesian."""

from __future__ import annotations

import pytest

from differ.judgement.inventory import Inventory, Right, inventory, inventory_change, one_sided
from differ.judgement.recipients import LONGEST_SENTENCE, Recipient
from document import read
from document.model import Document, ExtractionOptions, Page


def document(markdown: str, *languages: str) -> Document:
    return read(Page(markdown.encode(), "text/markdown"), ExtractionOptions(languages=languages or ("en",))).document


def named(markdown: str, *languages: str) -> list[str]:
    """Return the recipients that a policy calls by name."""
    found = inventory(document(markdown, *languages)).recipients
    return [each.name for each in found if each.kind == "named"]


ENGLISH = """# Harbour Library privacy policy

Harbour Library lends books. This policy says what Harbour Library does with data about you.

## Who receives your data

We share your personal data with Fernpost and Bell & Tarn for the delivery of parcels.

Our analytics provider is Quietcount, and we pass loan records to our service providers.

## Your rights

You have the right to access your personal data. Write to desk@harbour.example; we answer within 14 days, free of
charge.
"""

INDONESIAN = """# Kebijakan Privasi Perpustakaan Dermaga

Perpustakaan Dermaga meminjamkan buku. Kebijakan ini menjelaskan apa yang Perpustakaan Dermaga lakukan dengan data Anda.

## Pembagian data

Kami membagikan data pribadi Anda kepada Kirimcepat dan kepada penyedia layanan kami untuk pengiriman paket.

## Hak Anda

Anda berhak untuk mengakses data pribadi Anda. Tulis ke meja@dermaga.example; kami menjawab dalam waktu 14 hari, tanpa
biaya.
"""


def test_a_right_is_listed_with_deadline_fee_and_channel() -> None:
    assert inventory(document(ENGLISH)).rights == (
        Right(
            "access",
            "en",
            "Your rights",
            deadline="14 days",
            fee="free of charge",
            channel="desk@harbour.example",
            sentence="You have the right to access your personal data.",
        ),
    )
    assert inventory(document(INDONESIAN, "id")).rights == (
        Right(
            "access",
            "id",
            "Hak Anda",
            deadline="14 hari",
            fee="tanpa biaya",
            channel="meja@dermaga.example",
            sentence="Anda berhak untuk mengakses data pribadi Anda.",
        ),
    )


def ferry_list(language: str, lead: str, item: str) -> Document:
    """Return a policy with a list of one entry under a heading about rights."""
    start, heading = {
        "en": ("We run a ferry, and passengers come on board each day of the week.", "Your rights"),
        "id": ("Kami menjalankan kapal di antara pulau-pulau dan menerima penumpang setiap hari.", "Hak Anda"),
    }[language]
    return document(f"{start}\n\n## {heading}\n\n{lead}\n\n- {item}\n", language)


@pytest.mark.parametrize(
    ("language", "lead", "item", "right"),
    [
        ("en", "You have:", "the right to object to the use of your data, above all to advertising by post;", "object"),
        ("en", "You have:", "the right to restrict the handling of your personal data;", "restrict"),
        ("en", "You have:", "the right to restrict processing.", "restrict"),
        ("en", "You have:", "the right of access;", "access"),
        ("en", "You have:", "the right to be forgotten;", "erase"),
        ("en", "As a passenger, you can:", "correct your timetable;", "rectify"),
        ("id", "Anda memiliki:", "hak untuk mengakses dan memperoleh salinan data penumpang;", "access"),
        ("id", "Anda memiliki:", "hak untuk menunda atau membatasi pengolahan data tiket;", "restrict"),
        ("id", "Sebagai penumpang, Anda dapat:", "menghapus data tiket;", "erase"),
    ],
)
def test_a_right_in_a_list_is_listed(language: str, lead: str, item: str, right: str) -> None:
    (entry,) = inventory(ferry_list(language, lead, item)).rights
    assert (entry.right, entry.sentence) == (right, item)


@pytest.mark.parametrize(
    ("language", "lead", "item"),
    [
        ("en", "Our cookies:", "a counter that we delete at night;"),
        ("en", "You can choose among three tickets:", "the ferry ticket, for which we ask compensation in advance;"),
        ("id", "Kuki kami:", "penghitung yang kami hapus setiap malam;"),
    ],
)
def test_an_entry_that_offers_nothing_is_not_a_right(language: str, lead: str, item: str) -> None:
    assert inventory(ferry_list(language, lead, item)).rights == ()


@pytest.mark.parametrize(
    ("language", "item", "right"),
    [
        ("en", "You cannot object to our timetable of your trips, but you may access your data.", "access"),
        ("en", "You cannot withdraw your consent. You may have your data deleted.", "erase"),
        ("id", "Anda tidak dapat mengajukan keberatan. Anda dapat mengakses data Anda.", "access"),
    ],
)
def test_a_right_that_is_denied_is_not_listed(language: str, item: str, right: str) -> None:
    assert {entry.right for entry in inventory(ferry_list(language, "", item)).rights} == {right}


def test_recipients_are_listed_by_class_and_by_name() -> None:
    english = {(each.kind, each.name) for each in inventory(document(ENGLISH)).recipients}
    assert {
        ("named", "Fernpost"),
        ("named", "Bell & Tarn"),
        ("named", "Quietcount"),
        ("processors", "service providers"),
    } <= english
    indonesian = {(each.kind, each.name) for each in inventory(document(INDONESIAN, "id")).recipients}
    assert {("named", "Kirimcepat"), ("processors", "penyedia layanan")} <= indonesian


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (INDONESIAN, "id")])
def test_the_company_is_not_a_recipient_of_its_own_data(text: str, language: str) -> None:
    own = {"Harbour", "Library", "Perpustakaan", "Dermaga"}
    assert not [name for name in named(text, language) if own & set(name.split())]


def test_without_a_title_the_most_frequent_name_is_the_company() -> None:
    text = """# Privacy policy

Mossgate runs a ferry. Tickets of Mossgate are sold on board.

## Sharing

We share passenger data with Mossgate Cargo and with Pinewire.
"""
    assert named(text) == ["Pinewire"]


def test_the_company_may_have_another_name_in_each_language() -> None:
    text = f"{ENGLISH}\n{INDONESIAN.replace('Kami membagikan', 'Perpustakaan Dermaga membagikan')}"
    assert named(text, "en", "id") == ["Bell & Tarn", "Fernpost", "Quietcount", "Kirimcepat"]


def test_a_place_is_not_a_recipient() -> None:
    told = "Kami membagikan data Anda kepada pengelola pusat data kami di Jatipuro."
    assert named(f"# Kebijakan privasi\n\n## Pembagian\n\n{told}\n", "id") == []


def test_a_row_of_a_table_of_recipients_gives_name_task_and_country() -> None:
    text = """# Privacy policy

We run a ferry.

## Whom we share your data with

| Company | Task | Country |
|---|---|---|
| Noordkade Servers | Hosting | Netherlands |
| Guldenpas | Card payments | Ireland |
| Identification data | Tickets | Ireland |
"""
    rows = [each for each in inventory(document(text)).recipients if each.kind == "named"]
    assert {each.section for each in rows} == {"Whom we share your data with"}
    assert [(each.name, each.purpose, each.country, each.codes, each.sentence) for each in rows] == [
        ("Guldenpas", "Card payments", "Ireland", ("IE",), "Guldenpas | Card payments | Ireland"),
        ("Noordkade Servers", "Hosting", "Netherlands", ("NL",), "Noordkade Servers | Hosting | Netherlands"),
    ]


def test_only_the_beginning_of_a_very_long_sentence_is_quoted() -> None:
    orders = ", ".join(f"order {number}" for number in range(200))
    recipients = inventory(document(f"# Policy\n\nWe share your data with our partners for {orders}.\n")).recipients
    assert {(len(each.sentence), each.sentence[-1]) for each in recipients} == {(LONGEST_SENTENCE, "…")}


def test_a_table_of_recipients_may_be_in_indonesian() -> None:
    text = """# Kebijakan privasi

Kami menjalankan kapal di antara pulau-pulau dan menerima penumpang setiap hari, juga pada hari libur.

## Pihak yang menerima data Anda

| Perusahaan | Tugas | Negara |
|---|---|---|
| Awan Biru | Pusat data | Singapura |
"""
    (row,) = (each for each in inventory(document(text, "id")).recipients if each.kind == "named")
    assert (row.name, row.purpose, row.country) == ("Awan Biru", "Pusat data", "Singapura")


@pytest.mark.parametrize(
    "sentence",
    [
        "We share your Personal Data with Service Providers.",
        "If Mossgate is sold, we share your data with the buyer.",
        "We may share your data with courts in Ireland after March.",
        "Your data travels over Secure Wire Sockets.",
        "WE SHARE YOUR DATA WITH COURTS.",
        "We never share your personal data with Pinewire.",
    ],
)
def test_a_word_is_not_a_recipient_only_because_it_is_capitalised(sentence: str) -> None:
    start = "# Mossgate privacy policy\n\nMossgate runs a ferry, and its Service Providers help Mossgate.\n\n"
    assert named(f"{start}## Sharing\n\n{sentence}\n") == []


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("We do not sell your personal data to advertisers.", "en"),
        ("Kami tidak menjual data pribadi Anda kepada pengiklan.", "id"),
    ],
)
def test_a_promise_not_to_sell_data_has_neither_a_recipient_nor_a_right(sentence: str, language: str) -> None:
    title = {"en": "Privacy policy", "id": "Kebijakan privasi"}[language]
    assert inventory(document(f"# {title}\n\n{sentence}\n", language)) == Inventory()


def test_added_and_removed_entries_are_reported_and_inflection_does_not_matter() -> None:
    before = (
        "# Privacy policy\n\n## Sharing\n\nWe share your personal data with a service provider and with Pinewire.\n"
    )
    after = (
        "# Privacy policy\n\n## Sharing\n\nWe share your personal data with service providers and with advertisers.\n"
    )
    change = inventory_change(inventory(document(before)), inventory(document(after)))
    assert [each.name for each in change.recipients_gone] == ["Pinewire"]
    assert [each.name for each in change.recipients_new] == ["advertisers"]
    assert (change.rights_gone, change.rights_new) == ((), ())


def test_an_entry_that_only_one_language_has_is_reported() -> None:
    found = Inventory(
        rights=(Right("access", "en", "R"), Right("erase", "en", "R"), Right("access", "id", "H")),
        recipients=(
            Recipient("processors", "vendors", "en", section="S"),
            Recipient("processors", "vendor", "id", section="P"),
            Recipient("advertising", "pengiklan", "id", section="P"),
            Recipient("named", "Fernpost", "en", section="S"),
        ),
    )
    told = [(each.what, each.entry, each.named_in, each.missing_in) for each in one_sided(found)]
    assert told == [
        ("right", "erase", ("en",), ("id",)),
        ("recipient", "advertising", ("id",), ("en",)),
        ("recipient", "Fernpost", ("en",), ("id",)),
    ]


def test_a_policy_in_one_language_lacks_no_entry() -> None:
    assert one_sided(inventory(document(ENGLISH))) == ()
    assert one_sided(Inventory()) == ()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "# Your rights\n\nYou may ask for access to your data, and we answer within three business days. "
            "You may ask us to delete your data. You may object.",
            {"access": "3 business days", "erase": "", "object": ""},
        ),
        (
            "en",
            "# Your rights\n\nYou may ask for access to your data. You may object. We answer all within 30 days.",
            {"access": "30 days", "object": "30 days"},
        ),
        (
            "id",
            "# Hak Anda\n\nAnda berhak mengakses data Anda dalam tiga hari kerja. Anda berhak menghapus data Anda "
            "dalam 3 x 24 jam. Anda berhak mengajukan keberatan.",
            {"access": "3 hari kerja", "erase": "3 x 24 jam", "object": ""},
        ),
    ],
)
def test_a_time_limit_belongs_to_the_right_of_its_own_sentence(
    language: str, text: str, expected: dict[str, str]
) -> None:
    document = read(Page(text.encode(), "text/markdown"), ExtractionOptions(languages=(language,))).document
    assert {right.right: right.deadline for right in inventory(document).rights} == expected
