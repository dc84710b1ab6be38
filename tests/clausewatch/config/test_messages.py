"""Tests `[messages]` in the configuration, which names a folder with a user's own templates for messages."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from clausewatch.cli import main
from clausewatch.config import load
from clausewatch.errors import ConfigurationError

FILE = """
[messages]
templates = "letters"

[[policy]]
name = "Teahouse"
url = "https://teahouse.example/privacy"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clausewatch.toml").write_text(FILE)
    return tmp_path / "letters"


def test_a_folder_of_templates_is_relative_to_the_file(folder: Path) -> None:
    folder.mkdir()
    assert load(Path("clausewatch.toml"), {}).templates == folder


def test_a_missing_folder_of_templates_is_reported(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"messages\.templates: there is no folder .*letters"):
        load(Path("clausewatch.toml"), {})


def test_config_check_renders_the_templates(folder: Path) -> None:
    folder.mkdir()
    (folder / "alert.txt").write_text("{{ headline }}")
    assert CliRunner().invoke(main, ["config", "check"]).exit_code == 0
    (folder / "alert.txt").write_text("{{ headlin }}")
    checked = CliRunner().invoke(main, ["config", "check"])
    assert checked.exit_code == 2
    assert "messages.templates: alert.txt: 'headlin' is undefined" in checked.stderr


def test_config_check_gives_the_new_name_of_a_renamed_template(folder: Path) -> None:
    folder.mkdir()
    (folder / "operation.html").write_text("{{ headline }}")
    checked = CliRunner().invoke(main, ["config", "check"])
    assert checked.exit_code == 0
    assert "operation.html is now called incident.html: rename your file" in checked.stdout
