"""Tests the protection of the desk against requests for other hosts, large bodies, frames, stored pages, and other
schemas.
"""

from __future__ import annotations

import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from archive.errors import OlderSchemaError, ReplacedArchiveError
from archive.recording.recorder import record
from archive.storage.database import Archive, open_archive
from archive.storage.read_only import served_archive
from clausewatch.desk.pages.stored import harmless
from clausewatch.desk.protection import CONTENT_SECURITY, STORED_PAGE
from tests.archive.visits import START, TEAHOUSE, seen, watch, written
from tests.clausewatch.desk.running import Opened, opened

HOSTILE = """<!doctype html><html><head><meta http-equiv="refresh" content="0;url=https://evil.example/">
<LINK rel="preconnect" href="https://evil.example"><link rel='dns-prefetch' href="//evil.example">
<base href="https://evil.example/"><script>document.title = "ran"</script></head>
<body><h1>Privacy notice</h1><p>Only our cooks see your orders.</p><img src="https://evil.example/x.png">
<form action="https://evil.example/"><button>Send</button></form></body></html>"""


def raw(desk: Opened, *lines: str, body: bytes = b"") -> bytes:
    """Send lines as a request, and return the answer."""
    host, port = desk.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall("\r\n".join((*lines, "Connection: close", "", "")).encode() + body)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_only_the_own_host_is_answered(desk: Opened) -> None:
    own = desk.address.removeprefix("http://")
    assert status(raw(desk, "GET /sign-in HTTP/1.1", f"Host: {own}")) == 200  # control
    for host in ("evil.example", "", f"{own}.evil.example", f"evil@{own}", "127.0.0.1", "127.0.0.1:1"):
        assert status(raw(desk, "GET /sign-in HTTP/1.1", f"Host: {host}")) in (400, 421), host
    assert status(raw(desk, "GET /sign-in HTTP/1.1", f"Host: {own}", "Host: evil.example")) in (400, 421)
    assert status(raw(desk, "GET http://evil.example/sign-in HTTP/1.1", "Host: evil.example")) == 421


