#!/usr/bin/env bash
# surt 0.3.1 (the keys of web archives' indexes): pages that a server tells apart get one key.
#
# "/Privacy" and "/privacy", "www2.example.org" and "example.org", and addresses with and without PHPSESSID are the
# same page to an index of WARC files, though addresses are case-sensitive after the host. Two policies of such addresses
# in one archive are shown for each other. A short "sid=abc", on the other hand, is kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check surt==0.3.1
"$folder/env/bin/python" - <<'EOF'
from surt import surt

pairs = [
    ("https://example.org/Privacy", "https://example.org/privacy"),
    ("https://www2.example.org/privacy", "https://example.org/privacy"),
    ("https://example.org/privacy?PHPSESSID=" + "0123456789abcdef" * 2, "https://example.org/privacy"),
]
for one, other in pairs:
    print(surt(one), surt(other))
    assert surt(one) == surt(other)
assert surt("https://example.org/privacy?sid=abc") != surt("https://example.org/privacy")
EOF
