#!/usr/bin/env bash
# ultimate-sitemap-parser 1.8.1: to find the pages of a site, it requests addresses that the site's robots.txt forbids,
# even if the same robots.txt names the sitemap.
#
# It reads the "Sitemap:" line of robots.txt. Then it also tries fourteen usual names of sitemaps, such as
# "/admin/config/search/xmlsitemap". It does not apply the rules in the robots.txt to these addresses. So a crawler that
# otherwise obeys robots.txt breaks its rules here. In logs, the crawler seems to look for an admin page.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check ultimate-sitemap-parser==1.8.1
"$folder/env/bin/python" - <<'EOF'
import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from usp.tree import sitemap_tree_for_homepage

MAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{}/privacy</loc></url></urlset>'
asked = []


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        pages = {"/robots.txt": f"User-agent: *\nAllow: /map.xml\nAllow: /privacy\nDisallow: /\nSitemap: {home}/map.xml\n", "/map.xml": MAP.format(home)}
        body = pages.get(self.path, "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


logging.disable()
site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
home = f"http://127.0.0.1:{site.server_port}"
Thread(target=site.serve_forever, daemon=True).start()
print([page.url for page in sitemap_tree_for_homepage(home + "/").all_pages()])
forbidden = sorted(set(asked) - {"/robots.txt", "/map.xml", "/privacy"})
print(forbidden)
assert len(forbidden) == 14 and "/admin/config/search/xmlsitemap" in forbidden
EOF
