"""Makes configurations and archives with a history, and calls the command line with them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner, Result

from archive.storage.database import Archive, open_archive
from clausewatch.cli import main
from tests.archive.empty import put_empty_archive
from tests.archive.visits import record_two_versions

CONFIGURATION = """
database = "sqlite:///watch.db"

[crawl]
contact = "privacy-desk@example.org"

[[policy]]
name = "Teahouse"
url = "https://teahouse.example/privacy"
languages = ["en"]
every = "12h"
tags = ["vendor"]
"""


def configured(folder: Path, text: str = CONFIGURATION) -> Path:
    """Write a configuration, by default with one policy, and return its file."""
    path = folder / "clausewatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def opened(folder: Path) -> Archive:
    """Open the archive in the configuration of this folder. If there is no archive, it is empty."""
    return open_archive(f"sqlite:///{put_empty_archive(folder / 'watch.db')}")


def watched(folder: Path) -> Path:
    """Write the configuration, record two versions of its policy, and return its file."""
    (folder / "watch.db").write_bytes(_two_versions())
    return configured(folder)


@cache
def _two_versions() -> bytes:
    """Return the bytes of the database.

    The database is made only once, because this takes all migrations.
    """
    with TemporaryDirectory() as folder:
        with opened(Path(folder)) as archive:
            record_two_versions(archive)
        return (Path(folder) / "watch.db").read_bytes()


def call(configuration: Path, *words: str, **settings: Any) -> Result:
    """Run `clausewatch` with these words. If the program has a fault, the exception is raised."""
    return CliRunner().invoke(main, ["--config", str(configuration), *words], catch_exceptions=False, **settings)


def answered(configuration: Path, *words: str) -> Any:
    """Run `clausewatch` with these words, and return the JSON that it prints."""
    return json.loads(call(configuration, *words, "--format", "json").stdout)
