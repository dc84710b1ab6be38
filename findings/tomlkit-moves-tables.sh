#!/usr/bin/env bash
# tomlkit 0.15.2: reading a file and writing it at once is no round trip if the tables of an array do not stand in one
# row.
#
# [[policy]] [[subscriber]] [[policy]] is valid TOML. Written again unaltered, the second [[policy]] stands before
# [[subscriber]]. And to delete the last table of an array deletes the comment after it with it, while the comment
# above the deleted table, which spoke of it, stays under the one before.
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
