"""Tests the list of heads, a signed file outside the archive that only grows."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.recording.recorder import record
from clausewatch.config import HeadList, load
from clausewatch.operation.head_list import HeadListError, append_head, read_head_list
from tests.archive.visits import START, failed
from tests.clausewatch.watched import CONFIGURATION, call, configured, opened, watched

NOW = datetime(2026, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return the file of a private key without a passphrase. The public key is in a file beside it."""
    path = tmp_path / "keeper"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


@pytest.fixture
def listed(tmp_path: Path, key: Path) -> Path:
    """Return a list with three heads of the archive in `watch.db`."""
    watched(tmp_path)
    settings = HeadList(tmp_path / "heads.jsonl", key)
    with opened(tmp_path) as archive:
        for _ in range(3):
            assert append_head(archive, settings, NOW)
            assert not append_head(archive, settings, NOW), "the head is there already"
            record(archive, failed(START), START)
    return settings.file


def verified(folder: Path, file: Path) -> tuple[int, str]:
    words = ("verify", "--heads", str(file), "--heads-key", str(folder / "keeper.pub"))
    result = call(folder / "clausewatch.toml", *words)
    return result.exit_code, " ".join(result.output.split())


def test_the_archive_is_consistent_with_every_head(tmp_path: Path, listed: Path) -> None:
    code, shown = verified(tmp_path, listed)
    assert code == 0
    assert "the chain leads to all 3 saved heads" in shown
    assert listed.stat().st_mode & 0o777 == 0o600


def test_an_archive_with_a_cut_tail_is_found(tmp_path: Path, listed: Path) -> None:
    with opened(tmp_path) as archive, archive.engine.begin() as connection:
        for statement in (
            "DELETE FROM fetch WHERE id = (SELECT row_id FROM chain_entry ORDER BY sequence DESC LIMIT 1)",
            "DELETE FROM chain_entry WHERE sequence = (SELECT max(sequence) FROM chain_entry)",
        ) * 2:
            connection.execute(text(statement))
    assert call(tmp_path / "clausewatch.toml", "verify").exit_code == 0
    code, shown = verified(tmp_path, listed)
    assert code == 1
    assert "the chain ends before it" in shown


ALTERATIONS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a line is removed": lambda lines: [lines[0], lines[2]],
    "the first line is removed": lambda lines: lines[1:],
    "two lines are exchanged": lambda lines: [lines[1], lines[0], lines[2]],
    "a date is altered": lambda lines: [lines[0].replace(b"2026", b"2025"), *lines[1:]],
    "the last date is altered": lambda lines: [*lines[:2], lines[2].replace(b"2026", b"2025")],
    "a signature is taken away": lambda lines: [*lines[:2], lines[2].partition(b',"signature"')[0] + b"}"],
    "a line is not a head": lambda lines: [*lines, b"[]"],
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_a_list_that_did_not_only_grow_is_found(tmp_path: Path, listed: Path, name: str) -> None:
    listed.write_bytes(b"\n".join(ALTERATIONS[name](listed.read_bytes().splitlines())) + b"\n")
    code, shown = verified(tmp_path, listed)
    assert code == 1
    assert "of heads.jsonl:" in shown


def test_a_list_signed_with_another_key_is_reported(tmp_path: Path, listed: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)
    flaws = read_head_list(listed, other.with_suffix(".pub")).flaws
    assert [flaw.problem for flaw in flaws] == ["it is not signed by that key"] * 3


def test_without_the_public_key_signatures_are_reported_as_not_verified(tmp_path: Path, listed: Path) -> None:
    result = call(tmp_path / "clausewatch.toml", "verify", "--heads", str(listed))
    assert result.exit_code == 0
    assert "Worth asking about: signed heads not verified: 3." in result.stdout


def test_a_key_that_cannot_sign_is_reported_and_nothing_is_added(tmp_path: Path) -> None:
    watched(tmp_path)
    (tmp_path / "keeper").write_text("not a key", encoding="ascii")
    with opened(tmp_path) as archive, pytest.raises(HeadListError, match="cannot sign with it"):
        append_head(archive, HeadList(tmp_path / "heads.jsonl", tmp_path / "keeper"), NOW)
    assert (tmp_path / "heads.jsonl").read_bytes() == b""


def test_a_run_adds_the_head(tmp_path: Path, key: Path) -> None:
    keys = f'[evidence]\nheads_file = "heads.jsonl"\nheads_key = "{key.name}"\n'
    path = configured(tmp_path, CONFIGURATION.partition("[[policy]]")[0] + keys)
    assert load(path).head_list == HeadList(tmp_path / "heads.jsonl", key)
    assert call(path, "run").exit_code == 0
    code, shown = verified(tmp_path, tmp_path / "heads.jsonl")
    assert (code, "the chain leads to the saved head" in shown) == (0, True)
    assert "heads.jsonl after each run, signed" in call(path, "config", "check").stdout
