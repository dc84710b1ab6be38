#!/usr/bin/env bash
# quantulum3 0.10.0: "six (6) years", the way contracts write a number, is two numbers without a unit.
#
# "six years" and "6 years" are six years each. With the figure in brackets behind the word, both are found, "years" is
# given to neither, and the span of time is lost. The same page edited from "six years" to "six (6) years" loses its
# retention period.
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
