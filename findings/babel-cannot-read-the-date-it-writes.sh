#!/usr/bin/env bash
# Babel 2.19.0: parse_date cannot read the "long" dates that format_date writes. If a line has a number before the date,
# parse_date returns a wrong date.
#
# "1 Mei 2026" (Indonesian) and "May 1, 2026" raise IndexError, because parse_date reads only figures. According to the
# documentation, it raises ParseError. "Version 2, 3 May 2026" is read as 3 February 2026: the first three numbers are
# taken for a date, and the name of the month is ignored.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check Babel==2.19.0
"$folder/env/bin/python" - <<'EOF'
from datetime import date

from babel.dates import format_date, parse_date

for language in ("en", "id", "de", "fr"):
    text = format_date(date(2026, 5, 1), "long", language)
    try:
        print(language, text, parse_date(text, locale=language))
        raise SystemExit("changed: it is read")
    except IndexError as error:
        print(language, text, repr(error))
wrong = parse_date("Version 2, 3 May 2026", locale="en")
print(wrong)
assert wrong == date(2026, 2, 3)
EOF
