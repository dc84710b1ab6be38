#!/usr/bin/env bash
# redlines 0.6.2 (redlines between two texts, in Markdown or HTML): the sign "¶" of the text is taken for the library's
# own mark of a paragraph's end.
#
# American legal texts cite a paragraph as "¶ 2". In the redline the sign is missing, and the sentence is cut into two
# paragraphs at that place. If the only change is that the sign was added, the redline shows no change of words.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check redlines==0.6.2 typing_extensions==4.16.0
"$folder/env/bin/python" - <<'EOF'
from redlines import Redlines

cited = Redlines("See § 5 ¶ 2 of the order.", "See § 5 ¶ 3 of the order.").output_markdown
print(repr(cited))
assert "¶" not in cited
assert "See § 5 \n\n" in cited
added = Redlines("See part 2 of the order.", "See part ¶ 2 of the order.").output_markdown
print(repr(added))
assert "¶" not in added
EOF
