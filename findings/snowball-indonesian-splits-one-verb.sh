#!/usr/bin/env bash
# snowballstemmer 3.1.1, Indonesian (the algorithm behind PostgreSQL's dictionary with this name): the forms of the verb
# "to send" get two different stems.
#
# "mengirim" (sends) and "pengiriman" (sending) become "irim", but "kirim" and "dikirim" become "kirim". So a search for
# one form in the history of a policy does not find the other form. "perilaku" (behaviour, as in behavioural
# advertising) becomes "ila". Other verbs are right: "menjual", "penjualan" and "jual" all become "jual". A prefix
# replaces the first letter of the root. If this letter was a k, the stemmer does not restore it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check snowballstemmer==3.1.1
"$folder/env/bin/python" - "$folder" <<'EOF'
import snowballstemmer

stem = snowballstemmer.stemmer("indonesian").stemWord
stems = {word: stem(word) for word in "mengirim pengiriman kirim dikirim perilaku menjual penjualan jual".split()}
print(stems)
assert stems["mengirim"] == stems["pengiriman"] == "irim"
assert stems["kirim"] == stems["dikirim"] == "kirim"
assert stems["perilaku"] == "ila"
assert stems["menjual"] == stems["penjualan"] == stems["jual"] == "jual"
EOF
