#!/usr/bin/env bash
# beautifulsoup4 4.15.0: every browser shows the text of a declarative shadow root, but get_text() never returns it, not
# even for the paragraph that contains the text.
#
# Browsers show the contents of `<template shadowrootmode="open">`. find_all finds the paragraph in it, but get_text()
# of this paragraph is "". Strings within any <template> have a separate class, and get_text leaves out this class. So a
# policy in a web component looks like an empty page. Source: https://www.crummy.com/software/BeautifulSoup/bs4/doc/
# says that get_text leaves out <template>. The attribute makes no difference.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check beautifulsoup4==4.15.0 lxml==6.1.3
"$folder/env/bin/python" - "$folder" <<'EOF'
from bs4 import BeautifulSoup

page = '<main><x-policy><template shadowrootmode="open"><p>We sell nothing.</p></template></x-policy></main>'
for parser in ("lxml", "html.parser"):
    soup = BeautifulSoup(page, parser)
    paragraph = soup.find("p")
    print(parser, repr(soup.get_text()), repr(paragraph.get_text()), repr(str(paragraph)))
    assert soup.get_text() == "" == paragraph.get_text()
    assert str(paragraph) == "<p>We sell nothing.</p>"
EOF
