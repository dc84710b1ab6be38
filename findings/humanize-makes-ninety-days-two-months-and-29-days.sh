#!/usr/bin/env bash
# humanize 4.17.0: precisedelta, the function for exact spans, writes ninety days as "2 months and 29 days". In
# Indonesian, 10000 is written as "10,000".
#
# A month counts as 30.5 days. So the usual time limits of 60, 90 and 180 days become "1 month and 29 days", "2 months
# and 29 days" and "5 months and 27 days", which no text states. In Indonesian the comma is the decimal mark, so
# "10,000" reads as ten. The French thousands are separated correctly.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check humanize==4.17.0
"$folder/env/bin/python" - <<'EOF'
from datetime import timedelta

import humanize

for days in (30, 60, 90, 180):
    print(days, humanize.precisedelta(timedelta(days=days)))
assert humanize.precisedelta(timedelta(days=90)) == "2 months and 29 days"
for language in ("fr_FR", "id_ID"):
    humanize.i18n.activate(language)
    print(language, humanize.intcomma(10000), humanize.ordinal(3))
assert humanize.intcomma(10000) == "10,000"
EOF
