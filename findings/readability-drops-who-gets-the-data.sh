#!/usr/bin/env bash
# @mozilla/readability 0.6.0 (Firefox's reader view): the part of a policy that says who gets the data is dropped if its
# class contains "share". A summary in <aside> is always dropped.
#
# Twelve equal sections stay. The thirteenth has the same shape and the same words, but is dropped without a message:
# its class "data-share" looks like the class of a row of buttons for sharing. A monitor that watches the reader view
# never sees an edit in this section.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @mozilla/readability@0.6.0 jsdom@29.1.1
cat >look.cjs <<'EOF'
const assert = require('node:assert');
const {Readability} = require('@mozilla/readability');
const {JSDOM} = require('jsdom');
const text = (name) => `<h2>${name}</h2><p>${name}: our bakery keeps the street and the name that you gave us in a book, and hands them on to nobody but the courier, who throws them away.</p>`;
const sections = [...Array(12).keys()].map((n) => `<div class="data-part">${text(`Part ${n}`)}</div>`).join('');
const read = (more) => new Readability(new JSDOM(`<body><main>${sections}${more}</main></body>`).window.document).parse().textContent;
const plain = read(`<div class="data-part">${text('Who gets it')}</div>`);
const shared = read(`<div class="data-share">${text('Who gets it')}</div>`);
const aside = read(`<aside>${text('In short')}</aside>`);
console.log(plain.includes('Who gets it'), shared.includes('Who gets it'), aside.includes('In short'));
assert(plain.includes('Part 11') && plain.includes('Who gets it'));
assert(shared.includes('Part 11') && !shared.includes('Who gets it'));
assert(!aside.includes('In short'));
EOF
node look.cjs
