#!/usr/bin/env bash
# soupsieve 4.1.3, with which Beautiful Soup selects elements: `:has()` accepts no selector that contains a combinator.
# So `div:has(h2 + p)` is a syntax error.
#
# Browsers accept it, and so does cssselect 1.6.0, which Scrapy and parsel use. So a selector that was copied from
# developer tools or from a Scrapy spider is refused. The error message mentions strict rules of CSS. But in Selectors
# Level 4, the argument of `:has()` is a list of relative selectors, each of which may be complex
# (https://www.w3.org/TR/selectors-4/#relational).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check beautifulsoup4==4.15.0 soupsieve==4.1.3 lxml==6.1.3 cssselect==1.6.0 parsel==1.12.1
"$folder/env/bin/python" - "$folder" <<'EOF'
import soupsieve
from bs4 import BeautifulSoup
from parsel import Selector

page = "<div id='policy'><h2>Rights</h2><p>You may object.</p></div><div><p>Menu</p></div>"
selector = "div:has(h2 + p)"
assert Selector(page).css(selector).xpath("@id").getall() == ["policy"]
try:
    BeautifulSoup(page, "lxml").select(selector)
except soupsieve.SelectorSyntaxError as error:
    print(error)
else:
    raise SystemExit("it is taken now")
EOF
