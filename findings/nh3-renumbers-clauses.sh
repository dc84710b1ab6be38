#!/usr/bin/env bash
# nh3 0.3.8 (the successor of bleach for safe HTML): the default settings keep where a numbered list starts, and drop
# the number of a single item, the letters and the direction. So clauses get other numbers.
#
# <ol start="3"><li value="5"> is clause 5 in a browser, and clause 3 after cleaning. <ol type="a"> shows letters
# before, and figures afterwards. The text of a label and of the button beside it is joined to one word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check nh3==0.3.8
"$folder/env/bin/python" - <<'EOF'
import nh3

for page, expected in (
    ('<ol start="3"><li value="5">Sharing</li></ol>', '<ol start="3"><li>Sharing</li></ol>'),
    ('<ol type="a" reversed><li>Sharing</li></ol>', "<ol><li>Sharing</li></ol>"),
    ("<label>May we sell it?</label><button>No</button>", "May we sell it?No"),
):
    print(page, nh3.clean(page))
    assert nh3.clean(page) == expected
EOF
