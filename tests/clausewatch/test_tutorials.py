"""Tests the tutorials: runs all their commands in order, and compares the output with the output in the tutorial."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.documents import TUTORIALS
from tests.smtp import mail_server

PORT, MAIL = "8765", "mailto://watch@mail.example.org"
"""The port and the channel in the tutorials. The test uses a free port, and a mail server on loopback."""
SEPARATOR = "\N{SYMBOL FOR END OF TRANSMISSION}"
_STEP = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """A block of commands in a tutorial."""

    commands: str
    output: str
    """The output that the tutorial shows after the commands; "" if it shows no output."""


def steps(tutorial: Path) -> list[Step]:
    """Return the steps of a tutorial in their order."""
    return [Step(*blocks) for blocks in _STEP.findall(tutorial.read_text(encoding="utf-8"))]


def outputs(tutorial: Path, folder: Path, port: str, mail: str) -> list[str]:
    """Run all commands of a tutorial in one shell, and return the output of each step."""
    blocks = [f"{step.commands}printf '%s' '{SEPARATOR}'\n" for step in steps(tutorial)]
    script = "set -eu\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + "".join(blocks)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLAUSEWATCH")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script.replace(PORT, port).replace(MAIL, mail)],
        cwd=folder,
        env=kept | {"PATH": path, "HOME": str(folder), "COLUMNS": "100", "USER": "ratna", "LOGNAME": "ratna"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout.replace(port, PORT).split(SEPARATOR)


def matches(shown: str, real: str) -> bool:
    """Whether an output is the output in the tutorial.

    In the tutorial, `…` within a line stands for any text. A line with only `…` stands for any number of lines.
    """
    lines = [
        ".*(?:\n.*)*?" if line == "…" else re.escape(line).replace("…", ".*?") for line in shown.strip().splitlines()
    ]
    return re.fullmatch("\n".join(lines), real.strip()) is not None


@pytest.fixture
def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda tutorial: tutorial.stem)
def test_the_commands_of_a_tutorial_print_what_it_shows(tutorial: Path, tmp_path: Path, free_port: str) -> None:
    with mail_server() as mail:
        real = outputs(tutorial, tmp_path, free_port, mail.url)
    for step, output in zip(steps(tutorial), real, strict=False):
        assert not step.output or matches(step.output, output), f"{step.commands}\n{output}"


def test_a_tutorial_for_each_reader_has_steps_with_output() -> None:
    assert {tutorial.stem for tutorial in TUTORIALS} == {"language", "officer", "operator"}
    for tutorial in TUTORIALS:
        assert sum(bool(step.output) for step in steps(tutorial)) >= 4, tutorial.name


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ("first\nlast", False),
        ("first\n…\nlast", True),
        ("first\nsecond 2…\nthird\nlast", True),
        ("first\nsecond 3…\nthird\nlast", False),
        ("first\n…", True),
        ("…\nlast", True),
        ("…\nthird", False),
        ("first\n…\nfourth\n…", False),
    ],
)
def test_an_ellipsis_stands_for_any_text_and_everything_else_for_itself(shown: str, same: bool) -> None:
    assert matches(shown, "first\nsecond 2026\nthird\nlast\n") is same
