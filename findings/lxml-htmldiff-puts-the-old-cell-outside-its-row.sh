#!/usr/bin/env bash
# lxml 6.1.3, lxml.html.diff.htmldiff: if a table cell changes, the old cell is written after the end of its row.
#
# If "Sold | No" becomes "Sold | Yes", the result is <tr>… <ins>Yes</ins></tr>, followed by <td><del>No</del></td>
# outside of any row. So a browser shows the deleted answer in a separate row or at a separate place. If more rows
# follow, the deleted answer is next to the wrong label.
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
