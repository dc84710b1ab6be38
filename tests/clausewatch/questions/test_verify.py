"""Tests the output of `clausewatch verify` for an altered archive."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from archive.evidence.chain import head
from archive.recording.recorder import record
from differ.model import Comparison
from tests.archive.visits import HOUR, START, seen, written
from tests.clausewatch.watched import answered, call, opened, watched


def alter(folder: Path, statement: str) -> None:
    """Change the database directly with an SQL statement, as our programs never do."""
    with closing(sqlite3.connect(folder / "watch.db")) as connection:
        connection.executescript(statement)


def saved_head(folder: Path) -> str:
    """Return the head of the chain in the form in which messages quote it."""
    with opened(folder) as archive:
        return str(head(archive))


def test_verify_exits_with_0_for_an_archive_without_flaws(tmp_path: Path) -> None:
    path = watched(tmp_path)
    kept = saved_head(tmp_path)
    result = call(path, "verify", "--head", kept)
    assert result.exit_code == 0
    assert "Checked: 11 entries of the chain; sealed rows: 1 change, 3 fetches, 2 findings" in result.stdout
    assert f"Head: {kept}" in result.stdout
    assert result.stdout.endswith("Nothing was altered, and the chain leads to the saved head.\n")


def test_without_a_saved_head_verify_says_what_it_cannot_prove(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "verify")
    assert result.exit_code == 0
    assert "as far as the archive itself can show. A saved head (--head) would show more" in result.stdout


def test_verify_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    path = watched(tmp_path)
    alter(tmp_path, "UPDATE finding SET severity = 'low' WHERE id = 1; DELETE FROM suppression;")
    alter(tmp_path, "UPDATE policy SET name = 'Tea Room'; UPDATE version SET dates = '[' WHERE id = 1;")
    result = call(path, "verify")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:4] == [
        "changed: finding 1 (Tea Room, version 2): it is not what was sealed",
        "missing: suppression 1: it was sealed, and is missing now",
        "changed: version 1 (Tea Room, version 1): it cannot be read",
        "name: policy 1: it is called 'Tea Room', and was recorded as 'Teahouse'",
    ]
    assert "4 flaws found: the archive is not as it was recorded." in result.stdout


def test_a_cut_tail_is_found_with_a_saved_head(tmp_path: Path) -> None:
    path = watched(tmp_path)
    kept = saved_head(tmp_path)
    alter(tmp_path, "DELETE FROM suppression; DELETE FROM chain_entry WHERE sequence = 11;")
    assert call(path, "verify").exit_code == 0
    result = call(path, "verify", "--head", kept)
    assert result.exit_code == 1
    assert f"head: saved head {kept}: the chain ends before it: entry 11 is missing" in result.stdout


def test_the_head_of_another_archive_is_reported(tmp_path: Path) -> None:
    path = watched(tmp_path)
    result = call(path, "verify", "--head", "a" * 64, "--head", f"3:{'b' * 64}")
    assert result.exit_code == 1
    assert result.stdout.count("the chain was rewritten, or the head belongs to another archive") == 2


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_the_heads_in_a_saved_message_are_used(tmp_path: Path, encoding: str) -> None:
    path = watched(tmp_path)
    kept = saved_head(tmp_path)
    message = EmailMessage()
    message["Subject"] = "Teahouse changed"
    message.set_content(
        f"It changed.\n\nEvidence of what was recorded so far, kept by each recipient: {kept}\n", cte=encoding
    )
    (tmp_path / "alert.eml").write_bytes(bytes(message))
    assert answered(path, "verify", "--head", str(tmp_path / "alert.eml"))["saved_heads"] == [kept]


def test_a_file_without_a_head_is_refused(tmp_path: Path) -> None:
    path = watched(tmp_path)
    (tmp_path / "note.txt").write_text("nothing here")
    for given, said in (
        ("12", "is not a file, and is not a chain head"),
        (str(tmp_path / "note.txt"), "contains no head"),
    ):
        result = call(path, "verify", "--head", given)
        assert result.exit_code == 2
        assert said in result.stderr


def test_json_has_the_counts_of_rows_and_the_flaws(tmp_path: Path) -> None:
    path = watched(tmp_path)
    alter(
        tmp_path, "UPDATE blob SET content = x'00' WHERE sha256 = (SELECT document_sha256 FROM version WHERE id = 2);"
    )
    said = answered(path, "verify", "--skip-extraction")
    assert said["sound"] is False
    assert (said["entries"], said["contents"], said["texts"]) == (11, 3, 1)
    assert [each["what"] for each in said["flaws"]] == ["content"]


@pytest.fixture
def grown(tmp_path: Path) -> tuple[Path, str]:
    """Return the configuration file of an archive, and a saved head.

    A version was recorded after the head was saved.
    """
    path = watched(tmp_path)
    kept = saved_head(tmp_path)
    with opened(tmp_path) as archive:
        later = START + 72 * HOUR
        record(archive, seen(later, written("Our cooks keep them for a year."), 2, Comparison(changed=False)), later)
    return path, kept


def test_with_since_only_entries_after_the_head_are_read(grown: tuple[Path, str]) -> None:
    path, kept = grown
    result = call(path, "verify", "--since", kept, "--head", kept)
    assert result.exit_code == 0, result.stdout
    assert "Checked: 3 entries of the chain; sealed rows: 1 change, 1 fetch, 1 version." in result.stdout
    assert "nothing up to entry 11 was checked again" in result.stdout
    assert "the chain leads to the saved head" in result.stdout
    said = answered(path, "verify", "--since", kept)
    assert (said["since"], said["entries"], said["texts"]) == (11, 3, 1)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE version SET flapping = 1 WHERE id = 3", "changed"),
        ("UPDATE chain_entry SET recorded_at = '2020-01-01 00:00:00.000000' WHERE sequence = 12", "chain"),
        ("UPDATE chain_entry SET row_id = 99 WHERE sequence = 13", "chain"),
        ("DELETE FROM version WHERE id = 3", "missing"),
        (
            "UPDATE blob SET content = x'00' WHERE sha256 = (SELECT document_sha256 FROM version WHERE id = 3)",
            "content",
        ),
        (
            "UPDATE blob SET content = x'00' WHERE sha256 = (SELECT max(snapshot_sha256) FROM fetch WHERE id = 4)",
            "content",
        ),
        ("UPDATE section SET heading = 'Other' WHERE text LIKE '%keep them for a year%'", "search"),
        ("CREATE TRIGGER t AFTER INSERT ON fetch BEGIN SELECT 1; END", "schema"),
    ],
)
def test_alterations_after_the_head_are_found(
    grown: tuple[Path, str], tmp_path: Path, statement: str, what: str
) -> None:
    path, kept = grown
    alter(tmp_path, statement)
    said = answered(path, "verify", "--since", kept)
    assert what in {flaw["what"] for flaw in said["flaws"]}


def test_everything_is_read_if_the_archive_does_not_have_the_head(grown: tuple[Path, str]) -> None:
    path, kept = grown
    said = answered(path, "verify", "--since", f"11:{'a' * 64}", "--head", kept)
    assert (said["sound"], said["since"], said["entries"]) == (False, None, 14)
    assert "the archive does not have it, so everything was verified" in said["flaws"][0]["problem"]


def test_without_later_entries_verify_says_that_nothing_was_read(tmp_path: Path) -> None:
    path = watched(tmp_path)
    result = call(path, "verify", "--since", saved_head(tmp_path))
    assert result.exit_code == 0
    assert "Checked: 0 entries of the chain; sealed rows: 0." in result.stdout
    assert "Nothing after entry 11 was altered, as far as the archive itself can show." in result.stdout


def test_heads_before_the_start_of_the_verification_are_counted_separately(
    grown: tuple[Path, str], tmp_path: Path
) -> None:
    path, kept = grown
    result = call(path, "verify", "--since", saved_head(tmp_path), "--head", kept)
    assert "Worth asking about: 1 saved head older than --since, which was not looked for." in result.stdout
