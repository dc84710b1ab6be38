"""The examples in docs/history.md equal the output of the commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.clausewatch.promising import ENGLISH, INDONESIAN, WIDER, promising
from tests.clausewatch.watched import call
from tests.sources import PROJECT

TEXT = (PROJECT / "docs" / "history.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\$ clausewatch (.+)\n((?:(?!\$ |```).*\n)+)", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("command", "printed"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example_equals_the_output(tmp_path: Path, command: str, printed: str) -> None:
    """In an example, a line with only an ellipsis stands for lines that the document leaves out."""
    shown = call(promising(tmp_path, ENGLISH + INDONESIAN, ENGLISH + WIDER), *shlex.split(command)).stdout
    for part in printed.strip("\n").split("\n…\n"):
        assert part in shown


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 3
