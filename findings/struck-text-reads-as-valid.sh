#!/usr/bin/env bash
# trafilatura 2.3.1 (output txt), inscriptis 2.7.6 and resiliparse 2.0.1: struck text is returned as if it were valid,
# and is joined to the text that replaces it.
#
# A published redline "within <del>30 days</del><ins>14 days</ins>" becomes "within 30 days14 days". The deadline that
# is no longer valid is still in the text. The two deadlines have no space between them, so a search for the words "30
# days" or "14 days" finds neither. Browsers show the first deadline struck.
#
# Seen: the same joined text from all three.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check trafilatura==2.3.1 lxml_html_clean==0.4.6 inscriptis==2.7.6 resiliparse==2.0.1
"$folder/env/bin/python" - "$folder" <<'EOF'
import inscriptis
import trafilatura
from resiliparse.extract.html2text import extract_plain_text

long = "<p>This paragraph is here so that the page has as many words as extractors ask of one before they take it.</p>"
page = f"<html><body><article><h1>Privacy</h1><p>You get an answer within <del>30 days</del><ins>14 days</ins> of the letter that you sent to our desk.</p>{long * 2}</article></body></html>"
texts = [trafilatura.extract(page, output_format="txt"), inscriptis.get_text(page), extract_plain_text(page)]
for text in texts:
    line = next(line for line in text.splitlines() if "30" in line)
    print(line)
    assert "within 30 days14 days of" in line
EOF
