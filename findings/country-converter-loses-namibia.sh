#!/usr/bin/env bash
# country_converter 1.3.2 with pandas 3.1.1, which its requirements allow: no country can be looked up, because the code
# of Namibia is taken for a missing value. With pandas 2.3.3 the lookup works.
#
# The library reads its table of countries with a converter for the column of codes. pandas 2 does not change a column
# with a converter. pandas 3 replaces "NA" in this column by NaN. So the first object of the library raises a TypeError
# about a pattern. The library passes a list of missing values without "NA", but this does not help, because pandas adds
# the list to its own list.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for pandas in 2.3.3 3.1.1; do
    python3 -m venv "$folder/$pandas"
    "$folder/$pandas/bin/python" -m pip install --quiet --disable-pip-version-check country_converter==1.3.2 pandas==$pandas
    "$folder/$pandas/bin/python" - $pandas <<'EOF'
import io
import sys

import country_converter
import pandas

codes = pandas.read_csv(io.StringIO("code\nNA\nID\n"), converters={"code": str})["code"].tolist()
try:
    name = country_converter.CountryConverter().convert("ID", to="name_short")
except TypeError as error:
    name = repr(error)
print(sys.argv[1], codes, name)
assert (name == "Indonesia") == (codes[0] == "NA") == sys.argv[1].startswith("2.")
EOF
done
