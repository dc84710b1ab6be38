#!/usr/bin/env bash
# cleanco 2.3: if the whole name of a company is also a legal form, the base name of the company is the empty string. No
# error is raised.
#
# The base names of "Coop" (retailers in several countries), "SAS" (an airline, and a maker of software) and "SPA" are
# "". If two lists of recipients are matched by base names, these companies count as the same company, and as equal to a
# missing name. The name is kept if another word follows that is not in the list of forms. The Indonesian form "Tbk",
# which nearly every listed Indonesian company has, is not in the list. prefix=True removes "PT", but does not help with
# "Tbk".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check cleanco==2.3
"$folder/venv/bin/python" - <<'EOF'
from cleanco import basename

names = {"Coop": "", "SAS": "", "SPA": "", "SAS Software": "SAS Software", "Ikan Laut Inc.": "Ikan Laut"}
for name, expected in names.items():
    print(repr(name), "->", repr(basename(name)))
    assert basename(name) == expected
listed = basename("PT Ikan Laut Tbk", prefix=True)
print(repr("PT Ikan Laut Tbk"), "->", repr(listed))
assert listed == "Ikan Laut Tbk"
EOF
