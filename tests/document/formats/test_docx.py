"""Tests Word documents. A document is read as if all its tracked changes had been accepted."""

from __future__ import annotations

import io
import zipfile

import pytest

from document import fingerprint, identity_words, read, screen
from document.model import Document, ExtractionOptions, Page
from tests.document.formats.word_files import (
    BY,
    NAMES,
    TYPE,
    deleted,
    document,
    inserted,
    notes,
    numbering,
    paragraph,
    run,
    table,
)

KEPT = "We keep your personal data, such as your name and the address of your lighthouse, for three years."
SHARED = "We share your personal data with the third parties who carry the oil, and with no other company."
RIGHTS = "You have the right to access, correct and delete your personal information and to withdraw your consent."
POLICY = (
    paragraph("Privacy Policy of the Oil Store", "Title"),
    paragraph("What we keep", "Heading1"),
    paragraph(KEPT),
    paragraph("Whom we share it with", "Heading1"),
    paragraph(SHARED),
    paragraph("Your rights", "Heading1"),
    paragraph(f"{RIGHTS} {KEPT} {SHARED}"),
)


def word(body: bytes) -> Document:
    return read(Page(body, TYPE)).document


def lines(*blocks: str, **more: dict[str, str]) -> list[str]:
    return word(document(*blocks, **more)).text.splitlines()


@pytest.mark.parametrize("content_type", [TYPE, "application/octet-stream", "application/zip", "", "text/html"])
def test_a_document_is_recognised_by_its_contents(content_type: str) -> None:
    page = Page(document(*POLICY), content_type)
    found = read(page).document
    assert [section.title for section in found.sections[1:]] == ["What we keep", "Whom we share it with", "Your rights"]
    assert SHARED in found.text
    assert screen(page, found) is None


def test_a_page_of_html_is_read_as_html_whatever_its_type() -> None:
    page = Page(f"<h1>Privacy policy</h1><p>{KEPT}</p>".encode(), TYPE)
    assert KEPT in read(page).document.text


def test_tracked_changes_are_read_as_accepted() -> None:
    changed = run("We answer within ") + deleted("30 days") + inserted("14 days") + run(" of your letter.")
    moved = f'<w:moveFrom w:id="3" {BY}>{run("Not here.")}</w:moveFrom>'
    moved += f'<w:moveTo w:id="4" {BY}>{run("But here.")}</w:moveTo>'
    assert lines(paragraph(changed), paragraph(moved)) == ["We answer within 14 days of your letter.", "But here."]


def test_a_paragraph_with_a_deleted_end_mark_is_joined_to_the_next_paragraph() -> None:
    first = paragraph("We keep letters ", mark=f'<w:del w:id="5" {BY}/>')
    assert lines(first, paragraph("for two years.")) == ["We keep letters for two years."]


def test_a_row_that_was_deleted_is_left_out() -> None:
    rows = table([("Bank", "The amount"), ("Courier", "Your name"), ("Printer", "Your street")])
    gone = rows.replace("<w:tr>", f'<w:tr><w:trPr><w:del w:id="6" {BY}/></w:trPr>', 1)
    assert lines(rows) == ["Bank | The amount", "Courier | Your name", "Printer | Your street"]
    assert lines(gone) == ["Courier | Your name", "Printer | Your street"]


def test_comments_and_hidden_text_are_left_out() -> None:
    comments = f'<w:comments {NAMES}><w:comment w:id="0" {BY}>{paragraph("Is this true?")}</w:comment></w:comments>'
    content = run("We keep letters.") + '<w:r><w:commentReference w:id="0"/></w:r>' + run("Not this.", "<w:vanish/>")
    shown = run(" And this.", '<w:vanish w:val="0"/>')
    assert lines(paragraph(content + shown), parts={"word/comments.xml": comments}) == ["We keep letters. And this."]


def test_words_in_fields_and_in_right_to_left_text_are_read() -> None:
    field = f'<w:fldSimple w:instr="REF three">{run("section 3")}</w:fldSimple>'
    other = f'<w:dir w:val="rtl">{run("sepuluh")}</w:dir>'
    assert lines(paragraph(run("See ") + field + run(" or ") + other)) == ["See section 3 or sepuluh"]


def test_line_breaks_and_tabs_keep_words_apart() -> None:
    content = run("one") + "<w:r><w:cr/></w:r>" + run("two") + "<w:r><w:ptab/></w:r>" + run("three")
    assert (
        " ".join(lines(paragraph(content + '<w:r><w:br w:type="page"/></w:r>' + run("four")))) == "one two three four"
    )


