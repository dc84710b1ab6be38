#!/usr/bin/env bash
# lxml 6.1.3, lxml.html.diff.htmldiff: if a table cell changes, the old cell is written after the end of its row.
#
# "Sold | No" that becomes "Sold | Yes" gives <tr>… <ins>Yes</ins></tr> and then <td><del>No</del></td> outside of any
# row, so that a browser shows the deleted answer in a row (or at a place) of its own: next to the wrong label, if
# more rows follow.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check lxml==6.1.3
"$folder/env/bin/python" - "$folder" <<'EOF'
from lxml.html.diff import htmldiff

row = "<table><tr><td>Sold</td><td>{}</td></tr></table>"
marked = htmldiff(row.format("No"), row.format("Yes"))
print(marked)
assert marked.index("<del>No</del>") > marked.index("</tr>") > marked.index("<ins>Yes</ins>")
EOF
