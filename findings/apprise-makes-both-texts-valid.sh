#!/usr/bin/env bash
# apprise 2.3.0: a redline in HTML is sent to a service of plain text or Markdown without its marks. The old and the new
# words stand side by side, and nothing shows which words were removed.
#
# convert_between drops <del> and <ins> for plain text and also for Markdown, although Markdown has a mark for struck
# text that many chat services show. "within <del>30 days</del> <ins>14 days</ins>" becomes "within 30 days 14 days". A
# reader cannot tell which deadline is valid.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check apprise==2.3.0
"$folder/env/bin/python" - "$folder" <<'EOF'
from apprise.conversion import convert_between

redline = "<p>You get an answer within <del>30 days</del> <ins>14 days</ins>.</p>"
for target in ("text", "markdown"):
    sent = convert_between("html", target, redline)
    print(target, repr(sent))
    assert sent.strip() == "You get an answer within 30 days 14 days."
EOF