def test_headings_are_recognised_in_every_edition_of_word_and_by_their_parent_style() -> None:
    blocks = ("What we keep", "Heading1"), ("Letters", "berschrift2"), ("Postcards", "Clause")
    found = word(document(*(part for text, style in blocks for part in (paragraph(text, style), paragraph(KEPT)))))
    assert [(section.title, section.level) for section in found.sections] == [
        ("What we keep", 1),
        ("Letters", 2),
        ("Postcards", 2),
    ]


def test_list_numbers_are_those_that_word_shows() -> None:
    blocks = [
        paragraph("We keep:", in_list=(1, 0)),
        paragraph("letters;", in_list=(1, 1)),
        paragraph("postcards.", in_list=(1, 1)),
        paragraph(KEPT),
        paragraph("We share nothing.", in_list=(1, 0)),
        paragraph("Not even:", in_list=(1, 1)),
        paragraph("stamps.", in_list=(1, 2)),
        paragraph("A point.", in_list=(2, 0)),
    ]
    found = [(block.marker, block.text) for section in word(document(*blocks)).sections for block in section.blocks]
    assert found == [
        ("1.", "We keep:"),
        ("(a)", "letters;"),
        ("(b)", "postcards."),
        ("", KEPT),
        ("2.", "We share nothing."),
        ("(a)", "Not even:"),
        ("i)", "stamps."),
        ("•", "A point."),
    ]


def test_headings_have_the_numbers_of_their_style() -> None:
    blocks = [paragraph("What we keep", "Article"), paragraph(KEPT), paragraph("Sharing", "Article"), paragraph(SHARED)]
    blocks.insert(2, paragraph("We burn it.", in_list=(3, 1)))
    found = word(document(*blocks))
    assert [section.title for section in found.sections] == ["I. What we keep", "II. Sharing"]
    assert ("1.1", "We burn it.") in [(block.marker, block.text) for block in found.sections[0].blocks]


def test_a_list_that_restarts_at_five_continues_with_six() -> None:
    more = (
        '<w:num w:numId="4"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    blocks = [paragraph(f"We keep letter {n}.", in_list=(4 if n > 1 else 1, 0)) for n in range(4)]
    found = word(document(*blocks, parts={"word/numbering.xml": numbering(more=more)}))
    assert [block.marker for block in found.sections[0].blocks] == ["1.", "2.", "5.", "6."]


def test_a_number_that_changes_is_not_a_change_of_the_words() -> None:
    one, other = (
        document(*(paragraph(text, in_list=(1, 0)) for text in texts)) for texts in ((KEPT, SHARED), (SHARED,))
    )
    assert identity_words(word(other))[0] == identity_words(word(document(paragraph(SHARED, in_list=(2, 0)))))[0]
    assert identity_words(word(one)) != identity_words(word(other))


def test_paragraphs_that_were_deleted_are_not_counted() -> None:
    gone = paragraph(deleted("We sell it."), in_list=(1, 0), mark=f'<w:del w:id="7" {BY}/>')
    found = word(document(paragraph("We keep it.", in_list=(1, 0)), gone, paragraph("We burn it.", in_list=(1, 0))))
    assert [(block.marker, block.text) for block in found.sections[0].blocks] == [
        ("1.", "We keep it."),
        ("2.", "We burn it."),
    ]


def test_footnotes_are_read_but_footnote_marks_are_not() -> None:
    content = run("We keep letters for 30") + '<w:r><w:footnoteReference w:id="7"/></w:r>' + run(" days.")
    found = lines(paragraph(content), parts={"word/footnotes.xml": notes("footnote", n7="Postcards for 60 days.")})
    assert found == ["We keep letters for 30 days.", "Postcards for 60 days."]


def test_links_keep_their_targets() -> None:
    link = f'<w:hyperlink r:id="rId9">{run("the authority")}</w:hyperlink>'
    body = document(paragraph(run("Write to ") + link), links={"rId9": "https://authority.example/complain"})
    (block,) = word(body).sections[0].blocks
    assert [(link.text, link.target) for link in block.links] == [
        ("the authority", "https://authority.example/complain")
    ]


def test_a_table_of_contents_is_left_out() -> None:
    assert lines(paragraph("What we keep\t3", "Verzeichnis1"), paragraph(KEPT)) == [KEPT]


def test_a_text_box_is_read_once() -> None:
    inner = f"<w:txbxContent>{paragraph(SHARED)}</w:txbxContent>"
    box = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{inner}</w:drawing></mc:Choice>'
        f'<mc:Fallback><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textbox>{inner}'
        "</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert lines(paragraph(run(KEPT) + box)) == [KEPT, SHARED]


def test_a_document_in_the_strict_format_is_read_like_any_other() -> None:
    link = f'<w:hyperlink r:id="rId9">{run("the authority")}</w:hyperlink>'
    blocks = (*POLICY, paragraph("We burn it.", in_list=(1, 0)), paragraph(run("Write to ") + link))
    usual = document(*blocks, links={"rId9": "https://authority.example/"})
    strict = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(usual)) as parts, zipfile.ZipFile(strict, "w") as packed:
        for name in parts.namelist():
            content = parts.read(name).decode()
            for kind in ("wordprocessingml", "officeDocument"):
                content = content.replace(
                    f"http://schemas.openxmlformats.org/{kind}/2006/", f"http://purl.oclc.org/ooxml/{kind}/"
                )
            packed.writestr(name, content)
    assert word(strict.getvalue()) == word(usual)


