"""Tests the first commands that a new user calls: `clausewatch init` and `config check`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clausewatch.cli import main
from clausewatch.config import load
from clausewatch.explanation.crontab import crontab_line

NO_VARIABLES = {"SMTP_USER": None, "SMTP_PASSWORD": None, "CLAUSEWATCH_CONFIG": None}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env=NO_VARIABLES)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to an empty folder, and return the folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def policy(name: str, every: str = "12h", url: str = "https://cloakroom.test/privacy") -> str:
    return f'[[policy]]\nname = "{name}"\nurl = "{url}"\nevery = "{every}"\n'


def test_the_file_of_init_passes_the_check(folder: Path) -> None:
    assert run("init").exit_code == 0
    checked = run("config", "check")
    assert checked.exit_code == 0, checked.output
    assert f"{folder}/clausewatch.toml is valid" in checked.output
    assert "Example Company" in checked.output


def test_the_keys_that_init_comments_out_are_valid(folder: Path) -> None:
    """`init` comments out some keys.

    The test removes the comment marks. All of these keys must then be known, and must have the meanings that the
    comments state.
    """
    run("init")
    file = folder / "clausewatch.toml"
    text = re.sub(r"^# (?=[a-z_]+ = |\[)", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert "\n[profile.ours]" in text
    file.write_text(text, encoding="utf-8")
    variables = NO_VARIABLES | {"CHAT_URL": "json://chat.test/room", "PING_URL": "https://ping.test/7f3a"}
    checked = CliRunner().invoke(main, ["config", "check"], env=variables)
    assert checked.exit_code == 0, checked.output
    assert "Profile      ours: as default; without T1.name; " in checked.output


def test_only_the_owner_may_read_the_files_of_init(folder: Path) -> None:
    run("init")
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"clausewatch.toml": 0o600, "clausewatch.env": 0o600}


@pytest.mark.parametrize("name", ["clausewatch.toml", "clausewatch.env"])
def test_init_writes_nothing_if_a_file_exists_already(folder: Path, name: str) -> None:
    (folder / name).write_text("mine", encoding="utf-8")
    result = run("init")
    assert result.exit_code == 2
    assert f"{name} already exists" in result.stderr
    assert [path.read_text(encoding="utf-8") for path in folder.iterdir()] == ["mine"]


def test_init_writes_the_file_that_the_option_names(folder: Path) -> None:
    assert run("--config", "vendors.toml", "init").exit_code == 0
    assert 'env_file = "vendors.env"' in (folder / "vendors.toml").read_text(encoding="utf-8")
    assert run("--config", "vendors.toml", "config", "check").exit_code == 0


def test_init_reports_a_missing_folder(folder: Path) -> None:
    result = run("--config", "nowhere/watch.toml", "init")
    assert result.exit_code == 2
    assert "nowhere/watch.env cannot be written: No such file or directory" in result.stderr


def test_check_explains_who_is_notified_of_what(folder: Path) -> None:
    (folder / "clausewatch.toml").write_text(
        '[channels]\ndesk = "mailto://mail.cloakroom.test?from=watch@cloakroom.test"\n'
        + policy("Cloakroom", "6h")
        + 'tags = ["vendor"]\nlanguages = ["en", "id"]\n'
        + '[[subscriber]]\nname = "Ana"\nvia = ["desk:ana@cloakroom.test"]\n'
        + 'topics = ["sharing", "retention"]\nseverity = "high"\npolicies = ["tag:vendor"]\n',
        encoding="utf-8",
    )
    output = run("config", "check").output
    assert "Cloakroom: https://cloakroom.test/privacy, every 6 hours, in en and id" in output
    assert (
        "Ana is notified of material changes to sharing and every change to retention from severity high on, "
        "in tag:vendor (1 in all), through desk:ana@cloakroom.test"
    ) in output


def test_check_warns_of_probably_unintended_settings(folder: Path) -> None:
    (folder / "watch.env").write_text("UNUSED=1", encoding="utf-8")
    (folder / "watch.env").chmod(0o644)
    (folder / "clausewatch.toml").write_text(
        'env_file = "watch.env"\n[crawl]\nallow_private = ["10.1.0.0/16"]\n'
        + '[channels]\ndesk = "mailto://mail.cloakroom.test?from=watch@cloakroom.test"\nspare = "mailto://mail.cloakroom.test?from=watch@cloakroom.test"\n'
        + policy("Plain", url="http://cloakroom.test/")
        + policy("Twin", url="http://cloakroom.test/")
        + policy("Sample", url="https://www.example.org/")
        + 'languages = ["en", "tlh"]\n'
        + '[[subscriber]]\nname = "Ana"\nvia = ["desk:ana@cloakroom.test"]\npolicies = ["Plain", "Twin"]\n',
        encoding="utf-8",
    )
    output = run("config", "check").output
    for warning in (
        "Plain, Twin: http:// can be altered in transit",
        "Twin: the same page is already watched as Plain",
        "Sample (www.example.org)",
        "Sample: nobody is notified of changes on sharing or rights",
        "Sample: there are no word lists for tlh",
        "channel spare: no subscriber uses it",
        "crawl.contact is not set",
        "crawl.allow_private opens 10.1.0.0/16",
        "watch.env holds secrets",
    ):
        assert warning in output


def test_check_names_every_example_value_that_is_still_in_the_file(folder: Path) -> None:
    run("init")
    (line,) = [line for line in run("config", "check").output.splitlines() if "this is an example" in line]
    for place in (
        "crawl.contact (example.org)",
        "Example Company (www.example.com)",
        "channel desk (mail.example.org)",
        "Privacy desk (example.org)",
        "SMTP_USER",
        "SMTP_PASSWORD",
    ):
        assert place in line
    assert "change-me" not in line


def test_check_groups_equal_warnings_and_names_at_most_eight_policies(folder: Path) -> None:
    (folder / "clausewatch.toml").write_text(
        "".join(policy(f"P{number}", url=f"http://cloakroom.com/{number}") for number in range(12)), encoding="utf-8"
    )
    output = run("config", "check").output
    assert output.count("can be altered in transit") == 1
    assert "P0, P1, P2, P3, P4, P5, P6, P7 and 4 more: http://" in output


def test_check_prints_the_crontab_line_last_or_on_request_alone(folder: Path) -> None:
    (folder / "clausewatch.toml").write_text(policy("Cloakroom"), encoding="utf-8")
    alone = run("config", "check", "--cron")
    assert (alone.exit_code, len(alone.output.splitlines())) == (0, 1)
    assert run("config", "check").output.splitlines()[-1] == alone.output.strip()
    (folder / "clausewatch.toml").write_text('databse = "x"\n', encoding="utf-8")
    refused = run("config", "check", "--cron")
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_check_warns_of_variables_that_cron_would_not_have(folder: Path) -> None:
    (folder / "clausewatch.toml").write_text('[channels]\nhook = "${HOOK}"\n', encoding="utf-8")
    result = CliRunner().invoke(main, ["config", "check"], env={"HOOK": "json://hunter2.cloakroom.test"})
    assert "put HOOK into the env_file" in result.output
    assert "hunter2" not in result.output


def test_check_lists_every_problem_and_exits_with_2(folder: Path) -> None:
    (folder / "clausewatch.toml").write_text('databse = "x"\n[crawl]\nevery = 3\n', encoding="utf-8")
    result = run("config", "check")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines()[0] == "Error: clausewatch.toml: 2 problems"
    assert len(result.stderr.splitlines()) == 3


@pytest.mark.parametrize(
    ("every", "times"), [("12h", 1), ("1w", 1), ("1h", 1), ("45 min", 2), ("20 min", 3), ("15 min", 4)]
)
def test_the_crontab_line_is_hourly_or_as_frequent_as_the_most_frequent_policy(
    tmp_path: Path, every: str, times: int
) -> None:
    path = tmp_path / "watch.toml"
    path.write_text(policy("A", "1w") + policy("B", every), encoding="utf-8")
    minutes, hours = crontab_line(load(path, {}), ["/bin/clausewatch"]).split()[:2]
    assert len(minutes.split(",")) == times
    assert hours == "*"


def test_the_crontab_line_works_from_any_folder_and_environment(tmp_path: Path) -> None:
    """The test runs the line as cron does: in the shell of cron, with a minimal PATH, and with `%` not escaped."""
    home = tmp_path / "100% mine"
    home.mkdir()
    path = home / "watch.toml"
    path.write_text("", encoding="utf-8")
    line = crontab_line(load(path, {}), [sys.executable, "-c", "import sys; print(sys.argv[1:])"])
    assert line.count(r"\%") == line.count("%") == 2
    command = line.split(" ", 5)[5].replace(r"\%", "%")
    subprocess.run(["/bin/sh", "-c", command], cwd="/", env={"PATH": "/nowhere"}, check=True)
    logged = (home / "watch.log").read_text(encoding="utf-8")
    assert logged == f"{['--config', str(path), 'run', '--log-format', 'timed']}\n"
