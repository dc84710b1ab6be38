#!/usr/bin/env bash
# tomlkit 0.15.2: a file that is read and written without an edit can change, namely if other tables are between the
# tables of an array.
#
# [[policy]] [[subscriber]] [[policy]] is valid TOML. If it is written again without an edit, the second [[policy]]
# comes before [[subscriber]]. If the last table of an array is deleted, the comment after the table is deleted too. The
# comment above the deleted table, which described it, is kept and is then below the previous table.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check tomlkit==0.15.2
"$folder/env/bin/python" - "$folder" <<'EOF'
import tomllib

import tomlkit

apart = '[[policy]]\nname = "a"\n\n[[subscriber]]\nname = "s"\n\n[[policy]]\nname = "b"\n'
written = tomlkit.dumps(tomlkit.parse(apart))
print(written)
assert tomllib.loads(written) == tomllib.loads(apart)
assert written.index('"b"') < written.index("[[subscriber]]")

commented = '[[policy]]\nname = "a"\n\n# About b.\n[[policy]]\nname = "b"\n\n# The end of the file.\n'
document = tomlkit.parse(commented)
del document["policy"][1]
written = tomlkit.dumps(document)
print(written)
assert "# About b." in written and "# The end of the file." not in written
EOF
