#!/usr/bin/env bash
# striprtf 0.0.35: if an RTF file marks text as deleted (\\deleted, with \\strike) or as hidden (\\v), this text is
# returned as plain text.
#
# The deleted deadline and the new deadline are joined: "30 days14 days". A word processor does not show hidden words.
# It also does not show deleted words once the changes are accepted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check striprtf==0.0.35
"$folder/env/bin/python" - "$folder" <<'EOF'
from striprtf.striprtf import rtf_to_text

text = rtf_to_text(r"{\rtf1 We answer within {\strike\deleted 30 days}{\revised 14 days}. {\v A hidden note.}\par}")
print(repr(text))
assert "within 30 days14 days." in text
assert "A hidden note." in text
EOF