def test_large_requests_are_refused(desk: Opened) -> None:
    own = f"Host: {desk.address.removeprefix('http://')}"
    most = desk.configuration.desk.max_body
    form = "Content-Type: application/x-www-form-urlencoded"
    assert status(raw(desk, "POST /sign-in HTTP/1.1", own, form, f"Content-Length: {most + 1}")) == 413
    chunk = b"%x\r\n%s\r\n" % (most // 2, b"a" * (most // 2))
    endless = raw(desk, "POST /sign-in HTTP/1.1", own, form, "Transfer-Encoding: chunked", body=chunk * 3)
    assert status(endless) == 413
    assert status(raw(desk, "GET /sign-in?" + "a" * 5000 + " HTTP/1.1", own)) == 414
    assert status(raw(desk, "GET /sign-in HTTP/1.1", own, "X: " + "a" * 70_000)) in (400, 431)
    assert status(raw(desk, "POST /sign-in HTTP/1.1", own, form, "Content-Length: 3", body=b"a=b")) == 403  # control
    officer = desk.session("reviewer")
    many = desk.post(officer, "/reviews", kind="acknowledge", finding=[f"{number}:0" for number in range(600)])
    assert many.status_code == 422


def test_every_answer_has_the_security_headers(desk: Opened) -> None:
    person = desk.session("operator")
    for path in ("/", "/changes/1", "/sign-in", "/nowhere", "/account", "/static/desk.css", "/changes/x", "/link/x"):
        answer = desk.get(person, path)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY, path
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
        if not path.startswith("/static"):
            assert answer.headers["cache-control"] in ("private, no-cache", "no-store"), path
    assert "no-store" in desk.get(requests.Session(), "/sign-in").headers["cache-control"]
    assert desk.get(person, "/static/../desk.css").status_code == 404
    assert desk.get(person, "/static/%2e%2e%2fentry.py").status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/reviews", "//evil.example"])
def test_nothing_else_is_served(desk: Opened, path: str) -> None:
    assert desk.get(desk.session("operator"), path).status_code in (404, 405)


@pytest.fixture
def with_hostile_page(empty_archive: Path, tmp_path: Path) -> Iterator[Opened]:
    file = shutil.copyfile(empty_archive, tmp_path / "hostile.db")
    with open_archive(f"sqlite:///{file}") as archive:
        record_hostile(archive)
    with opened(f"sqlite:///{file}", tmp_path) as running:
        yield running


def record_hostile(archive: Archive) -> None:
    from dataclasses import replace

    watch(archive, TEAHOUSE)
    visit = seen(START, written("Only our cooks see your orders."), None)
    record(archive, replace(visit, fetch=replace(visit.fetch, body=HOSTILE.encode())), START)


def test_a_stored_page_is_shown_only_in_a_frame_and_loads_nothing(with_hostile_page: Opened) -> None:
    reader, path = with_hostile_page.session("reader"), "/stored?policy=Teahouse&version=1"
    framed = with_hostile_page.get(reader, path, **{"sec-fetch-dest": "iframe"})
    assert framed.headers["content-security-policy"] == STORED_PAGE
    assert framed.headers["content-type"] == "text/html; charset=utf-8"
    assert "Only our cooks" in framed.text
    for tag in ("<meta", "<link", "<base", "<script"):
        assert tag not in framed.text.lower()
    direct = with_hostile_page.get(reader, path)
    assert direct.headers["content-disposition"].startswith("attachment")
    assert direct.headers["content-type"] == "application/octet-stream"
    assert direct.content == HOSTILE.encode()
    assert with_hostile_page.get(reader, "/stored?policy=Teahouse&version=9").status_code == 404
    assert with_hostile_page.get(reader, "/stored?policy=../../etc/passwd&version=1").status_code == 404
    assert with_hostile_page.get(reader, path + "&position=1").status_code == 404


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="a>b" href="//x">',
        "<META\n http-equiv=refresh>",
        "<base/href=//x>",
        "<script>",
        "<link rel=x",
    ],
)
def test_tags_that_load_are_removed(tag: str) -> None:
    left = harmless(f"before {tag}").lower()
    assert not any(f"<{name}" in left for name in ("link", "meta", "base", "script", "/script"))
    assert left.startswith("before ")


def test_the_reader_of_the_archive_cannot_write(desk: Opened) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    from archive.errors import StorageError

    with pytest.raises((StorageError, OperationalError)), desk.archive.reader.writing() as session:
        session.execute(text("DELETE FROM person"))


def test_another_schema_is_refused_at_the_start_and_answered_while_the_desk_runs(
    filled_archive: Path, tmp_path: Path
) -> None:
    file = shutil.copyfile(filled_archive, tmp_path / "watch.db")
    with opened(f"sqlite:///{file}", tmp_path) as desk:
        officer = desk.session("reviewer")
        assert desk.get(officer, "/").status_code == 200
        with sqlite3.connect(file) as other:
            other.execute("UPDATE alembic_version SET version_num = '9999'")
        answer = desk.get(officer, "/")
        assert (answer.status_code, "must start the desk again" in answer.text) == (503, True)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY
        with sqlite3.connect(file) as other:
            other.execute("UPDATE alembic_version SET version_num = '0001'")
        assert desk.get(officer, "/changes/1").status_code == 503
        assert isinstance(desk.watch.problem, ReplacedArchiveError)
    before = file.read_bytes()
    with pytest.raises(OlderSchemaError), served_archive(f"sqlite:///{file}"):
        pass
    assert file.read_bytes() == before


def test_a_replaced_archive_is_noticed(filled_archive: Path, tmp_path: Path) -> None:
    file = shutil.copyfile(filled_archive, tmp_path / "watch.db")
    with opened(f"sqlite:///{file}", tmp_path) as desk:
        officer = desk.session("reviewer")
        shutil.copyfile(filled_archive, tmp_path / "other.db")
        (tmp_path / "other.db").replace(file)
        assert desk.get(officer, "/").status_code == 503
