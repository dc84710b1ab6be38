#!/usr/bin/env bash
# country_converter 1.3.2 with pandas 3.1.1, which its requirements allow: no country can be looked up, since Namibia's
# code is taken for a missing value. With pandas 2.3.3 it works.
#
# The table of countries is read with a converter for the column of codes. pandas 2 left a converted column alone; pandas
# 3 replaces "NA" in it by NaN, so that the first object of the library raises a TypeError about a pattern. Its own
# precaution (a list of missing values without "NA") does not help, as such a list is added to the built-in one.
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
