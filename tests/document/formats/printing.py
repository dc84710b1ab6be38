"""Makes twenty policies of our own, and prints them on pages of any width with fpdf2, Chromium and LibreOffice."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import cast

from fpdf import FPDF

from tests.chance import seeded

ENGLISH = (
    "We keep your name, your postal address and the third-party reference that your bank gives us.",
    "Only user-generated content, such as a photograph of your mended umbrella, is shown to other members.",
    "A self-service page lets you opt-out of the newsletter, and a third-party courier never sees your choice.",
    "For questions on data-protection write to data-protection@umbrella-menders.example or call us before noon.",
    "Our well-known workshop at https://umbrella-menders.example/workshop/opening-hours prints the full list.",
    "We do not sell personal information, and we do not hand it to advertisers, agencies or political parties.",
    "Article 6 of the regulation allows it. See section 13. The retention period of invoices is ten years.",
    "You may object at any time; we then stop the processing within 30 days, free of charge, and confirm it.",
    "Anti-fraud checks compare the delivery address with the one on your card, and nothing of it is stored.",
    "If the company is sold, the buyer receives the customer register only after ninety days' notice to you.",
)
INDONESIAN = (
    "Kami menyimpan nama, alamat surat dan nomor telepon yang Anda berikan ketika payung diserahkan.",
    "Data pribadi tidak dibagikan kepada pihak-pihak lain selain kurir yang mengantarkan payung Anda.",
    "Hak-hak Anda meliputi akses, perbaikan, penghapusan, serta penarikan persetujuan kapan saja.",
    "Undang-undang mewajibkan kami menyimpan faktur selama sepuluh tahun sejak tanggal pembayaran.",
    "Surat dapat dikirim ke perlindungan-data@bengkel-payung.example paling lambat 3 x 24 jam setelahnya.",
    "Kami mencatat kunjungan sewaktu-waktu untuk keamanan, lalu menghapusnya setelah sembilan puluh hari.",
)
HEADINGS = ("What we keep", "Who receives it", "Your rights", "How long", "Hak Anda", "Contact", "Changes")
ITEMS = ("a copy of your record", "the correction of a mistake", "the deletion of your account and its orders")
ROOMS, PAPERS = (
    ("loft", "cellar", "reading room"),
    ("the letters and the invoices", "all self-written orders", "photographs"),
)
ROWS = (
    ("Courier", "Your name and address", "Delivery of the umbrella"),
    ("Bank", "The amount and the reference", "Payment"),
    ("Printer", "Your address", "The yearly catalogue, unless you object to it"),
)


@dataclass(frozen=True)
class Policy:
    title: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    items: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def policies() -> list[Policy]:
    """Return twenty policies. Each policy has a different choice of sentences, a list and a table."""
    found = []
    for number in range(20):
        choose = seeded(number)
        pool = INDONESIAN if number % 4 == 3 else ENGLISH
        own = [
            f"Box {box} of our {choose.choice(ROOMS)} holds {choose.choice(PAPERS)} of {box + 1900}."
            for box in range(30)
        ]
        sentences = choose.sample([*pool, *own], len(pool) + len(own))
        sections = tuple(
            (
                heading,
                (" ".join(sentences[5 * place : 5 * place + 3]), " ".join(sentences[5 * place + 3 : 5 * place + 5])),
            )
            for place, heading in enumerate(choose.sample(HEADINGS, 7))
        )
        rows = tuple(choose.sample(ROWS, choose.randint(2, 3)))
        found.append(Policy(f"Privacy policy number {number} of the Umbrella Menders", sections, ITEMS, rows))
    return found


def by_fpdf(policy: Policy, width: int) -> bytes:
    """Print a policy with fpdf2 on pages of this width in millimetres. Some paragraphs are left-aligned, others
    justified."""
    pdf = FPDF(format=(width, 240))
    pdf.add_page()
    pdf.set_font("helvetica", "B", 18)
    pdf.multi_cell(0, 9, policy.title, align="L", new_x="LMARGIN", new_y="NEXT")
    for place, (heading, paragraphs) in enumerate(policy.sections):
        pdf.set_font("helvetica", "B", 13)
        pdf.ln(4)
        pdf.multi_cell(0, 7, heading, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("times", size=11)
        for paragraph in paragraphs:
            pdf.multi_cell(0, 5, paragraph, align="LJ"[place % 2], new_x="LMARGIN", new_y="NEXT")
            pdf.ln(2)
    for number, item in enumerate(policy.items, 1):
        pdf.multi_cell(0, 5, f"({number}) {item}", align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)
    with pdf.table(policy.rows, first_row_as_headings=False):
        pass
    return bytes(pdf.output())


def page_of(policy: Policy, style: str = "") -> str:
    """Return a policy as an HTML page."""
    parts = [f"<h1>{escape(policy.title)}</h1>"]
    for heading, paragraphs in policy.sections:
        parts += [f"<h2>{heading}</h2>", *(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)]
    parts.append("<ol>" + "".join(f"<li>{item}</li>" for item in policy.items) + "</ol>")
    rows = ("".join(f"<td>{cell}</td>" for cell in row) for row in policy.rows)
    parts.append("<table border=1 cellpadding=6>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    language = "id" if "Kami" in "".join(parts) else "en"
    head = f'<html lang="{language}"><meta charset="utf-8"><style>{style}</style>'
    return f"<!doctype html>{head}<body>{''.join(parts)}</body></html>"


def by_chromium(chromium: str, pages: Sequence[tuple[str, int]]) -> list[bytes]:
    """Print HTML pages with Chromium. Each page comes with its width in millimetres."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for content, width in pages:
            page.set_content(content)
            found.append(
                page.pdf(
                    width=f"{width}mm",
                    height="240mm",
                    margin={"left": "15mm", "right": "15mm", "top": "15mm", "bottom": "15mm"},
                )
            )
        browser.close()
    return found


def by_libreoffice(program: str, pages: Mapping[str, str], folder: Path) -> dict[str, bytes]:
    """Print HTML pages with LibreOffice, and return the PDF files by name. The `@page` rule of a page has the width."""
    for name, content in pages.items():
        (folder / f"{name}.html").write_text(content, encoding="utf-8")
    command = [program, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to"]
    files = [str(folder / f"{name}.html") for name in pages]
    subprocess.run([*command, "pdf:writer_web_pdf_Export", "--outdir", str(folder), *files], check=True, timeout=600)
    return {name: (folder / f"{name}.pdf").read_bytes() for name in pages}


def row_by_row(columns: Sequence[str], width: float, draw: Callable[[FPDF], None] = lambda pdf: None) -> bytes:
    """Print texts in columns side by side. The file has the first lines of all columns first, then the second lines."""
    pdf = FPDF()
    pdf.add_page()
    draw(pdf)
    pdf.set_font("times", size=11)
    lines = [cast("list[str]", pdf.multi_cell(width, 5, text, dry_run=True, output="LINES")) for text in columns]
    for place in range(max(map(len, lines))):
        for column, written in enumerate(lines):
            if place < len(written):
                pdf.set_xy(15 + column * (width + 8), 20 + 5 * place)
                pdf.cell(width, 5, written[place])
    return bytes(pdf.output())
