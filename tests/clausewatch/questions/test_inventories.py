"""Tests answers about rights and recipients.

The answers use the lists in the archive, and say for how many versions the archive has no lists yet.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from tests.clausewatch.promising import ENGLISH, promising
from tests.clausewatch.watched import answered, call, opened

ADVERTISED = ENGLISH.replace("right to access your", "right to erase your")
TEXTS = (ENGLISH, ADVERTISED, ENGLISH, ADVERTISED)


def with_lot(path: Path, lot: int) -> Path:
    """Limit the number of versions that a command lists at once, and return the configuration file."""
    path.write_text(f"inventory_lot = {lot}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    return path


def test_a_limited_number_of_unlisted_versions_is_read_for_an_answer(tmp_path: Path) -> None:
    path = with_lot(promising(tmp_path, *TEXTS), 2)
    result = call(path, "history")
    assert result.stdout.count("newly names the right") == 1
    assert "The rights and recipients of 2 changes are not listed yet." in result.stdout
    rows = answered(path, "history")
    assert [row["inventory"] is None for row in rows] == [True, False, True, True]


def test_an_answer_does_not_read_the_texts_of_listed_versions(tmp_path: Path) -> None:
    path = with_lot(promising(tmp_path, *TEXTS), 1)
    assert call(path, "archive", "inventory", "--most", "3").stdout.splitlines() == [
        "Listed the rights and recipients of 3 versions.",
        "1 policy has versions that are not listed yet.",
    ]
    assert call(path, "archive", "inventory").stdout == "Listed the rights and recipients of 1 version.\n"
    result = call(path, "history")
    assert result.stdout.count("newly names the right") == 3
    assert "not listed yet" not in result.stdout


def test_show_gives_the_same_answer_before_and_after_listing(tmp_path: Path) -> None:
    path = promising(tmp_path, *TEXTS)
    computed = answered(path, "show", "Teahouse", "--inventory")
    call(path, "archive", "inventory")
    with opened(tmp_path) as archive, archive.writing() as session:
        session.execute(text("UPDATE named_right SET section = section || ' (stored)'"))
    stored = answered(path, "show", "Teahouse", "--inventory")
    for right in stored["inventory"]["rights"]:
        assert right["section"].endswith(" (stored)")
        right["section"] = right["section"].removesuffix(" (stored)")
    assert stored == computed


def test_the_version_with_a_damaged_text_is_reported(tmp_path: Path) -> None:
    path = promising(tmp_path, *TEXTS)
    with opened(tmp_path) as archive, archive.writing() as session:
        session.execute(text("UPDATE blob SET content = x'00'"))
    result = call(path, "archive", "inventory")
    assert result.stderr.startswith("Not listed: ")
    assert "1 policy has versions that are not listed yet." in result.stdout
