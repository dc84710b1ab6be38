#!/usr/bin/env bash
# warcio 1.8.1: content_stream() should return the decoded body of a record. If the Content-Encoding is br, it returns
# the body as it is stored, without a message. If the package brotli (1.2.1) is installed, it raises AttributeError for
# each such record.
#
# So with the decoder installed, the call fails instead of returning a wrong text. The right text is never returned. The
# reason is that warcio sets an attribute `unused_data` on the decompressor. Only the decompressor of the package
# brotlipy allows this. The extra `all` of warcio requires brotlipy, whose last release is from 2017. Both packages have
# a module named brotli. Source: warcio/bufferedreaders.py.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check warcio==1.8.1
"$folder/env/bin/python" - "$folder" <<'EOF'
import base64
import subprocess
import sys

# "<p>Letters go to nobody else.</p>" by brotli's encoder.
READ = """
import base64
import io
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

file = io.BytesIO()
writer = WARCWriter(file, gzip=True)
headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("Content-Encoding", "br")], protocol="HTTP/1.1")
body = io.BytesIO(base64.b64decode("@"))
writer.write_record(writer.create_warc_record("https://bakery.example/", "response", payload=body, http_headers=headers))
file.seek(0)
print(next(iter(ArchiveIterator(file))).content_stream().read())
"""
BODY = "CxCAPHA+TGV0dGVycyBnbyB0byBub2JvZHkgZWxzZS48L3A+Aw=="
without = subprocess.run([sys.executable, "-c", READ.replace("@", BODY)], capture_output=True, text=True, check=True)
print(without.stdout.strip())
assert without.stdout.strip() == repr(base64.b64decode(BODY))
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "brotli==1.2.1"], check=True)
decoded = subprocess.run(
    [sys.executable, "-c", f"import base64, brotli; print(brotli.decompress(base64.b64decode('{BODY}')).decode())"],
    capture_output=True, text=True, check=True,
)
assert decoded.stdout.strip() == "<p>Letters go to nobody else.</p>"
beside = subprocess.run([sys.executable, "-c", READ.replace("@", BODY)], capture_output=True, text=True)
print(beside.stderr.strip().splitlines()[-1])
assert beside.returncode and "unused_data" in beside.stderr
EOF
