"""Tests which tests count as unit tests.

Also tests that a unit test fails if it starts or contacts something outside its process.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.sources import PROJECT
from tests.units import NotAUnitError, alone, reaches_out


def bind() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))


def connect() -> None:
    with socket.socket() as client:
        client.connect(("127.0.0.1", 9))


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


@pytest.mark.parametrize(
    "reach",
    [
        bind,
        connect,
        fork,
        lambda: sqlite3.connect(":memory:"),
        lambda: subprocess.run([sys.executable, "-V"], check=True),
    ],
    ids=["bind", "connect", "fork", "database", "process"],
)
def test_a_unit_test_that_reaches_out_fails(reach: Callable[[], object]) -> None:
    with alone("test_of_a_unit"), pytest.raises(NotAUnitError, match=r"test_of_a_unit .* see tests/units\.py"):
        reach()


@pytest.mark.parametrize(
    ("file", "reaches"),
    [
        ("test_units.py", True),
        ("server.py", True),
        ("crawler/test_policies.py", True),
        ("kills/test_disks.py", True),
        ("differ/matching/test_alignment.py", False),
        ("document/formats/test_pdf.py", False),
    ],
)
def test_a_file_reaches_out_through_its_imports(file: str, *, reaches: bool) -> None:
    assert reaches_out(PROJECT / "tests" / file) is reaches
