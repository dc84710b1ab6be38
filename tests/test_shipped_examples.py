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
from tests.sources import PROJECT

EXAMPLES = PROJECT / "examples"


def program(name: str) -> str:
    """Return the path of a program, which may be one for administrators. Skip the test if the program is missing."""
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
