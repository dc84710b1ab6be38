#!/usr/bin/env bash
# word2number 1.1: "thirty days or two months" is 32, and "a hundred and eighty days" is 8000.
#
# Numbers of one text are added up, whatever stands between them. A hundred that does not follow a number multiplies
# what comes after it, and once more: 100 * 80. "one hundred and eighty" is read right. So a deadline that a policy
# writes with the article comes out forty times too long, without an error.
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
