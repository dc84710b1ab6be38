#!/usr/bin/env bash
# htmldate 1.11.0: if a page states no date, the result is the first of January of the year in its copyright line.
#
# This result looks like any other date. So a policy without a date gets the date 2021-01-01. When the year in the
# footer changes, the date of the policy changes to 2022-01-01.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check htmldate==1.11.0
"$folder/env/bin/python" - "$folder" <<'EOF'
from htmldate import find_date

page = "<html><body><h1>Privacy</h1><p>We hand your street to the courier, and to nobody else.</p><footer>Copyright {} Lantern Bakery</footer></body></html>"
dates = [find_date(page.format(year)) for year in (2021, 2022)]
print(dates)
assert dates == ["2021-01-01", "2022-01-01"]
EOF
