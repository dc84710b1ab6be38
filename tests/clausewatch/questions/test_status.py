from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from archive.recording.policies import mark_tried, synchronise
from archive.recording.recorder import record
from tests.archive.visits import HOUR, START, TEAHOUSE, failed, refused, same, watch
from tests.clausewatch.watched import CONFIGURATION, answered, call, configured, opened, watched

FERRY = """
[[policy]]
name = "Ferry"
url = "https://ferry.example/privacy"
languages = ["en"]
"""


def just_tried(folder: Path) -> None:
    """Set the last run to now, so that nothing is overdue."""
    with opened(folder) as archive:
        mark_tried(archive, ["Teahouse"], datetime.now(UTC))


def test_a_policy_without_problems_is_one_line(tmp_path: Path) -> None:
    path = watched(tmp_path)
    just_tried(tmp_path)
    result = call(path, "status")
    headings, row, *rest = result.stdout.splitlines()
    assert result.exit_code == 0
    assert row.split("  ")[0] == "Teahouse"
    assert row[headings.index("HEALTH") :].startswith("well")
    assert row[headings.index("LAST CHECK") :].startswith("2026-03-04 06:00 UTC")
    assert row[headings.index("LAST CHANGE") :].startswith("2026-03-04 06:00 UTC, material, high")
    assert row[headings.index("VERSIONS") :].startswith("2")
    assert row[headings.index("NEXT CHECK") :].startswith("from 20")
    assert rest == ["", "1 policy: 1 well."]


def test_a_policy_in_trouble_is_explained_and_the_command_exits_with_1(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        record(archive, failed(START + 60 * HOUR), START)
        record(archive, refused(START + 72 * HOUR, 2), START)
    just_tried(tmp_path)
    result = call(path, "status")
    told = " ".join(result.stdout.split())
    assert result.exit_code == 1
    assert "Teahouse: 2 checks since 2026-03-04 18:00 UTC did not show the policy." in told
    assert "The last answer was not the policy (login): the page asks for a password and holds no policy." in told
    assert "Version 2, last seen on 2026-03-04 06:00 UTC, remains current." in told


def test_the_error_of_a_failed_check_is_shown(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        record(archive, failed(START + 60 * HOUR), START)
    just_tried(tmp_path)
    told = " ".join(call(path, "status").stdout.split())
    assert "The last got no answer (timeout): teahouse.example did not answer within 30 s." in told


def test_a_policy_whose_first_page_was_not_the_policy_is_not_yet_watched(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, refused(START, None), START)
    just_tried(tmp_path)
    result = call(configured(tmp_path), "status")
    assert result.exit_code == 1
    assert "not yet watched" in result.stdout
    assert "no check has found the policy so far" in " ".join(result.stdout.split())


def test_a_paused_policy_is_no_problem_and_status_says_how_to_resume_it(tmp_path: Path) -> None:
    path = watched(tmp_path)
    path.write_text(f"{CONFIGURATION}owner = 'Sekar Ayu'\npaused = true\n{FERRY}paused = true\n", encoding="utf-8")
    with opened(tmp_path) as archive:
        record(archive, failed(START + 60 * HOUR), START)
        synchronise(archive, [replace(TEAHOUSE, paused=True, owner="Sekar Ayu")], START + 61 * HOUR)
    result = call(path, "status")
    told = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert "Teahouse: paused since 2026-03-04 19:00 UTC, so it is not fetched." in told
    assert "Ferry: paused, so it is not fetched." in told
    assert "2 policies: 2 paused." in told
    teahouse, ferry = answered(path, "status")
    assert (teahouse["health"], teahouse["paused_at"], teahouse["due"]) == (
        "paused",
        "2026-03-04T19:00:00Z",
        False,
    )
    assert (teahouse["owner"], ferry["owner"], ferry["health"], ferry["due"]) == ("Sekar Ayu", None, "paused", False)


def test_an_overdue_policy_makes_the_command_exit_with_1(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "status")
    assert result.exit_code == 1
    assert "overdue" in result.stdout
    assert "Check that `clausewatch run` is still started." in " ".join(result.stdout.split())


def test_a_selector_that_matches_nothing_is_reported(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        record(archive, same(START + 60 * HOUR, 2, fallback=True), START)
    just_tried(tmp_path)
    result = call(path, "status")
    assert result.exit_code == 0
    assert "the configured `select` matched nothing" in result.stdout


def test_a_policy_that_no_run_has_recorded_yet_is_listed(tmp_path: Path) -> None:
    watched(tmp_path)
    just_tried(tmp_path)
    result = call(configured(tmp_path, CONFIGURATION + FERRY), "status")
    assert result.exit_code == 0
    assert [line.split("  ")[0] for line in result.stdout.splitlines()[1:3]] == ["Teahouse", "Ferry"]
    assert "1 well, 1 never checked." in result.stdout


def test_a_policy_that_was_removed_is_shown_as_retired(tmp_path: Path) -> None:
    watched(tmp_path)
    with opened(tmp_path) as archive:
        synchronise(archive, [], START + 100 * HOUR)
    result = call(configured(tmp_path, CONFIGURATION.replace("Teahouse", "Ferry")), "status")
    assert result.exit_code == 0
    assert "Teahouse: retired on 2026-03-06 10:00 UTC, no longer configured. Its history is kept." in result.stdout


def test_a_removed_policy_that_was_never_read_is_not_listed(tmp_path: Path) -> None:
    watched(tmp_path)
    path = configured(tmp_path, CONFIGURATION)
    with opened(tmp_path) as archive:
        synchronise(archive, [TEAHOUSE, replace(TEAHOUSE, name="Ferry", url="https://ferry.example/")], START)
        synchronise(archive, [TEAHOUSE], START + 100 * HOUR)
    assert "Ferry" not in call(path, "status").output


def test_json_has_every_key(tmp_path: Path) -> None:
    path = watched(tmp_path)
    (row,) = answered(path, "status")
    assert row["policy"] == "Teahouse"
    assert row["tags"] == ["vendor"]
    assert row["last_check"] == {
        "at": "2026-03-04T06:00:00Z",
        "outcome": "changed",
        "reason": None,
        "detail": "",
        "status": 200,
    }
    assert (row["versions"], row["last_change"]["version"], row["last_change"]["severity"]) == (2, 2, "high")
    assert (row["health"], row["overdue"], row["due"]) == ("well", True, True)


def test_a_file_that_is_not_an_archive_makes_the_command_exit_with_3(tmp_path: Path) -> None:
    (tmp_path / "watch.db").write_text("not a database, but long enough to be read as one. " * 20)
    result = call(configured(tmp_path), "status")
    assert result.exit_code == 3
    assert "watch.db: this file is not a SQLite database" in result.stderr
