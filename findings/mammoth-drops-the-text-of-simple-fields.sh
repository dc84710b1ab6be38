#!/usr/bin/env bash
# mammoth 1.13.0: the HTML lacks the text of a simple field (`w:fldSimple`) of a Word document. The words before and
# after a carriage return (`w:cr`) are joined.
#
# In the sentence "We delete it after 30 days, see section 4.", the two numbers are fields (a document property and a
# reference). The HTML has "We delete it after  days, see section ." Complex fields, which Word itself writes, are read.
# Other programs write simple fields. Only the messages of the result mention `w:fldSimple` and `w:cr`. Source:
# github.com/mwilliamson/python-mammoth, issue 69.
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
document = docx.Document()
paragraph = document.add_paragraph("We delete it after ")
for instruction, shown, after in (("DOCPROPERTY Days", "30", " days, see section "), ("REF deletion", "4", ".")):
    paragraph._p.append(parse_xml(f'<w:fldSimple {space} w:instr="{instruction}"><w:r><w:t>{shown}</w:t></w:r></w:fldSimple>'))
    paragraph.add_run(after)
broken = document.add_paragraph("bank")
broken._p.append(parse_xml(f"<w:r {space}><w:cr/></w:r>"))
broken.add_run("courier")
path = f"{sys.argv[1]}/policy.docx"
document.save(path)
with open(path, "rb") as file:
    result = mammoth.convert_to_html(file)
print(result.value)
print(*sorted({message.message for message in result.messages}), sep="\n")
assert result.value == "<p>We delete it after  days, see section .</p><p>bankcourier</p>"
EOF
