"""Tests the commands of `clausewatch archive`, which show sizes, remove pages, make backups and restore them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clausewatch.config import load
from clausewatch.explanation.hints import hints
from clausewatch.operation.lock import only_run
from tests.clausewatch.watched import CONFIGURATION, call, configured, opened, watched

KEPT = (
    CONFIGURATION
    + """
[evidence]
keep_bodies = "1d"
"""
)


def test_stats_shows_the_contents_and_the_retention_rule(tmp_path: Path) -> None:
    path = watched(tmp_path)
    result = call(path, "archive", "stats")
    assert result.exit_code == 0
    assert result.stdout.startswith("It holds 1 policy, 3 fetches, 2 versions, 1 change.\n")
    assert "\n1 of these is stored as the difference from another page.\n" in result.stdout
    assert "Raw pages are kept for ever" in result.stdout
    found = json.loads(call(configured(tmp_path, KEPT), "archive", "stats", "--format", "json").stdout)
    assert (found["rows"]["versions"], found["removable_bodies"], found["bodies"]["count"]) == (2, 1, 2)


def test_vacuum_removes_what_the_rule_no_longer_keeps(tmp_path: Path) -> None:
    watched(tmp_path)
    path = configured(tmp_path, KEPT)
    assert "would remove those of 1 fetch" in call(path, "archive", "vacuum", "--dry-run").stdout
    result = call(path, "archive", "vacuum")
    assert result.stdout.startswith("Removed 1 raw page and 1 stored contents of ")
    assert call(path, "verify").exit_code == 0, "a removal under the rule is not a loss"
    assert call(path, "archive", "vacuum").stdout.startswith("Removed 0 raw pages and 0 stored contents")


def test_vacuum_does_not_wait_for_a_run(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with only_run(f"sqlite:///{tmp_path / 'watch.db'}"):
        assert call(path, "archive", "vacuum").exit_code == 4


def test_a_policy_under_legal_hold_keeps_its_pages(tmp_path: Path) -> None:
    watched(tmp_path)
    path = configured(tmp_path, KEPT + 'hold = ["tag:vendor"]\n')
    assert call(path, "archive", "vacuum").stdout.startswith("Removed 0 raw pages")


def test_every_name_in_hold_must_match_a_policy(tmp_path: Path) -> None:
    """If a misspelt name in `hold` were accepted, pages that somebody wanted to keep would be removed."""
    watched(tmp_path)
    for hold, near in (("Teahuose", "Teahouse"), ("tag:vender", "vendor")):
        result = call(configured(tmp_path, f'{KEPT}hold = ["{hold}"]\n'), "archive", "vacuum")
        assert result.exit_code == 2
        assert repr(near) in result.stderr
    assert call(configured(tmp_path, KEPT), "archive", "vacuum").stdout.startswith("Removed 1 raw page")


def test_a_backup_is_restored(tmp_path: Path) -> None:
    path = watched(tmp_path)
    file = tmp_path / "kept.db"
    made = call(path, "archive", "backup", str(file))
    assert made.exit_code == 0
    with opened(tmp_path) as archive:
        kept = archive.location
    assert kept.endswith("watch.db")
    refused = call(path, "archive", "restore", str(file))
    assert refused.exit_code == 3
    assert "--replace" in refused.stderr
    restored = call(path, "archive", "restore", "--replace", str(file))
    assert restored.exit_code == 0
    assert "watch.db.before-restore" in restored.stdout
    assert "recorded without an alert" in restored.stdout
    head = made.stdout.split("Its head: ")[1].strip()
    assert call(path, "verify", "--head", head).exit_code == 0, "the restore is one entry more of the same chain"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_an_archive_is_moved_into_postgresql(tmp_path: Path, database_url: str) -> None:
    path = watched(tmp_path)
    before = call(path, "history", "--format", "json").stdout
    new = tmp_path / "new.toml"
    new.write_text(path.read_text(encoding="utf-8").replace("sqlite:///watch.db", database_url), encoding="utf-8")
    moved = call(path, "archive", "move", "--to-config", str(new))
    assert moved.exit_code == 0
    assert "The copy was verified." in moved.stdout
    assert f"Use {new} from now on" in moved.stdout
    assert call(new, "history", "--format", "json").stdout == before
    head = moved.stdout.split("head of both archives: ")[1].split()[0]
    for verified in (path, new):
        assert call(verified, "verify", "--head", head).exit_code == 0
    for command in ("history", "run", "status"):
        refused = call(path, command)
        assert refused.exit_code == 3
        assert "was moved into another database" in refused.stderr
    again = call(path, "archive", "move", "--to-config", str(new))
    assert again.exit_code == 3


def test_an_archive_that_everybody_can_read_is_pointed_out(tmp_path: Path) -> None:
    path = watched(tmp_path)
    (tmp_path / "watch.db").chmod(0o644)
    everybody = call(path, "config", "check").stdout
    assert f"every user of this machine can read the archive: chmod go= {tmp_path / 'watch.db'}" in everybody
    assert everybody.count("can read the archive") == 1
    (tmp_path / "watch.db").chmod(0o640)
    assert "a group can read the archive, and no database_group is set" in call(path, "config", "check").stdout
    (tmp_path / "watch.db").chmod(0o600)
    assert "can read the archive" not in call(path, "config", "check").stdout


def test_a_group_that_cannot_be_let_in_is_pointed_out(tmp_path: Path) -> None:
    path = watched(tmp_path)
    path.write_text(f'database_group = "nobody-here"\n{CONFIGURATION}', encoding="utf-8")
    assert "no group 'nobody-here'" in call(path, "config", "check").stdout
    assert "no group 'nobody-here'" in call(path, "status").stderr
    path.write_text(path.read_text().replace("sqlite:///watch.db", "postgresql+psycopg://w@127.0.0.1:1/x"))
    assert "roles decide who may read" in " ".join(hint.sentence for hint in hints(load(path)))
