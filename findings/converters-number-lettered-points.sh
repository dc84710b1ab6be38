#!/usr/bin/env bash
# html2text 2025.4.15, markdownify 1.2.3, inscriptis 2.7.6, Resiliparse 2.0.1: the points (a), (b) and (e) of a list are
# written as 1, 2 and 3.
#
# Browsers show letters for <ol type="a">, and (e) for <li value="5">. Legal texts refer to these letters ("see point
# (e)"), but the converted text has no such point. If only `type` or `value` is edited, the converted text does not
# change, although "points (a) to (c)" then means other points. Only inscriptis obeys `value`. It ignores `start`, which
# html2text and markdownify obey.
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
