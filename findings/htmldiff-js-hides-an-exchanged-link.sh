#!/usr/bin/env bash
# htmldiff-js 1.0.5: if only the target of a link changes, the redline is the new text without a mark.
#
# If "write to us <a href="/object">here</a>" becomes "<a href="/newsletter">here</a>", the redline shows no change.
# Tags are not compared: they are only written in their new form. An image whose `src` changes is marked. The address
# for an objection is a part of a policy, and is often only in a link.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" htmldiff-js@1.0.5 >/dev/null
cat >diff.js <<'EOF'
const diff = require("htmldiff-js").default;
const link = diff.execute('<p>Write <a href="/object">here</a>.</p>', '<p>Write <a href="/newsletter">here</a>.</p>');
const image = diff.execute('<p><img src="a.png"></p>', '<p><img src="b.png"></p>');
console.log(link, image);
process.exit(!/<(ins|del)/.test(link) && /<ins/.test(image) ? 0 : 1);
EOF
node diff.js
