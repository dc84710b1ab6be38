"""Fixtures that tests of every floor share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def require(present: bool, what: str) -> None:
    """Skip the test where `what` is missing; fail it under CI, which should have everything."""
    if present:
        return
    if os.environ.get("CI"):
        pytest.fail(f"CI should have {what}")
    pytest.skip(f"{what} is missing")


@pytest.fixture(autouse=True)
def the_same_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the width of the terminal, and a configuration of the person who runs the tests, out of them."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("CLAUSEWATCH_CONFIG", raising=False)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real policies and labelled changes."""
    folder = Path(os.environ.get("CLAUSEWATCH_SHARED") or PROJECT.parent / "shared")
    require(folder.is_dir(), f"the real policies ({folder}; set CLAUSEWATCH_SHARED)")
    return folder
