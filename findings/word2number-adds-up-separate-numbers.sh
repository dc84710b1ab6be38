#!/usr/bin/env bash
# word2number 1.1: "thirty days or two months" becomes 32, and "a hundred and eighty days" becomes 8000.
#
# All numbers in a text are added, whatever is between them. If no number comes before "hundred", the numbers after it
# are multiplied by 100 instead of added: 100 * 80. "one hundred and eighty" is read correctly. So a deadline that a
# policy writes with "a hundred" becomes forty times too long, without an error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check word2number==1.1
"$folder/env/bin/python" - <<'EOF'
from word2number import w2n

texts = ("thirty days or two months", "a hundred and eighty days", "one hundred and eighty days")
numbers = [w2n.word_to_num(text) for text in texts]
print(numbers)
assert numbers == [32, 8000, 180]
EOF
