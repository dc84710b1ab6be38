#!/usr/bin/env bash
# pycountry 26.2.16: search_fuzzy("Niger") gives Nigeria first, and the names that policies use are not looked up at
# all.
#
# lookup("Russia"), lookup("Turkey"), lookup("Ivory Coast") and lookup("UK") raise LookupError, since ISO's list has
# "Russian Federation", "Türkiye", "Côte d'Ivoire"; and search_fuzzy, meant for such cases, prefers the country of
# which the query is a part over the one that bears the very name. A policy that moves data to Niger is read as one
# that moves them to Nigeria.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check pycountry==26.2.16
"$folder/env/bin/python" - "$folder" <<'EOF'
import pycountry

first = pycountry.countries.search_fuzzy("Niger")[0]
print(first.name)
assert first.alpha_2 == "NG"
assert pycountry.countries.lookup("Niger").alpha_2 == "NE"
for name in ("Russia", "Turkey", "Ivory Coast", "UK"):
    try:
        pycountry.countries.lookup(name)
    except LookupError:
        continue
    raise SystemExit(f"{name} is known now")
EOF
