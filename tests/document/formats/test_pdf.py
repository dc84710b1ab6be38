"""Tests PDF files, which the tests make. A PDF file is read as the document that a reader sees in print."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from fpdf import FPDF

from differ.judgement.profiles import load_profile
from differ.visits.comparing import compare
from document import fingerprint, identity_words, read, screen
from document.formats.pdf_hyphens import joined
from document.model import Document, ExtractionOptions, Page
from document.text.normalise import normalise

TITLE = "Privacy Policy of Radio Lark"
KEEP = (
    "We keep the letters and postcards that listeners send to our programmes, with the name and the address on them, "
    "and read some of them aloud when their writers have agreed to it."
)
SHARE = (
    "We share your personal data with no third-party company. The printer of our programme guide is told your name and "
    "your address, as far as it needs them to send the guide to you."
)
RIGHTS = (
    "You have the right to access, correct and delete your personal information, to withdraw your consent at any time, "
    "and to complain to the data protection authority. Write to privacy@radiolark.example about it."
)
ITEMS = ("(a) letters, for two years", "(b) postcards, for one year", "(c) recordings, until you object")


@dataclass(frozen=True)
class Part:
    heading: str
    paragraphs: tuple[str, ...]


POLICY = (
    Part("1. What we keep", (KEEP, *ITEMS)),
    Part("2. Sharing", (SHARE, KEEP)),
    Part("3. Your rights", (RIGHTS,)),
    Part("4. Letters abroad", (KEEP, KEEP, SHARE)),
)


class Printed(FPDF):
    """A PDF file of a policy. Each page has a page number and, if `heads` is set, a running head."""

    heads = True

    def header(self) -> None:
        if not self.heads:
            return
        self.set_font("helvetica", size=8)
        self.cell(0, 5, "Radio Lark - rules of the house", new_x="LMARGIN", new_y="NEXT")
        self.ln(6)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("helvetica", size=8)
        self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="C")

    def write_lines(self, text: str, height: float) -> None:
        self.multi_cell(0, height, text, align="L", new_x="LMARGIN", new_y="NEXT")


def printed(policy: tuple[Part, ...] = POLICY, times: int = 4, family: str = "times", password: str = "") -> bytes:
    """Return a PDF file with the parts of a policy. All parts are repeated `times` times, so that they fill several
    pages."""
    pdf = Printed()
    pdf.heads = times > 1
    if password:
        pdf.set_encryption(owner_password=f"{password}-owner", user_password=password)
    pdf.add_page()
    pdf.set_font("helvetica", "B", 20)
    pdf.write_lines(TITLE, 10)
    for part in policy * times:
        pdf.set_font("helvetica", "B", 13)
        pdf.ln(3)
        pdf.write_lines(part.heading, 7)
        pdf.set_font(family, size=11)
        for paragraph in part.paragraphs:
            pdf.write_lines(paragraph, 5)
            pdf.ln(2)
    return bytes(pdf.output())


def page(body: bytes, content_type: str = "application/pdf") -> Page:
    return Page(body, content_type, 200, "https://radiolark.example/privacy.pdf")


def words_of(policy: tuple[Part, ...], times: int) -> list[str]:
    lines = [TITLE, *(line for part in policy * times for line in (part.heading, *part.paragraphs))]
    return [word for line in lines for word in normalise(line).split()]


def words(document: Document) -> list[str]:
    shown = []
    for section in document.sections:
        shown += section.title.split()
        shown += [word for block in section.blocks for word in f"{block.marker} {block.text}".split()]
    return shown


@pytest.mark.parametrize("times", [1, 4, 9])
@pytest.mark.parametrize("family", ["times", "courier"])
def test_all_words_and_no_other_words_are_read(times: int, family: str) -> None:
    """Running heads and page numbers are left out. The ends of lines and pages do not show in the text."""
    document = read(page(printed(times=times, family=family))).document
    assert words(document) == words_of(POLICY, times)
    assert screen(page(printed(times=times)), document) is None


def test_outline_and_paragraphs_are_those_that_were_printed() -> None:
    document = read(page(printed(times=1))).document
    assert document.title == TITLE
    assert [section.title for section in document.sections] == [TITLE, *(part.heading for part in POLICY)]
    assert [section.level for section in document.sections] == [1, 2, 2, 2, 2]
    blocks = [f"{block.marker} {block.text}".strip() for block in document.sections[1].blocks]
    assert blocks == [normalise(each) for each in POLICY[0].paragraphs]
    assert [block.kind for block in document.sections[1].blocks] == ["paragraph", "item", "item", "item"]
    assert document.languages == ("en",)


def test_paragraph_that_continues_on_the_next_page_is_one_paragraph() -> None:
    document = read(page(printed(times=6))).document
    lines = {f"{block.marker} {block.text}".strip() for section in document.sections for block in section.blocks}
    assert lines == {normalise(line) for part in POLICY for line in part.paragraphs}


def test_edit_of_one_word_is_the_only_change() -> None:
    edited = (*POLICY[:1], replace(POLICY[1], paragraphs=(SHARE.replace("no third-party", "one third-party"), KEEP)))
    before, after = (read(page(printed((*parts, *POLICY[2:]), times=1))).document for parts in (POLICY[:2], edited))
    found = compare(before, after, load_profile())
    differing = [(was, now) for was, now in zip(words(before), words(after), strict=True) if was != now]
    assert differing == [("no", "one")]
    assert [finding.section for finding in found.findings] == ["2. Sharing"]
    assert "no third-party" in found.findings[0].before
    assert "one third-party" in found.findings[0].after
    assert found.material


def test_hyphen_that_only_breaks_a_word_is_removed() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("times", size=11)
    for line in ("We keep the infor-", "mation that a third-", "party sends, and no third-party learns it."):
        pdf.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
    text = read(page(bytes(pdf.output()))).document.text
    assert text == "We keep the information that a third-party sends, and no third-party learns it."


HYPHENS = {
    "a compound": (("We never ask a third-", "party for it."), "We never ask a third-party for it."),
    "a broken word": (("It holds the retentio-", "nal card."), "It holds the retentional card."),
    "a doubled word": (("Kami menghubungi pihak-", "pihak itu."), "Kami menghubungi pihak-pihak itu."),
    "a doubled word with an ending": (("Lihat hak-", "haknya."), "Lihat hak-haknya."),
    "an address of mail": (("Ask desk-", "privacy@lark.example."), "Ask desk-privacy@lark.example."),
    "an address of the web": (("See https://lark.example/a-", "page here."), "See https://lark.example/a-page here."),
    "a soft hyphen": (("We keep the infor\u00ad", "mation."), "We keep the information."),
    "a name": (("the EU-", "US framework"), "the EU-US framework"),
    "a number": (("a 24-", "hour service"), "a 24-hour service"),
    "a dash": (("We keep them -", "all of them."), "We keep them - all of them."),
    "known elsewhere": (("A data-", "set, one data-set."), "A data-set, one data-set."),
    "both alone elsewhere": (("card data, the card-", "data rule"), "card data, the card-data rule"),
}  # fmt: skip


@pytest.mark.parametrize("case", HYPHENS)
@pytest.mark.parametrize("over_pages", [False, True])
def test_a_hyphen_at_the_end_of_a_line_or_page_stays_if_it_belongs_to_the_word(case: str, over_pages: bool) -> None:
    (first, second), text = HYPHENS[case]
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("times", size=11)
    pdf.cell(0, 5, first, new_x="LMARGIN", new_y="NEXT")
    if over_pages:
        pdf.add_page()
    pdf.cell(0, 5, second)
    assert read(page(bytes(pdf.output()))).document.text == text


def test_a_discretionary_hyphen_is_removed() -> None:
    assert (
        joined(["the infor\u2010", "mation of a third\u2010", "party"], frozenset()).strip()
        == "the information of a thirdparty"
    )


def test_footnote_marks_are_separated_from_a_word_but_raised_letters_are_not() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("times", size=12)
    pdf.write(6, "The controller")
    with pdf.local_context(char_vpos="SUP"):
        pdf.write(6, "12")
    pdf.write(6, " keeps the 1")
    with pdf.local_context(char_vpos="SUP"):
        pdf.write(6, "st")
    pdf.write(6, " letter")
    with pdf.local_context(char_vpos="SUP"):
        pdf.write(6, "3")
    pdf.write(6, ", and no other.")
    assert read(page(bytes(pdf.output()))).document.text == "The controller 12 keeps the 1st letter 3, and no other."


@pytest.mark.parametrize("angle", [0, 45, 30])
def test_a_watermark_is_not_a_paragraph(angle: float) -> None:
    pdf = FPDF()
    for number in range(2):
        pdf.add_page()
        pdf.set_font("helvetica", size=70)
        with pdf.rotation(angle, x=60, y=90):
            pdf.text(20, 60, "DRAFT")
        pdf.set_font("times", size=11)
        pdf.multi_cell(0, 5, f"{number}{KEEP} " * 8, align="L", new_x="LMARGIN", new_y="NEXT")
    assert "DRAFT" not in read(page(bytes(pdf.output()))).document.text


def test_a_large_title_is_not_a_watermark() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=60)
    pdf.multi_cell(0, 20, "Radio Lark", align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("times", size=11)
    pdf.multi_cell(0, 5, f"{KEEP} " * 8, align="L", new_x="LMARGIN", new_y="NEXT")
    assert "Radio Lark" in read(page(bytes(pdf.output()))).document.text


def test_cells_of_a_table_stay_apart_and_a_list_number_is_not_a_cell() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("times", size=11)
    with pdf.table((("Bank", "Amount", "Payment"), ("Courier", "Your name and your street " * 3, "Delivery"))):
        pass
    for number in range(1, 4):
        pdf.ln(8)
        pdf.cell(15, 5, f"{number}.")
        pdf.cell(0, 5, f"We keep letters of kind {number}")
    lines = [block.text for section in read(page(bytes(pdf.output()))).document.sections for block in section.blocks]
    courier = " ".join(["Your name and your street"] * 3)
    assert [line for line in lines if "|" in line] == ["Bank | Amount | Payment", f"Courier | {courier} | Delivery"]
    assert [line for line in lines if "kind" in line] == [f"We keep letters of kind {number}" for number in range(1, 4)]


def test_text_with_a_number_at_the_edge_of_a_page_is_kept() -> None:
    """A line with other text close to it is not a running head, even if all pages have a similar line there."""
    pdf = FPDF()
    pdf.set_font("times", size=11)
    for number in range(1, 4):
        pdf.add_page()
        for line in ("We keep all of these letters:", "letters of kind 7 for as long as you wish", f"page {number}"):
            pdf.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
    text = read(page(bytes(pdf.output()))).document.text
    assert text.count("kind 7") == 3
    assert all(f"page {number}" in text for number in range(1, 4))


@pytest.mark.parametrize("content_type", ["application/pdf", "text/html", "", "application/octet-stream"])
def test_pdf_file_is_recognised_by_its_first_bytes(content_type: str) -> None:
    assert read(page(printed(times=1), content_type)).document.title == TITLE


def test_page_of_html_is_read_as_html_whatever_its_type() -> None:
    assert read(page(b"<html><body><p>Letters</p></body></html>")).document.text == "Letters"


def test_file_without_text_is_an_empty_shell() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.rect(10, 10, 50, 50)
    found = screen(page(bytes(pdf.output())), read(page(bytes(pdf.output()))).document)
    assert found is not None
    assert found.reason == "empty-shell"
    assert found.detail == "The PDF file has 1 page and no text: perhaps it contains pictures of text."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (printed(times=1, password="lark"), "needs a password"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nrubbish", "is broken"),
        (b"%PDF-", "is broken"),
    ],
)
def test_file_that_cannot_be_read_is_screened_out(body: bytes, said: str) -> None:
    found = screen(page(body), read(page(body)).document)
    assert found is not None
    assert found.reason == "encoding"
    assert said in found.detail


@pytest.mark.parametrize("place", range(0, 9000, 450))
def test_cut_or_damaged_file_raises_no_error(place: int) -> None:
    whole = printed(times=1)
    for body in (whole[:place], whole[:place] + b"\0\xff<<" + whole[place + 4 :]):
        damaged = page(body or b"%PDF-")
        screen(damaged, read(damaged).document)


def test_fingerprint_depends_only_on_the_file() -> None:
    one, other = page(printed(times=1)), page(printed(times=2))
    assert "pypdfium2-" in read(one).identity
    assert read(one).identity == read(other).identity
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one) == fingerprint(replace(one, headers=(("etag", "1"),)))
    assert identity_words(read(one, ExtractionOptions()).document) == identity_words(read(one).document)
