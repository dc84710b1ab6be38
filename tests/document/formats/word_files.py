"""Makes Word documents (DOCX) as Word writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{OFFICE}/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
BY = 'w:author="A. Editor" w:date="2026-11-30T10:00:00Z"'
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def inserted(text: str) -> str:
    return f'<w:ins w:id="1" {BY}>{run(text)}</w:ins>'


def deleted(text: str) -> str:
    return f'<w:del w:id="2" {BY}><w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r></w:del>'


def paragraph(content: str, style: str = "", in_list: tuple[int, int] | None = None, mark: str = "") -> str:
    """Return a paragraph. Its content is plain text or the markup of runs. If the paragraph is in a list, `in_list` is
    the number of the list and the paragraph's depth in it, counted from 0.
    """
    numbers = f'<w:numPr><w:ilvl w:val="{in_list[1]}"/><w:numId w:val="{in_list[0]}"/></w:numPr>' if in_list else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    runs = content if content.startswith("<") else run(content)
    return f"<w:p><w:pPr>{named}{numbers}<w:rPr>{mark}</w:rPr></w:pPr>{runs}</w:p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<w:tc><w:tcPr/>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl><w:tblPr/>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def style(identifier: str, name: str, more: str = "") -> str:
    return f'<w:style w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/>{more}</w:style>'


STYLES = (
    style("Title", "Title"),
    style("Heading1", "heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
    style("berschrift2", "heading 2", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>'),
    style("Clause", "Our clause", '<w:basedOn w:val="berschrift2"/>'),
    style(
        "Article",
        "Article",
        '<w:basedOn w:val="Heading1"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>',
    ),
    style("Verzeichnis1", "toc 1"),
)


def level(depth: int, form: str, text: str, more: str = "") -> str:
    looks = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{depth}">{looks}</w:lvl>'


LISTS = (
    (level(0, "decimal", "%1."), level(1, "lowerLetter", "(%2)"), level(2, "lowerRoman", "%3)")),
    (level(0, "bullet", "\uf0b7"),),
    (level(0, "upperRoman", "%1."), level(1, "decimal", "%1.%2", "<w:isLgl/>")),
)


def numbering(lists: Sequence[Sequence[str]] = LISTS, more: str = "") -> str:
    """Return the definitions of lists, numbered from 1. Paragraphs refer to these numbers. `more` is the markup of
    further lists."""
    abstract = (
        f'<w:abstractNum w:abstractNumId="{n}">{"".join(levels)}</w:abstractNum>' for n, levels in enumerate(lists)
    )
    named = (f'<w:num w:numId="{n + 1}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(len(lists)))
    return f"<w:numbering {NAMES}>{''.join(abstract)}{''.join(named)}{more}</w:numbering>"


def document(
    *blocks: str, parts: Mapping[str, str | bytes] | None = None, links: Mapping[str, str] | None = None
) -> bytes:
    """Return a Word document with these paragraphs and tables. `links` has the address for each `r:id`."""
    file = io.BytesIO()
    kind = f'Type="{OFFICE}/relationships/hyperlink" TargetMode="External"'
    relations = "".join(
        f'<Relationship Id="{name}" {kind} Target="{escape(target)}"/>' for name, target in (links or {}).items()
    )
    contents: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": f"<w:document {NAMES}><w:body>{''.join(blocks)}<w:sectPr/></w:body></w:document>",
        "word/styles.xml": f"<w:styles {NAMES}>{''.join(STYLES)}</w:styles>",
        "word/numbering.xml": numbering(),
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>'
        ),
        **(parts or {}),
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    return file.getvalue()


def notes(kind: str, **texts: str) -> str:
    """Return the notes of a kind ("footnote" or "endnote"). The name of each argument is "n" and the identifier of
    the note, such as `n2`. The value is its text."""
    return (
        f"<w:{kind}s {NAMES}>"
        + "".join(f'<w:{kind} w:id="{name[1:]}">{paragraph(text)}</w:{kind}>' for name, text in texts.items())
        + f"</w:{kind}s>"
    )
