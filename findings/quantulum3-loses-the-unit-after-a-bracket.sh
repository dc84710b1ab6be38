#!/usr/bin/env bash
# quantulum3 0.10.0: contracts write a number as in "six (6) years". The result for this text is two numbers without a
# unit.
#
# "six years" and "6 years" are read as six years each. If the figure is in brackets after the word, both numbers are
# found, but neither gets the unit "years". So the period is lost. If "six years" on a page is edited to "six (6)
# years", the page seems to lose its retention period.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check quantulum3==0.10.0
"$folder/env/bin/python" - <<'EOF'
import warnings

warnings.simplefilter("ignore")
from quantulum3 import parser

units = {text: [quantity.unit.name for quantity in parser.parse(f"We keep letters for {text}.")] for text in ("six years", "6 years", "six (6) years")}
print(units)
assert units == {"six years": ["year"], "6 years": ["year"], "six (6) years": ["dimensionless", "dimensionless"]}
EOF
