#!/usr/bin/env bash
# beautifulsoup4 4.15.0: the text of a declarative shadow root, which every browser shows, is in no get_text(), not
# even of its own paragraph.
#
# `<template shadowrootmode="open">` is markup for text that is shown. The paragraph in it is found by find_all, yet
# its get_text() is "": strings under any <template> are of a class of their own, which get_text leaves out. A policy
# in a web component reads as an empty page. Source: https://www.crummy.com/software/BeautifulSoup/bs4/doc/ says that
# get_text leaves out <template>; the attribute makes no difference.
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
