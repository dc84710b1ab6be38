#!/usr/bin/env bash
# cleanco 2.3: the base name of a company whose whole name is also a legal form is the empty string, without an error.
#
# "Coop" (retailers in several countries), "SAS" (an airline, and a maker of software) and "SPA" all become "". If names
# are compared by their base names, as they are when lists of recipients of data are matched, these companies are one
# and the same company, and equal to a missing name. The name is kept as soon as another word follows that is not in the
# list of forms. The Indonesian form "Tbk", which nearly every listed Indonesian company has, is not in the list, even
# with prefix=True, with which "PT" is removed.
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
