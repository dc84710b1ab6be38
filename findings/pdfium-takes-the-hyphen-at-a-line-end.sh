#!/usr/bin/env bash
# pypdfium2 5.15.2: a hyphen at the end of a line is removed from the text, even if it belongs to the word. The two
# functions that return text put two different characters in its place.
#
# If "third-" and "party" are on two lines, get_text_range returns "third" + U+FFFE + "party", and get_text_bounded
# returns "third" + U+0002 + "party". A word that the typesetter divided ("per-" and "sonal") is returned in the same
# way. So nobody can tell which word had a hyphen before it was divided. pypdf 7.1.1 and pdfminer.six 20260107 return
# the hyphen and the end of the line.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check pypdfium2==5.15.2 fpdf2==2.8.9 pypdf==7.1.1 pdfminer.six==20260107
"$folder/env/bin/python" - "$folder" <<'EOF'
import sys

import pypdf
import pypdfium2
from fpdf import FPDF
from pdfminer.high_level import extract_text

pdf = FPDF()
pdf.add_page()
pdf.set_font("helvetica", size=12)
for line in ("We hand your street to third-", "party couriers, and send per-", "sonal letters."):
    pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
path = f"{sys.argv[1]}/policy.pdf"
pdf.output(path)
page = pypdfium2.PdfDocument(path)[0].get_textpage()
whole, bounded = page.get_text_range(), page.get_text_bounded()
print(repr(whole), repr(bounded))
assert "third\ufffeparty" in whole and "per\ufffesonal" in whole
assert "third\x02party" in bounded and "per\x02sonal" in bounded
for text in (pypdf.PdfReader(path).pages[0].extract_text(), extract_text(path)):
    assert "third-\nparty" in text and "per-\nsonal" in text
EOF
