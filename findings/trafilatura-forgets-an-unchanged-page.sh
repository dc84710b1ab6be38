#!/usr/bin/env bash
# trafilatura 2.3.1 with deduplicate=True: the same page returns its text three times, and after that no text at all.
#
# The process keeps a store of the texts that it has seen, and counts them over all pages. So a monitor that extracts an
# unchanged policy in one process gets None from the fourth visit on, and reports that the policy is gone. Paragraphs
# that several policies share (a standard clause) are lost in the same way.
#
# Seen: the lengths 974, 974, 974, then None twice. Source: the description of the option says that it removes duplicate
# segments. A reader would think of duplicates within the document.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check trafilatura==2.3.1 lxml_html_clean==0.4.6
"$folder/env/bin/python" - "$folder" <<'EOF'
import trafilatura

sentence = "We hand parcel number {} to a courier, together with the name and the street that you gave us for it."
page = "<html><body><article><h1>Privacy</h1>" + "".join(f"<p>{sentence.format(n)}</p>" for n in range(8)) + "</article></body></html>"
looks = [trafilatura.extract(page, deduplicate=True) for _ in range(5)]
print([text and len(text) for text in looks])
assert looks[0] and looks[0] == looks[1] == looks[2]
assert looks[3] is None and looks[4] is None
EOF
