"""Tests the CSV table of policies.

Clausewatch can write this table, and read the table again after a person edited it in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import os
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from archive.model import Policy
from clausewatch.config import load
from clausewatch.editing.csv_table import guarded, read_table, table, unguarded
from clausewatch.editing.entries import entry_of
from clausewatch.exports.csv_export import BEGINS_A_FORMULA
from document.model import ExtractionOptions
from tests.chance import seeded
from tests.clausewatch.watched import call

PIECES = (
    *("=1+1", "@SUM(A1)", "+49 30", "-2", "'", "''=", '"', '""', ";", ";=cmd()", ",", "[", "]", "[a]", "$", "$$"),
    *(
        "${HOME}",
        "\\",
        "\\n",
        "#",
        "é",
        "日本",
        "زبان",
        "🙂",
        " ",
        "a",
        "Ferry",
        "tag",
        "true",
        "no",
        "＝",
    ),
)
"""Parts of names that a spreadsheet, CSV, TOML or our own code might misread."""

LETTERS = ("=", "'", ";", " ", '"', "a", "+", "\t", "\n", ",", "@")


def naughty(chance: Random, *, lines: bool = False) -> str:
    """Return a name that consists of a few troublesome parts.

    If `lines` is true, the name may also contain line ends and tabs.
    """
    parts = (*PIECES, "\n", "\r\n", "\t") if lines else PIECES
    return "".join(chance.choice(parts) for _ in range(chance.randint(1, 6))).strip() or "x"


def listed(chance: Random) -> list[str]:
    return [naughty(chance, lines=True) for _ in range(chance.choice([0, 0, 1, 3]))]


def entry(chance: Random, number: int) -> dict[str, Any]:
    """Return the keys of a policy. Some optional keys are missing."""
    urls = [f"https://p{number}.example/{part}?a=1&b='{part}'" for part in range(chance.choice([1, 1, 1, 2]))]
    keys = {
        "name": f"{naughty(chance)}{number}",
        **({"url": urls[0]} if len(urls) == 1 else {"urls": urls}),
        "languages": chance.sample(["en", "id", "fr"], chance.randint(0, 2)),
        "tags": listed(chance),
        "select": chance.choice([[], ["[role=main]"], ["main", "a[href=';=']"]]),
        "remove": chance.choice([[], [".a, .b"], ["nav"]]),
        "render": chance.random() < 0.1,
        "every": chance.choice(["1 day", "90 min", "1234567.891 s", "2 weeks"]),
        "owner": naughty(chance) if chance.random() < 0.5 else "",
        "paused": chance.random() < 0.1,
    }
    return {key: value for key, value in keys.items() if value}


@pytest.mark.parametrize(
    "count",
    [
        400,
        pytest.param(
            10_000, marks=pytest.mark.skipif("CLAUSEWATCH_LONG" not in os.environ, reason="long: see CLAUSEWATCH_LONG")
        ),
    ],
)
def test_policies_written_to_a_table_and_read_back_are_equal(tmp_path: Path, count: int) -> None:
    chance = seeded(21)
    first = tmp_path / "first.toml"
    written = table([entry(chance, number) for number in range(count)])
    (tmp_path / "written.csv").write_bytes(written.encode())
    first.write_text("", encoding="utf-8")
    imported = call(first, "policy", "import", str(tmp_path / "written.csv"))
    assert imported.exit_code == 0, imported.output
    call(first, "policy", "export", "-o", str(tmp_path / "exported.csv"))
    second = tmp_path / "second.toml"
    second.write_text("", encoding="utf-8")
    assert call(second, "policy", "import", str(tmp_path / "exported.csv")).exit_code == 0
    policies = load(second).policies
    assert len(policies) == count
    assert policies == load(first).policies
    assert [dict(entry_of(policy)) for policy in policies] == _again(count)
    assert "Nothing to change." in call(second, "policy", "import", str(tmp_path / "exported.csv")).stdout
    assert unsafe_cells((tmp_path / "exported.csv").read_bytes().decode()) == []


def _again(count: int) -> list[dict[str, Any]]:
    chance = seeded(21)
    return [_as_read(entry(chance, number)) for number in range(count)]


def _as_read(keys: dict[str, Any]) -> dict[str, Any]:
    return keys | {"every": {"90 min": "90 minutes"}.get(keys["every"], keys["every"])}


def unsafe_cells(text: str) -> list[str]:
    """Return the cells that begin like a formula. Try each separator that a spreadsheet may use between cells."""
    cells = [
        cell for sign in ",;\t" for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign) for cell in row
    ]
    return [cell for cell in cells if cell.lstrip(" ").startswith(BEGINS_A_FORMULA)]


def test_a_guarded_text_is_no_formula_and_can_be_restored() -> None:
    chance = seeded(22)
    for _ in range(20_000):
        text = "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, 6)))
        assert unguarded(guarded(text)) == text
        assert not guarded(text).lstrip(" ").startswith(BEGINS_A_FORMULA)


def test_a_table_changes_only_the_columns_that_it_has(tmp_path: Path) -> None:
    path = tmp_path / "clausewatch.toml"
    path.write_text(
        '[[policy]]\nname = "Ferry"\nurl = "https://ferry.example/"\ntags = ["ship"]  # of the harbour\nevery = "1d"\n',
        encoding="utf-8",
    )
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "name;url;owner\r\nFerry;https://ferry.example/new;Sekar\r\nTram;https://tram.example/;\r\n", "utf-8"
    )
    result = call(path, "policy", "import", str(sheet))
    assert result.exit_code == 0, result.output
    ferry, tram = load(path).policies
    assert (ferry.url, ferry.owner, ferry.tags) == ("https://ferry.example/new", "Sekar", ("ship",))
    assert (tram.name, tram.url) == ("Tram", "https://tram.example/")
    assert 'tags = ["ship"]  # of the harbour\nevery = "1d"\n' in path.read_text(encoding="utf-8")


def test_tags_typed_by_a_person_are_separated_by_commas() -> None:
    (typed,) = read_table('name,url,tags\nFerry,https://ferry.example/,"vendor, ship,harbour"\n').entries
    assert typed["tags"] == ["vendor", "ship", "harbour"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,url,owners\n", "unknown column 'owners'; did you mean 'owner'"),
        ("url\nhttps://a.example/\n", "the first row must name the columns"),
        ("", "the first row must name the columns"),
        ("name,url\na,https://a.example/,x\n", "line 2 has 3 cells, and the table 2 columns"),
        ("name,url,paused\na,https://a.example/,maybe\n", "line 2: paused is 'maybe'"),
        ('name,url,tags\na,https://a.example/,"[1]"\n', "line 2: tags begins with a bracket"),
        ('name,url\n"a,https://a.example/\n', "is not CSV"),
        ("name,url\na,https://a.example/\n,https://b.example/\n", "line 3: the name is missing"),
        ("name,url\na,https://a.example/\nb,\n", "line 3 (b): the address is missing, in the column url or urls"),
        (",url\n,https://a.example/\n", "unknown column ''"),
        ("name,url\na,https://a.example/\na,https://b.example/\n", "two rows are called 'a'"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "clausewatch.toml"
    path.write_text("", encoding="utf-8")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text, encoding="utf-8")
    result = call(path, "policy", "import", str(sheet))
    assert result.exit_code == 2
    assert why in result.output
    assert path.read_text(encoding="utf-8") == ""


def test_a_policy_with_only_a_name_and_an_address_is_a_row_of_empty_cells() -> None:
    policy = Policy("Ferry", "https://ferry.example/", timedelta(days=1), options=ExtractionOptions())
    assert table([entry_of(policy)]).splitlines()[1].startswith("Ferry,https://ferry.example/,,,,")
