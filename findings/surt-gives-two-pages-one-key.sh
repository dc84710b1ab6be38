#!/usr/bin/env bash
# surt 0.3.1 (the keys in the indexes of web archives): two pages that are different pages for a server get the same
# key.
#
# "/Privacy" and "/privacy", "www2.example.org" and "example.org", and addresses with and without PHPSESSID get the same
# key in an index of WARC files, although the path of an address is case-sensitive. If an archive has two policies with
# such addresses, it may show one policy in place of the other. A short "sid=abc", however, is kept.
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
