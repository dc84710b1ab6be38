#!/usr/bin/env bash
# Protego 0.7.0 (Scrapy's parser of robots.txt): "Dissallow: /" is obeyed as "Disallow: /", and a blank line after
# "User-agent:" does not end the group.
#
# The parser of the standard library ignores the misspelt line and the rule after the blank line. So the same file
# allows a page to one program and forbids it to another. Protego accepts a list of misspellings, as does the parser
# that Google published. RFC 9309 leaves this to crawlers (section 2.2.4 names only other records).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check Protego==0.7.0
"$folder/env/bin/python" - "$folder" <<'EOF'
from urllib.robotparser import RobotFileParser

from protego import Protego

page = "https://bakery.example/privacy"
for rules in ("User-agent: *\nDissallow: /privacy\n", "User-agent: *\n\nDisallow: /privacy\n"):
    library = RobotFileParser()
    library.parse(rules.splitlines())
    answers = Protego.parse(rules).can_fetch(page, "watch"), library.can_fetch("watch", page)
    print(repr(rules), answers)
    assert answers == (False, True)
EOF
