#!/usr/bin/env bash
# python-docx 1.2.0: if a Word document has tracked changes, `Paragraph.text` has neither the deleted text nor the
# inserted text.
#
# If a deadline was edited from 30 to 14 days, the text is "We answer within of your letter." Word shows both deadlines.
# mammoth 1.13.0 returns the document as if all changes were accepted. Source: `Paragraph.text` joins the runs and
# hyperlinks that are direct children of the paragraph, but the runs of an insertion are children of `w:ins`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check python-docx==1.2.0 mammoth==1.13.0
"$folder/env/bin/python" - "$folder" <<'EOF'
import sys

import docx
import mammoth
from docx.oxml import parse_xml

space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
note = f'{space} w:author="A" w:date="2026-01-01T00:00:00Z"'
document = docx.Document()
paragraph = document.add_paragraph("We answer within ")
paragraph._p.append(parse_xml(f'<w:del {note} w:id="1"><w:r><w:delText>30 days</w:delText></w:r></w:del>'))
paragraph._p.append(parse_xml(f'<w:ins {note} w:id="2"><w:r><w:t>14 days</w:t></w:r></w:ins>'))
paragraph.add_run(" of your letter.")
path = f"{sys.argv[1]}/policy.docx"
document.save(path)
ours = docx.Document(path).paragraphs[0].text
with open(path, "rb") as file:
    theirs = mammoth.extract_raw_text(file).value.strip()
print(repr(ours), repr(theirs))
assert ours == "We answer within  of your letter."
assert theirs == "We answer within 14 days of your letter."
EOF
