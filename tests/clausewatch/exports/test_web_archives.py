"""Tests WARC and WACZ files with pages from a real crawl."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from archive.storage.tables import FetchPageRow, FetchRow
from clausewatch.exports.wacz import sort_key
from tests.clausewatch.watched import call, configured, opened
from tests.conftest import require
from tests.crawler.crawl import crawl
from tests.server import HTML, Answer, Site, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")
SECRET = "session=f00d"
NEAR = 0.9
"""Maximum seconds between sending a request and its arrival, on a busy machine. A request waits longer than this in the
crawler's queue, about a second. So the tests notice if a recorded time is the time before the queue.
"""


class Crawled:
    """A folder with an archive of two policies.

    The address of one policy redirects twice. The other policy has two pages.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with serving() as site:
            site.redirect("/old", "/moved", status=301)
            site.redirect("/moved", "/policy")
            cookie = ("Set-Cookie", f"{SECRET}; Path=/")
            forged = ("X-Clausewatch-Redirected", "301 https://forged.example/")
            site.pages["/policy"] = Answer(PAGE.encode(), headers=(("Content-Type", HTML), cookie, forged))
            self.urls = {path: site.url(path) for path in ("/old", "/moved", "/policy")}
            self.urls |= {path: site.serve(path, PAGE) for path in ("/one", "/two")}
            policies = {"Moved": self.urls["/old"], "Two pages": [self.urls["/one"], self.urls["/two"]]}
            crawl(folder / "watch.db", policies, delay=1)
            self.site: Site = site
        self.configuration = configured(folder)

    def export(self, *words: str) -> bytes:
        """Return the output of `clausewatch export`."""
        target = self.folder / "exported"
        result = call(self.configuration, "export", *words, "-o", str(target))
        assert result.exit_code == 0, result.output
        return target.read_bytes()

    def arrived(self, path: str) -> float:
        """Return the time at which the site received the request for a page."""
        return self.site.moments[path] + time.time() - time.monotonic()


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    return Crawled(tmp_path_factory.mktemp("crawled"))


def records(content: bytes) -> list[tuple[Any, Any, bytes]]:
    """Return the records of pages and redirects.

    For each record, return its WARC headers, its HTTP headers and its content.
    """
    read = [(each.rec_headers, each.http_headers, each.content_stream().read()) for each in _records(content)]
    return [record for record in read if record[0]["WARC-Type"] != "warcinfo"]


def _records(content: bytes) -> ArchiveIterator:
    return ArchiveIterator(BytesIO(content))


def test_the_archive_has_the_real_redirects_and_not_the_forged_redirect(crawled: Crawled) -> None:
    with opened(crawled.folder) as archive, archive.reading() as session:
        headers = session.scalars(select(FetchRow.headers).order_by(FetchRow.id)).all()
    ours = [value for some in headers for name, value in some if name == "x-clausewatch-redirected"]
    assert ours == [f"301 {crawled.urls['/old']}", f"302 {crawled.urls['/moved']}"]


def test_a_visit_has_the_time_at_which_its_request_was_sent(crawled: Crawled) -> None:
    """All pages are on one host. The crawler sends one request each second to this host, so later requests wait."""
    with opened(crawled.folder) as archive, archive.reading() as session:
        began = {row.final_url: row.started_at.timestamp() for row in session.scalars(select(FetchRow))}
        [further] = session.scalars(select(FetchPageRow))
    requested = datetime.fromisoformat(dict(further.headers)["x-clausewatch-requested"]).timestamp()
    assert abs(began[crawled.urls["/policy"]] - crawled.arrived("/old")) < NEAR
    assert abs(began[crawled.urls["/one"]] - crawled.arrived("/one")) < NEAR
    assert abs(requested - crawled.arrived("/two")) < NEAR
    assert requested - began[crawled.urls["/one"]] > 0.5


def test_each_redirect_is_a_record_that_says_which_parts_are_missing(crawled: Crawled) -> None:
    old, moved, policy = records(crawled.export("warc", "--policy", "Moved"))
    for (head, http, body), path, to, status in ((old, "/old", "/moved", "301"), (moved, "/moved", "/policy", "302")):
        assert (head["WARC-Target-URI"], head["WARC-Truncated"]) == (crawled.urls[path], "unspecified")
        assert (http.get_statuscode(), http["Location"], body) == (status, crawled.urls[to], b"")
    head, http, body = policy
    assert (head["WARC-Target-URI"], head["WARC-Truncated"], http.get_statuscode()) == (
        crawled.urls["/policy"],
        None,
        "200",
    )
    assert body == PAGE.encode()
    assert [name for name, _ in http.headers if name.lower().startswith("x-clausewatch")] == []


def test_each_page_has_the_time_of_its_request(crawled: Crawled) -> None:
    dates = {head["WARC-Target-URI"]: head["WARC-Date"] for head, _, _ in records(crawled.export("warc"))}
    for path in ("/old", "/policy", "/one", "/two"):
        assert abs(datetime.fromisoformat(dates[crawled.urls[path]]).timestamp() - crawled.arrived(path)) < NEAR


