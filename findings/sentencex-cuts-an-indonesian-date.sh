#!/usr/bin/env bash
# sentencex 1.0.32: an Indonesian date with an abbreviated month is cut in two. If a sentence ends with the letter of a
# list item, its end is not recognised.
#
# "sampai 31 Des. 2026." becomes "… 31 Des." and "2026.". "lihat huruf a. Kami …" stays one sentence. In English,
# "EU-U.S. Framework" is cut within the abbreviation: "… the EU-U." and "S. Framework".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check sentencex==1.0.32
"$folder/env/bin/python" - "$folder" <<'EOF'
import sentencex

date = sentencex.segment("id", "Izin itu berlaku sampai 31 Des. 2026. Setelah itu kami bertanya lagi.")
letter = sentencex.segment("id", "Untuk itu lihat huruf a. Kami menyimpan nama Anda.")
name = sentencex.segment("en", "We follow the EU-U.S. Framework. We answer you.")
print(date, letter, name, sep="\n")
assert [part.strip() for part in date][:2] == ["Izin itu berlaku sampai 31 Des.", "2026."]
assert len(letter) == 1
assert [part.strip() for part in name][:2] == ["We follow the EU-U.", "S. Framework."]
EOF