def test_an_unknown_style_or_list_loses_no_words() -> None:
    assert lines(paragraph(KEPT, "Lost", in_list=(99, 4))) == [KEPT]


def refused(body: bytes, most: int = 8_000_000) -> tuple[str, str]:
    options = ExtractionOptions(max_unpacked=most)
    page = Page(body, TYPE)
    found = screen(page, read(page, options).document, options)
    assert found is not None
    return found.reason, found.detail


def test_a_document_that_unpacks_to_more_than_the_limit_is_refused_by_its_size() -> None:
    bomb = document(*POLICY, parts={"word/footnotes.xml": b" " * 50_000_000})
    assert len(bomb) < 60_000
    assert refused(bomb) == (
        "refused-limit",
        "The body is a Word document that unpacks to 50.0 MB, which is more than max_body, 8 MB.",
    )


def test_parts_that_are_not_read_do_not_count_towards_the_size_limit() -> None:
    body = document(
        *POLICY, parts={"word/media/picture.png": bytes(9_000_000), "docProps/thumbnail.xml": bytes(9_000_000)}
    )
    assert SHARED in word(body).text


TEXT = "<w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body>"
ENTITY = f'<!DOCTYPE x [<!ENTITY a "{"ha" * 50}">]><w:document {NAMES}>{TEXT}</w:document>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_expanded(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{ENTITY}'
    body = document(parts={"word/document.xml": text.encode(encoding)})
    assert "ha" not in word(body).text
    assert refused(body) == (
        "encoding",
        "The body is a Word document that is broken, so it cannot be read.",
    )


def damaged(place: int) -> bytes:
    body = bytearray(document(*POLICY))
    body[place % len(body)] ^= 0x55
    return bytes(body)


@pytest.mark.parametrize("place", range(40, 2400, 97))
def test_a_damaged_document_raises_no_error(place: int) -> None:
    page = Page(damaged(place), TYPE)
    screen(page, read(page).document)


@pytest.mark.parametrize(
    "body",
    [
        document(*POLICY)[:700],
        document(parts={"word/document.xml": "<w:document"}),
        document(parts={"word/document.xml": "<other/>"}),
        document(*POLICY, parts={"word/numbering.xml": "<w:numbering"}),
    ],
    ids=["cut", "no markup", "another format", "half of the numbers"],
)
def test_a_broken_document_is_reported_as_broken(body: bytes) -> None:
    assert refused(body)[0] == "encoding"


def test_a_document_with_a_password_is_reported_as_encrypted() -> None:
    body = bytearray(document(*POLICY))
    place = body.rfind(b"PK\x01\x02", 0, body.rfind(b"word/document.xml"))
    body[place + 8] |= 1
    assert refused(bytes(body))[1].startswith("The body is a Word document that needs a password")


def test_too_deeply_nested_tables_are_refused() -> None:
    nested = paragraph(KEPT)
    for _ in range(60):
        nested = f"<w:tbl><w:tr><w:tc>{nested}<w:p/></w:tc></w:tr></w:tbl>"
    assert refused(document(nested))[0] == "refused-limit"


def test_a_document_without_text_is_an_empty_shell() -> None:
    assert refused(document(paragraph(""))) == (
        "empty-shell",
        "The Word document has no text: perhaps it contains pictures of text.",
    )


def test_the_identity_names_the_converter_and_equal_bytes_have_equal_fingerprints() -> None:
    body, other = document(*POLICY), document(*POLICY[:-1])
    assert "+mammoth-" in read(Page(body)).identity
    assert fingerprint(Page(body)) == fingerprint(Page(body)) != fingerprint(Page(other))


def test_a_link_to_a_picture_elsewhere_is_not_followed() -> None:
    picture = (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><wp:docPr id="1" name="x"/><a:graphic>'
        '<a:graphicData><pic:pic><pic:blipFill><a:blip r:link="rId5"/></pic:blipFill></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )
    assert lines(paragraph(run(KEPT) + picture), links={"rId5": "file:///etc/hostname"}) == [KEPT]
