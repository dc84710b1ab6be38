#!/usr/bin/env bash
# Scrapy 2.19.0: if the response for robots.txt has the status 404 or 503, the text of the response is obeyed. If a
# response with the status 503 has no rules, the host is crawled.
#
# With ROBOTSTXT_OBEY, the body of the response is read, whatever the status is. RFC 9309 demands the opposite in both
# cases (sections 2.3.1.3 and 2.3.1.4): if the file does not exist (404), everything may be fetched. While the file is
# unavailable (503), nothing may be fetched.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check scrapy==2.19.0
cat >"$folder/crawl.py" <<'EOF'
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import scrapy
from scrapy.crawler import CrawlerProcess

status, rules = int(sys.argv[1]), sys.argv[2]
asked = []


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        code, body = (status, rules) if self.path == "/robots.txt" else (200, "<p>policy</p>")
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *words):
        pass


site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
Thread(target=site.serve_forever, daemon=True).start()


class Policies(scrapy.Spider):
    name = "policies"
    start_urls = [f"http://127.0.0.1:{site.server_port}/privacy"]

    def parse(self, response):
        pass


process = CrawlerProcess({"ROBOTSTXT_OBEY": True, "RETRY_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "LOG_LEVEL": "ERROR"})
process.crawl(Policies)
process.start()
print("fetched" if "/privacy" in asked else "left alone")
EOF
seen() { "$folder/env/bin/python" "$folder/crawl.py" "$1" "$2"; }
rules=$'User-agent: *\nDisallow: /'
for status in 404 503; do
    echo "$status with rules: $(seen $status "$rules")"
    [ "$(seen $status "$rules")" = "left alone" ]
done
echo "503 without rules: $(seen 503 sorry)"
[ "$(seen 503 sorry)" = "fetched" ]
