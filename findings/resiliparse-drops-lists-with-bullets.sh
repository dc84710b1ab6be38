#!/usr/bin/env bash
# resiliparse 2.0.1, extract_plain_text with main_content=True: every <ul> of the main text is dropped. The same list as
# <ol> is kept. A block whose class is "legal" or "consent" is dropped too.
#
# The length of the items and links in them do not matter. It also does not matter whether the list is in <main>, in
# <article> or in a <div>. So the text lacks the list of rights in a privacy policy, but has the sentence that
# introduces this list. Nothing shows that there was a list. Without main_content the list is in the text. Versions
# 0.14.5, 0.15.1 and 1.0.0 do the same.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check resiliparse==2.0.1
"$folder/venv/bin/python" - <<'EOF'
from resiliparse.extract.html2text import extract_plain_text

ITEMS = "<li>the right to get a copy of all photographs that our studio keeps of you</li><li>the right to have them burnt</li>"
LEAD = "<p>Everybody who has sat for a portrait in our studio in the last twenty years has the following rights:</p>"


def kept(block: str, main_content: bool = True) -> bool:
    page = f"<html><body><main><h1>Portraits</h1>{LEAD * 4}{block}{LEAD * 4}</main></body></html>"
    return "burnt" in extract_plain_text(page, main_content=main_content)


bullets, numbers = f"<ul>{ITEMS}</ul>", f"<ol>{ITEMS}</ol>"
print("bullets:", kept(bullets), " numbers:", kept(numbers), " bullets, whole page:", kept(bullets, main_content=False))
assert not kept(bullets) and kept(numbers) and kept(bullets, main_content=False)
for name, expected in {"notice": True, "policy-content": True, "legal": False, "consent": False}.items():
    block = f'<div class="{name}">{numbers}</div>'
    print(f"class {name}:", kept(block))
    assert kept(block) == expected and kept(block, main_content=False)
EOF
