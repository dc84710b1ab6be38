#!/usr/bin/env bash
# url-normalize 3.1.0: "https://example.org/#!/privacy" becomes "https://example.org/?_escaped_fragment_=/privacy".
#
# The result is a different address. It follows a scheme by which servers once gave search engines a copy of a page that
# is made by scripts. Google ended the scheme in 2015. A program that normalises an address before it fetches the page
# asks such a server for a page that nobody maintains, and other servers for their start page. In "#/privacy" the slash
# is encoded, so that a script that compares the fragment finds another text. Two slashes in a path become one, too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check url-normalize==3.1.0
"$folder/env/bin/python" - <<'EOF'
from url_normalize import url_normalize

for address, expected in (
    ("https://example.org/#!/privacy", "https://example.org/?_escaped_fragment_=/privacy"),
    ("https://example.org/#/privacy", "https://example.org/#%2Fprivacy"),
    ("https://example.org/legal//privacy", "https://example.org/legal/privacy"),
):
    print(address, url_normalize(address))
    assert url_normalize(address) == expected
EOF
