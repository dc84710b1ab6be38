#!/usr/bin/env bash
# snowballstemmer 3.1.1, Indonesian (the algorithm behind PostgreSQL's dictionary of that name): the forms of "to
# send" get two stems.
#
# "mengirim" (sends) and "pengiriman" (sending) become "irim", while "kirim" and "dikirim" become "kirim", so who
# searches a policy's history for one form misses the other; "perilaku" (behaviour, as in behavioural advertising)
# becomes "ila". Other verbs are right: "menjual", "penjualan" and "jual" all give "jual". The root's first letter,
# which the prefix swallows, is not given back if it was a k.
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
