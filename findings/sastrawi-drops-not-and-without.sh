#!/usr/bin/env bash
# PySastrawi 1.2.1 (Indonesian text processing): the stop word remover removes "tidak" (not) and "tanpa" (without).
#
# "Kami tidak menjual data Anda" (we do not sell your data) becomes "Kami menjual data Anda" (we sell your data).
# Indonesian texts are usually compared or searched in this form. Such a comparison sees no difference between a promise
# and its opposite. Source: the word list in StopWordRemoverFactory.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check PySastrawi==1.2.1
"$folder/env/bin/python" - <<'EOF'
from Sastrawi.StopWordRemover.StopWordRemoverFactory import StopWordRemoverFactory

remover = StopWordRemoverFactory().create_stop_word_remover()
texts = ("Kami tidak menjual data Anda.", "Alamat dibagikan tanpa izin.")
short = [remover.remove(text) for text in texts]
print(short)
assert short == ["Kami menjual data Anda.", "Alamat dibagikan izin."]
EOF
