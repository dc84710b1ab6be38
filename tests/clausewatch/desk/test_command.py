"""Tests `clausewatch serve` and `clausewatch desk` as commands."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.clausewatch.desk.test_reviewing import FIELD
from tests.clausewatch.watched import CONFIGURATION, call, configured, watched


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def test_serve_prints_a_link_that_signs_in_and_ends_with_3_once_the_schema_changes(tmp_path: Path) -> None:
    watched(tmp_path)
    port = free_port()
    path = configured(tmp_path, CONFIGURATION + f"\n[desk]\nport = {port}\n")
    command = [sys.executable, "-u", "-m", "clausewatch", "--config", str(path), "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert f"http://127.0.0.1:{port}" in running.stdout.readline()
        link = running.stdout.readline().split()[-1]
        browser = requests.Session()
        shown = browser.get(link, timeout=60)
        fields = dict(FIELD.findall(shown.text))
        signed_in = browser.post(f"http://127.0.0.1:{port}/link", data=fields, timeout=60)
        assert signed_in.status_code == 200
        assert "operator" in signed_in.text
        assert "Teahouse, version 2" in browser.get(f"http://127.0.0.1:{port}/", timeout=60).text
        with sqlite3.connect(tmp_path / "watch.db") as other:
            other.execute("UPDATE alembic_version SET version_num = '9999'")
        assert browser.get(f"http://127.0.0.1:{port}/", timeout=60).status_code == 503
        assert running.wait(60) == 3
        assert running.stderr is not None
        errors = running.stderr.read()
    assert "its schema changed" in errors
    assert link.rpartition("/")[2] not in errors
    again = call(path, "serve")
    assert again.exit_code == 3
    assert "schema" in again.stderr


def test_serve_without_an_archive_or_with_a_taken_port_says_what_to_do(tmp_path: Path) -> None:
    path = configured(tmp_path)
    missing = call(path, "serve")
    assert (missing.exit_code, "there is no archive" in missing.stderr) == (3, True)
    watched(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        configured(tmp_path, CONFIGURATION + f"\n[desk]\nport = {other.getsockname()[1]}\n")
        taken = call(path, "serve")
    assert (taken.exit_code, "choose another `port`" in taken.stderr) == (2, True)


def test_people_are_added_listed_and_removed(tmp_path: Path) -> None:
    path = watched(tmp_path)
    assert "Nobody may sign in yet" in call(path, "desk", "person", "list").stdout
    added = call(path, "desk", "person", "add", "Ratna  Dewi", "--role", "operator").stdout
    assert re.search(r"http://127\.0\.0\.1:8140/link/[\w-]{43}\n", added)
    assert "Ratna Dewi  operator  no" in call(path, "desk", "person", "list").stdout
    assert "/link/" in call(path, "desk", "person", "link", "Ratna Dewi").stdout
    last = call(path, "desk", "person", "remove", "Ratna Dewi")
    assert (last.exit_code, "add another operator first" in last.stderr) == (1, True)
    call(path, "desk", "person", "add", "Budi", "--role", "operator")
    assert "can no longer sign in" in call(path, "desk", "person", "remove", "Ratna Dewi").stdout
    unknown = call(path, "desk", "person", "link", "Ratna Dewi")
    assert (unknown.exit_code, "known are 'Budi'" in unknown.stderr) == (2, True)
    assert call(path, "desk", "person", "add", "a\x1bb", "--role", "reader").exit_code == 2


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('host = "0.0.0.0"', "has a `host` that others can reach, but no `public_url`"),
        ('public_url = "http://desk.example.org"', "would send passwords unencrypted"),
        ('public_url = "https://desk.example.org/path"', "has more than a host and a port"),
        ('host = "desk"', "is not an IP address of this machine"),
        ("port = 70000", "is out of bounds"),
        ("colour = 1", "unknown key"),
    ],
)
def test_an_unsafe_or_unknown_setting_is_refused(tmp_path: Path, lines: str, problem: str) -> None:
    path = configured(tmp_path, CONFIGURATION + f"\n[desk]\n{lines}\n")
    result = call(path, "config", "check")
    assert (result.exit_code, problem in result.stderr) == (2, True), result.stderr


def test_a_safe_public_address_is_accepted(tmp_path: Path) -> None:
    lines = 'host = "0.0.0.0"\npublic_url = "https://Desk.example.org/"\ncontact = "privacy@example.org"'
    path = configured(tmp_path, CONFIGURATION + f"\n[desk]\n{lines}\n")
    assert call(path, "config", "check").exit_code == 0
    watched(tmp_path)
    configured(tmp_path, CONFIGURATION + f"\n[desk]\n{lines}\n")
    added = call(path, "desk", "person", "add", "Ratna", "--role", "reader").stdout
    assert "https://desk.example.org/link/" in added
