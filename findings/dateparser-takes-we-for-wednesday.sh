#!/usr/bin/env bash
# dateparser 1.5.0: in English prose, "We" is read as a date (Wednesday), and "We may" as a date in May.
#
# search_dates finds these dates in sentences that name no day at all. In "We keep it for six months after 25 May 2018"
# it finds "We", and does not find the real date. Nearly every sentence of a policy begins with "We". In a sentence
# without "We", "may" alone is still read as a date, but the real date in "They keep it until 25 May 2018" is found.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check dateparser==1.5.0
"$folder/env/bin/python" - <<'EOF'
from dateparser.search import search_dates


def words(text):
    return [word for word, _ in search_dates(text, languages=["en"]) or []]


texts = ("We may share it.", "We keep it for six months after 25 May 2018", "They may share it.", "They keep it until 25 May 2018")
seen = {text: words(text) for text in texts}
print(seen)
assert seen[texts[0]] == ["We may"]
assert seen[texts[1]] == ["We"]
assert seen[texts[2]] == ["may"]
assert "25 May 2018" in " ".join(seen[texts[3]])
EOF
