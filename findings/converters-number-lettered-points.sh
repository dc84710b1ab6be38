#!/usr/bin/env bash
# html2text 2025.4.15, markdownify 1.2.3, inscriptis 2.7.6, Resiliparse 2.0.1: the points (a), (b), (e) of a list are
# written as 1, 2, 3.
#
# Browsers show letters for <ol type="a">, and <li value="5"> as (e). Legal texts refer to them ("see point (e)"), but in
# the text of these converters no such point exists. An edit of only `type` or `value` is not seen at all, although
# "points (a) to (c)" now means others. inscriptis alone obeys `value`, and it alone ignores `start`, which the first two
# obey.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check html2text==2025.4.15 markdownify==1.2.3 inscriptis==2.7.6 Resiliparse==2.0.1
"$folder/env/bin/python" - <<'EOF'
import html2text
import inscriptis
import markdownify
from resiliparse.extract.html2text import extract_plain_text

lettered = '<ol type="a"><li>couriers</li><li>banks</li><li value="5">insurers</li></ol>'
started = '<ol start="4"><li>couriers</li></ol>'
converters = {
    "html2text": html2text.html2text,
    "markdownify": markdownify.markdownify,
    "inscriptis": inscriptis.get_text,
    "resiliparse": lambda page: extract_plain_text(f"<body>{page}</body>"),
}
marks = {name: [line.split()[0] for line in convert(lettered).splitlines() if line.strip()] for name, convert in converters.items()}
starts = {name: convert(started).split()[0] for name, convert in converters.items()}
print(marks, starts)
assert marks.pop("inscriptis") == ["1.", "2.", "5."]
assert all(mark == ["1.", "2.", "3."] for mark in marks.values())
assert starts == {"html2text": "4.", "markdownify": "4.", "inscriptis": "1.", "resiliparse": "1."}
EOF
