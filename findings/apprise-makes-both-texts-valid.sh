#!/usr/bin/env bash
# apprise 2.3.0: a redline in HTML that is sent to a service of plain text or Markdown arrives with the old words and
# the new ones side by side, and no mark of which is gone.
#
# convert_between drops <del> and <ins> for text and for Markdown alike, although Markdown has a sign for struck text
# and many of the chat services show it. "within <del>30 days</del> <ins>14 days</ins>" arrives as "within 30 days 14
# days": a reader cannot tell which deadline holds.
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