def test_cookie_values_are_written_only_on_request(crawled: Crawled) -> None:
    for form in ("warc", "wacz"):
        plain, with_cookies = (_unpacked(form, crawled.export(form, *words)) for words in ((), ("--cookies",)))
        assert SECRET.encode() not in plain
        assert b"session (value not exported)" in plain
        assert SECRET.encode() in with_cookies


def _unpacked(form: str, content: bytes) -> bytes:
    return gzip.decompress(content if form == "warc" else ZipFile(BytesIO(content)).read("archive/data.warc.gz"))


def test_warcio_finds_no_error(crawled: Crawled) -> None:
    crawled.export("warc")
    command = [sys.executable, "-m", "warcio.cli", "check", str(crawled.folder / "exported")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_index_of_a_wacz_gives_the_place_of_each_record(crawled: Crawled) -> None:
    bundle = ZipFile(BytesIO(crawled.export("wacz")))
    warc = bundle.read("archive/data.warc.gz")
    lines = bundle.read("indexes/index.cdx").decode().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == len(records(warc)) == 5
    for line in lines:
        key, moment, facts = line.split(" ", 2)
        said = json.loads(facts)
        offset = int(said["offset"])
        [(head, http, _)] = records(warc[offset : offset + int(said["length"])])
        assert (said["url"], said["status"]) == (head["WARC-Target-URI"], http.get_statuscode())
        assert (said["digest"], key) == (head["WARC-Payload-Digest"], sort_key(said["url"]))
        assert moment == f"{datetime.fromisoformat(head['WARC-Date']):%Y%m%d%H%M%S}"


def test_a_wacz_describes_its_files(crawled: Crawled) -> None:
    bundle = ZipFile(BytesIO(crawled.export("wacz", "--policy", "Moved")))
    assert bundle.testzip() is None
    assert bundle.getinfo("archive/data.warc.gz").compress_type == ZIP_STORED
    described = bundle.read("datapackage.json")
    package = json.loads(described)
    for resource in package["resources"]:
        content = bundle.read(resource["path"])
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    digest = json.loads(bundle.read("datapackage-digest.json"))
    assert digest == {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
    assert (package["profile"], package["title"]) == ("data-package", "Moved")


def test_the_list_of_pages_has_the_addresses_before_redirects(crawled: Crawled) -> None:
    bundle = ZipFile(BytesIO(crawled.export("wacz")))
    head, *pages = (json.loads(line) for line in bundle.read("pages/pages.jsonl").decode().splitlines())
    assert head["format"] == "json-pages-1.0"
    titles = {page["url"]: page["title"].partition(",")[0] for page in pages}
    assert titles == {
        crawled.urls[path]: "Moved" if path == "/old" else "Two pages" for path in ("/old", "/one", "/two")
    }


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.co.id/Privacy?b=1", "id,co,example,www)/privacy?b=1"),
        ("http://example.org", "org,example)/"),
        ("http://example.org:8080/a", "org,example:8080)/a"),
        ("https://example.org:443/", "org,example)/"),
    ],
)
def test_sort_keys_begin_with_the_last_label_of_the_host(url: str, key: str) -> None:
    assert sort_key(url) == key


@contextmanager
def publishing(folder: Path) -> Iterator[str]:
    """Serve the files of a folder, and yield the address of the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_replay_tool_shows_the_page_at_the_address_that_redirected(crawled: Crawled, tmp_path: Path) -> None:
    """The environment variable CLAUSEWATCH_REPLAY is the path of the unpacked npm package `replaywebpage`.

    The service worker of this package serves the pages.
    """
    package = os.environ.get("CLAUSEWATCH_REPLAY")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    require(chromium is not None, "Chromium")
    if package is None:
        pytest.skip("CLAUSEWATCH_REPLAY does not name the npm package `replaywebpage`")
    from playwright.sync_api import sync_playwright

    (tmp_path / "replay").mkdir()
    shutil.copy(Path(package) / "ui.js", tmp_path)
    shutil.copy(Path(package) / "sw.js", tmp_path / "replay")
    (tmp_path / "kept.wacz").write_bytes(crawled.export("wacz"))
    (tmp_path / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><script src="/ui.js"></script><replay-web-page source="/kept.wacz" '
        f'url="{crawled.urls["/old"]}" replayBase="/replay/" embed="replayonly"></replay-web-page>'
    )
    with publishing(tmp_path) as address, sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = running.new_page()
        page.goto(address)
        until, shown = time.monotonic() + 60, ""
        while "cloakroom" not in shown.lower() and time.monotonic() < until:
            page.wait_for_timeout(500)
            shown = "\n".join(frame.locator("body").inner_text() for frame in page.frames if frame.url != address)
        running.close()
    assert "cloakroom" in shown.lower()
