#!/usr/bin/env bash
# html-to-text 10.0.1 and node-html-markdown 2.0.0: words of a table are joined.
#
# html-to-text writes a table of answers as one word, "SoldNo". It lays out only tables that the caller names (option
# `tables`, https://github.com/html-to-text/node-html-to-text). node-html-markdown writes a cell of two paragraphs,
# "Name" and "Street", as "NameStreet". In a history of such texts, a changed answer looks like a change of a word that
# exists in no language, and no search finds this word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts html-to-text@10.0.1 node-html-markdown@2.0.0
cat >look.cjs <<'EOF'
const assert = require('node:assert');
const {convert} = require('html-to-text');
const {NodeHtmlMarkdown} = require('node-html-markdown');
const plain = convert('<table><tr><td>Sold</td><td>No</td></tr></table>');
const markdown = NodeHtmlMarkdown.translate('<table><tr><td><p>Name</p><p>Street</p></td><td>No</td></tr></table>');
console.log(JSON.stringify(plain), JSON.stringify(markdown));
assert.equal(plain, 'SoldNo');
assert(markdown.includes('NameStreet'));
EOF
node look.cjs
