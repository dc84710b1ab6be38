"""Tests that the files in examples/ are valid and call commands that exist.

A check is skipped if its program is missing on this machine.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from clausewatch.cli import main
from clausewatch.config.desk_table import DeskSettings
from tests.sources import PROJECT

EXAMPLES = PROJECT / "examples"
HOST = "desk.example.org"
"""The name of the desk in the examples for web servers."""


def program(name: str) -> str:
    """Return the path of a program. It may be in a folder for administrators, such as /usr/sbin. Skip the test if it is
    missing.
    """
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"{name} is missing")
    return path


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is missing")
def test_the_units_of_systemd_are_valid(tmp_path: Path) -> None:
    for unit in (EXAMPLES / "systemd").iterdir():
        text = unit.read_text(encoding="utf-8").replace("/usr/local/bin/clausewatch", sys.executable)
        (tmp_path / unit.name).write_text(text.replace("User=clausewatch", "User=root"), encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(units) == 2


def test_the_service_and_the_image_run_commands_that_exist() -> None:
    service = (EXAMPLES / "systemd/clausewatch.service").read_text(encoding="utf-8")
    (line,) = [line for line in service.splitlines() if line.startswith("ExecStart=")]
    words = shlex.split(line)[1:]
    assert main.get_command(main.make_context("clausewatch", [], resilient_parsing=True), words[-1]) is not None
    compose = yaml.safe_load((EXAMPLES / "container/compose.yaml").read_text(encoding="utf-8"))
    (word,) = compose["services"]["clausewatch"]["command"]
    assert main.get_command(main.make_context("clausewatch", [], resilient_parsing=True), word) is not None
    build = compose["services"]["clausewatch"]["build"]
    assert (EXAMPLES / "container" / build["context"] / build["dockerfile"]).resolve().is_file()


def test_docker_accepts_the_compose_file() -> None:
    command = ["docker", "compose", "-f", str(EXAMPLES / "container/compose.yaml"), "config", "--quiet"]
    if (
        shutil.which("docker") is None
        or subprocess.run([*command[:2], "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is missing")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_logrotate_moves_the_log_aside_and_makes_a_new_one(tmp_path: Path) -> None:
    log, rules = tmp_path / "clausewatch.log", tmp_path / "rules"
    log.write_text("a line\n", encoding="utf-8")
    text = (EXAMPLES / "logrotate").read_text(encoding="utf-8").replace("/var/log/clausewatch.log", str(log))
    rules.write_text(text.replace("clausewatch clausewatch", f"{log.owner()} {log.group()}"), encoding="utf-8")
    rules.chmod(0o644)
    command = [program("logrotate"), "--force", "--state", str(tmp_path / "state"), str(rules)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "clausewatch.log.1").read_text(encoding="utf-8") == "a line\n"
    assert (log.stat().st_size, log.stat().st_mode & 0o777) == (0, 0o640)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Return a certificate for the name in the examples, and its key."""
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-out", str(files[0])]
    subprocess.run([*command, "-keyout", str(files[1]), "-subj", f"/CN={HOST}"], check=True, capture_output=True)
    return files


def nginx_rules(folder: Path, certificate: tuple[Path, Path]) -> str:
    """Return the example for nginx with the paths of a test."""
    text = (EXAMPLES / "proxy/nginx.conf").read_text(encoding="utf-8")
    paths = {"/etc/ssl/certs/clausewatch.pem": certificate[0], "/etc/ssl/private/clausewatch.key": certificate[1]}
    for path, own in {**paths, "/var/log/nginx": folder}.items():
        assert path in text
        text = text.replace(path, str(own))
    return text


def test_nginx_accepts_its_file(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    server, main_file = program("nginx"), tmp_path / "nginx.conf"
    (tmp_path / "site.conf").write_text(nginx_rules(tmp_path, certificate), encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {tmp_path / kind};" for kind in kinds)
    rules = (
        f"pid {tmp_path / 'pid'}; events {{}} http {{ access_log off; {folders} include {tmp_path / 'site.conf'}; }}"
    )
    main_file.write_text(rules, encoding="utf-8")
    command = [server, "-t", "-e", "stderr", "-p", str(tmp_path), "-c", str(main_file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_caddy_accepts_its_file(tmp_path: Path) -> None:
    command = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(EXAMPLES / "proxy/Caddyfile")]
    environment = os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_proxies_ask_the_address_at_which_the_desk_answers() -> None:
    desk = DeskSettings()
    for name in ("nginx.conf", "Caddyfile"):
        text = (EXAMPLES / "proxy" / name).read_text(encoding="utf-8")
        assert f"{desk.host}:{desk.port}" in text
        assert HOST in text
