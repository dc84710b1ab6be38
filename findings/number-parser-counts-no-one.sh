#!/usr/bin/env bash
# number-parser 0.3.2: "no one" becomes "no 1", and "a second look" becomes "a 2 look".
#
# The function that replaces number words in running text does not look at the words around a number. So it changes the
# wording of a promise such as "no one receives it", and takes pronouns ("one of our banks") for numbers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check number-parser==0.3.2
"$folder/env/bin/python" - <<'EOF'
from number_parser import parse

texts = ("No one receives it.", "We take a second look.", "Send it to one of our offices within thirty days.")
parsed = [parse(text) for text in texts]
print(parsed)
assert parsed == ["No 1 receives it.", "We take a 2 look.", "Send it to 1 of our offices within 30 days."]
EOF
