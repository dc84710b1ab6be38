#!/usr/bin/env bash
# pycountry 26.2.16: search_fuzzy("Niger") returns Nigeria first. lookup does not find the names that policies use.
#
# lookup("Russia"), lookup("Turkey"), lookup("Ivory Coast") and lookup("UK") raise LookupError, because the list of ISO
# has "Russian Federation", "Türkiye" and "Côte d'Ivoire". search_fuzzy is meant for such cases. But it prefers a
# country whose name contains the query to the country that has exactly this name. So a policy that moves data to Niger
# is read as a policy that moves data to Nigeria.
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
