#!/usr/bin/env bash
# feedparser 6.0.14: an entry in HTML keeps <del> and <ins>, but loses the tags <mark> and <summary>. So the line on
# which one clicks and the text behind it are joined to one word.
#
# "<details><summary>Shared</summary>No</details>" becomes "<details>SharedNo</details>". The list of harmless elements
# has <details>, but not <summary>. So a feed of changes that folds long sections can be read only in some feed readers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check feedparser==6.0.14
"$folder/env/bin/python" - <<'EOF'
import html

import feedparser

content = "<p>in <del>30</del> <ins>14</ins> <mark>days</mark></p><details><summary>Shared</summary>No</details>"
feed = f"""<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:a</id><title>a</title><updated>2026-05-01T00:00:00Z</updated>
<entry><id>urn:b</id><title>b</title><updated>2026-05-01T00:00:00Z</updated><content type="html">{html.escape(content)}</content></entry></feed>"""
value = feedparser.parse(feed).entries[0].content[0].value
print(value)
assert value == "<p>in <del>30</del> <ins>14</ins> days</p><details>SharedNo</details>"
EOF
