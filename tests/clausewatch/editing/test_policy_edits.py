"""Tests the commands that edit the policies in a configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from clausewatch.config import load
from clausewatch.editing.segments import segments
from tests.clausewatch.watched import answered, call

HEAD = """\
# The watch of a small library.
database = "sqlite:///watch.db"  # beside this file

[channels]
desk = "json://hook.example/secret-word"

# About the teahouse.
[[policy]]
name = "Teahouse"        # as the lease calls it
url = "https://teahouse.example/privacy"
tags = [
    "vendor",  # they pour
]
# every = "1d"

[[subscriber]]
name = "Desk"
via = ["desk"]
policies = ["Teahouse", "tag:vendor"]

# A second policy, behind the subscriber.
[[policy]]
name = "Ferry"
url = "https://ferry.example/privacy"
tags = ["vendor"]

# The end of the file.
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "clausewatch.toml"
    file.write_bytes(HEAD.encode())
    return file


def names(path: Path) -> list[str]:
    return [policy.name for policy in load(path).policies]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_is_cut_into_its_tables_without_changing_a_byte(newline: str) -> None:
    text = HEAD.replace("\n", newline)
    cut = segments(text)
    assert "".join(segment.text for segment in cut) == text
    assert [segment.name for segment in cut] == ["", "channels", "policy", "subscriber", "policy"]
    assert cut[2].text.startswith("# About the teahouse.")
    assert cut[4].text.startswith("# A second policy")


def test_a_line_within_a_value_is_not_read_as_a_table() -> None:
    text = 'database = """\n[[policy]]\n"""\nhold = [\n[\n"a"\n]\n]\n[[policy]]\nname = "a"\n'
    assert [segment.name for segment in segments(text)] == ["", "policy"]


def test_a_policy_is_added_after_the_last_policy_and_shown(path: Path) -> None:
    words = ["--language", "en", "--tag", "vendor", "--every", "6 hours", "--owner", "Sekar Ayu"]
    result = call(path, "policy", "add", "Café $5", "https://cafe.example/privacy", *words)
    added = """
[[policy]]
name = "Café $$5"
url = "https://cafe.example/privacy"
languages = ["en"]
tags = ["vendor"]
every = "6 hours"
owner = "Sekar Ayu"
"""
    assert path.read_text(encoding="utf-8") == HEAD.replace(
        'tags = ["vendor"]\n\n# The end', f'tags = ["vendor"]\n{added}\n# The end'
    )
    assert '+name = "Café $$5"' in result.stdout
    assert "secret-word" not in result.output
    assert names(path) == ["Teahouse", "Ferry", "Café $5"]


def test_a_policy_is_added_to_a_file_without_policies(tmp_path: Path) -> None:
    file = tmp_path / "clausewatch.toml"
    file.write_text("", encoding="utf-8")
    call(file, "policy", "add", "Ferry", "https://ferry.example/privacy", "https://ferry.example/more")
    assert file.read_text(encoding="utf-8").startswith('[[policy]]\nname = "Ferry"\nurls = [')
    assert names(file) == ["Ferry"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["add", "Ferry", "https://other.example/"], "already a policy called 'Ferry'"),
        (["add", "Tram", "tram.example"], 'policy[3].url (Tram): "tram.example" is not a web address'),
        (["add", "Tram", "https://tram.example/", "--every", "often"], "is not a duration"),
        (["add", "Tram", "https://tram.example/", "--profile", "strictest"], "there is no profile"),
        (["remove", "Feri"], "did you mean 'Ferry'"),
        (["remove", "Teahouse"], 'no policy is called "Teahouse"'),
        (["rename", "Ferry", "Teahouse"], "already a policy called 'Teahouse'"),
        (["pause", "Tram"], "there is no policy 'Tram'"),
    ],
)
def test_nothing_is_shown_or_written_if_the_result_would_be_wrong(path: Path, words: list[str], why: str) -> None:
    result = call(path, "policy", *words)
    assert result.exit_code == 2
    assert why in result.output
    assert result.stdout == ""
    assert path.read_bytes() == HEAD.encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_dry_run_shows_the_edit_and_writes_nothing(path: Path) -> None:
    result = call(path, "policy", "pause", "Ferry", "--dry-run")
    assert "+paused = true" in result.stdout
    assert path.read_bytes() == HEAD.encode()


def test_removing_a_policy_removes_its_own_comment_and_no_other_comment(path: Path) -> None:
    assert call(path, "policy", "remove", "Ferry").exit_code == 0
    text = path.read_text(encoding="utf-8")
    assert "Ferry" not in text
    assert "# A second policy" not in text
    assert text.endswith('policies = ["Teahouse", "tag:vendor"]\n\n# The end of the file.\n')


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_pausing_and_then_resuming_gives_the_original_file(path: Path, newline: str) -> None:
    text = HEAD.replace("\n", newline)
    path.write_bytes(text.encode())
    path.chmod(0o640)
    call(path, "policy", "pause", "Teahouse", "Ferry")
    assert [policy.paused for policy in load(path).policies] == [True, True]
    call(path, "policy", "resume", "Teahouse", "Ferry")
    assert path.read_bytes() == text.encode()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_renamed_policy_keeps_its_history_and_its_subscribers(path: Path) -> None:
    call(path, "policy", "rename", "Teahouse", "Tea Palace")
    teahouse, _ = load(path).policies
    assert (teahouse.name, teahouse.renamed_from) == ("Tea Palace", "Teahouse")
    assert load(path).subscribers[0].policies == ("Tea Palace", "tag:vendor")
    text = path.read_text(encoding="utf-8")
    assert 'name = "Tea Palace"        # as the lease calls it\n' in text
    assert '"vendor",  # they pour\n' in text
    call(path, "policy", "rename", "Tea Palace", "Teahouse")
    assert load(path).policies[0].renamed_from is None


def test_a_policy_written_inline_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clausewatch.toml"
    file.write_text('policy = [{ name = "Ferry", url = "https://ferry.example/" }]\n', encoding="utf-8")
    result = call(file, "policy", "pause", "Ferry")
    assert result.exit_code == 2
    assert "write each policy as a table under [[policy]]" in result.output


def test_policies_are_listed_with_their_state(path: Path) -> None:
    call(path, "policy", "pause", "Ferry")
    heading, teahouse, ferry = call(path, "policy", "list").stdout.splitlines()
    assert heading.split() == ["POLICY", "ADDRESS", "EVERY", "TAGS", "OWNER", "STATE"]
    assert teahouse.endswith("watched")
    assert ferry.endswith("paused")
    assert [row["name"] for row in answered(path, "policy", "list")] == ["Teahouse", "Ferry"]
    assert "No policy has the tag bank." in call(path, "policy", "list", "--tag", "bank").stdout
