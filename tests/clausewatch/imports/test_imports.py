"""Tests imports of histories that other people recorded, and of watch lists from other tools."""

from __future__ import annotations

import json
import tomllib
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.questions.history import versions_of
from archive.recording.recorder import latest
from clausewatch.config import load
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target
from tests.archive.visits import START
from tests.clausewatch.recorded import Commit, repository
from tests.clausewatch.watched import call, configured, opened

DAY = timedelta(days=1)
FIRST = datetime(2021, 4, 6, 9, 30, tzinfo=UTC)

CONFIGURATION = """
database = "sqlite:///watch.db"

[crawl]
contact = "privacy-desk@example.org"

[[policy]]
name = "Ferry"
url = "https://ferry.example/privacy"
languages = ["en"]
"""


def terms(sharing: str, keeping: str = "We keep bookings for one year.") -> str:
    """Return a ferry company's policy as Markdown, as in Open Terms Archive."""
    return (
        "# Privacy notice of the ferry\n\n## Who receives your data\n\n"
        f"{sharing}\n\n## How long we keep it\n\n{keeping}\n\n"
        "## Your rights\n\nYou can ask us for a copy of your personal data, and to erase it. "
        "We answer within 30 days.\n"
    )


CREW = "We share your personal data with the crew of your crossing only."
SOLD = "We share your personal data with the crew of your crossing, and we sell it to advertisers."

COMMITS = (
    Commit(FIRST, "Ferry/Privacy Policy.md", terms(CREW), "First record of Ferry Privacy Policy"),
    Commit(
        FIRST + DAY, "Ferry/Terms of Service.md", "# Terms\n\nPay first.\n", "First record of Ferry Terms of Service"
    ),
    Commit(
        FIRST + 30 * DAY,
        "Ferry/Privacy Policy.md",
        terms(CREW) + "\n[Home](https://ferry.example)\n",
        "Apply technical or declaration upgrade on Ferry Privacy Policy",
    ),
    Commit(
        FIRST + 60 * DAY,
        "Ferry/Privacy Policy.md",
        terms(SOLD) + "\n[Home](https://ferry.example)\n",
        "Record new changes of Ferry Privacy Policy",
    ),
)


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Return a repository with one service and two documents."""
    return repository(tmp_path / "versions", COMMITS)


def test_imported_versions_have_their_dates_and_their_changes_are_judged(tmp_path: Path, collection: Path) -> None:
    path = configured(tmp_path, CONFIGURATION)
    result = call(path, "import", "opentermsarchive", str(collection), "--service", "Ferry")
    assert result.exit_code == 0
    assert result.stdout == "Ferry: 3 versions imported.\n  1 change judged; no alert is sent.\n"
    with opened(tmp_path) as archive:
        found = versions_of(archive, "Ferry")
        known = latest(archive, "Ferry")
    assert [each.seen_at for each in found] == [FIRST, FIRST + 30 * DAY, FIRST + 60 * DAY]
    assert [each.boundary for each in found] == [True] * 3
    assert [each.change is not None and each.change.material for each in found] == [False, False, True]
    assert known is not None
    assert known.version.page is None, "what others recorded is never extracted again as if we had fetched it"
    history = call(path, "history", "Ferry").stdout
    assert "imported, first version" in history
    assert "its source says that only its extraction changed" in history
    assert "imported, material to sharing, severity critical" in history
    assert "2021-06-05" in call(path, "history", "--topic", "sharing").stdout
    assert call(path, "verify").exit_code == 0


def test_an_import_alerts_nobody_and_the_next_version_is_a_boundary(tmp_path: Path, collection: Path) -> None:
    path = configured(tmp_path, CONFIGURATION)
    desk = Subscriber("Privacy desk", (Target("desk", "officer@example.org"),), welcome=False)
    with opened(tmp_path) as archive:
        outbox.register(archive, [desk], START)
    call(path, "import", "opentermsarchive", str(collection), "--service", "Ferry")
    with opened(tmp_path) as archive:
        assert outbox.plan_alerts(archive, [desk], START + DAY) == 0
        assert outbox.delivery_counts(archive).waiting == 0


def test_a_policy_missing_from_the_configuration_is_kept_as_retired(tmp_path: Path, collection: Path) -> None:
    path = configured(tmp_path, CONFIGURATION)
    words = ("--service", "Ferry", "--terms", "Terms of Service", "--policy", "Ferry terms")
    result = call(path, "import", "opentermsarchive", str(collection), *words)
    assert "clausewatch.toml does not name it: it is kept, and shown as retired." in result.stdout
    assert "retired" in call(path, "status").stdout


def test_the_list_shows_services_terms_and_numbers_of_versions(tmp_path: Path, collection: Path) -> None:
    path = configured(tmp_path, CONFIGURATION)
    shown = call(path, "import", "opentermsarchive", str(collection), "--list").stdout
    assert shown == "Ferry: Privacy Policy, 3 versions\nFerry: Terms of Service, 1 version\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--service", "Fery"), "there is no 'Privacy Policy' of 'Fery'"),
        ((), "name at least one --service"),
        (("--service", "Ferry", "--service", "Train", "--policy", "X"), "give one at a time"),
    ],
)
def test_impossible_values_are_reported(tmp_path: Path, collection: Path, words: tuple[str, ...], told: str) -> None:
    result = call(configured(tmp_path, CONFIGURATION), "import", "opentermsarchive", str(collection), *words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_folder_that_is_not_a_repository_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = call(configured(tmp_path, CONFIGURATION), "import", "opentermsarchive", str(tmp_path / "empty"), "--list")
    assert result.exit_code == 2
    assert "git cannot read it" in result.stderr


def test_a_second_import_adds_only_new_versions(tmp_path: Path, collection: Path) -> None:
    path = configured(tmp_path, CONFIGURATION)
    words = ("import", "opentermsarchive", str(collection), "--service", "Ferry")
    assert "3 versions" in call(path, *words, "--skip-judging").stdout
    assert call(path, *words).stdout == "Ferry: 0 versions imported.\n  1 change judged; no alert is sent.\n"
    later = Commit(
        FIRST + 90 * DAY, "Ferry/Privacy Policy.md", terms(CREW), "Record new changes of Ferry Privacy Policy"
    )
    more = repository(tmp_path / "more", [*COMMITS, later])
    assert (
        "Ferry: 1 version imported" in call(path, "import", "opentermsarchive", str(more), "--service", "Ferry").stdout
    )


def test_no_version_is_inserted_before_an_existing_version(tmp_path: Path) -> None:
    path, saved = configured(tmp_path, CONFIGURATION), tmp_path / "ferry.md"
    saved.write_text(terms(CREW), encoding="utf-8")
    assert call(path, "import", "file", "Ferry", "--at", "2021-06-05", str(saved)).exit_code == 0
    again = call(path, "import", "file", "Ferry", "--at", "2020-01-15", str(saved))
    assert again.exit_code == 2
    assert "the archive has version 1 of 2021-06-05" in again.stderr
    assert "'Ferry (earlier)'" in again.stderr


def test_copies_that_a_team_saved_become_versions(tmp_path: Path) -> None:
    path = configured(tmp_path, CONFIGURATION)
    for day, sharing in (("2020-01-15", CREW), ("2021-02-20", SOLD)):
        saved = tmp_path / f"ferry-{day}.md"
        saved.write_text(terms(sharing), encoding="utf-8")
        assert call(path, "import", "file", "Ferry", "--at", day, str(saved)).exit_code == 0
    assert "critical" in call(path, "history", "Ferry").stdout
    shown = call(path, "show", "Ferry", "--at", "2020-12-31").stdout
    assert "with the crew of your crossing only" in shown


def test_a_copy_can_consist_of_several_files(tmp_path: Path) -> None:
    path = configured(tmp_path, CONFIGURATION)
    pages = [tmp_path / "one.md", tmp_path / "two.html"]
    pages[0].write_text(terms(CREW), encoding="utf-8")
    page = "<p>We share your personal data with these companies: Gull Ltd.</p>" * 3
    pages[1].write_text(f"<h1>Recipients of personal data</h1>{page}", encoding="utf-8")
    assert call(path, "import", "file", "Ferry", "--at", "2020-01-15", *map(str, pages)).exit_code == 0
    shown = call(path, "show", "Ferry").stdout
    assert "crew" in shown
    assert "Gull Ltd" in shown


CHALLENGE = "<title>Just a moment...</title><h1>Checking your browser</h1>"
CONSENT = """<h1>We value your privacy</h1>
<p>We and our partners use cookies to show you offers on the ferry that you like.</p>
<button>Accept all</button><button>Reject all</button>"""
LOGIN = """<title>Sign in</title><h1>Welcome aboard</h1>
<form><label>Name<input name="name"></label><label>Word<input type="password"></label></form>"""


@pytest.mark.parametrize("before", [True, False], ids=["after a version", "first"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty-shell"),
        (CHALLENGE, "bot-challenge"),
        (CONSENT, "consent-wall"),
        (LOGIN, "login"),
        ("<h1>Fares</h1><p>Adults pay nine, children four, and dogs travel free on every boat of the day.</p>", None),
    ],
    ids=["empty", "challenge", "banner", "login", "fares"],
)
def test_a_copy_that_is_not_the_policy_is_evidence_and_no_version(
    tmp_path: Path, text: str, reason: str | None, before: bool
) -> None:
    path = configured(tmp_path, CONFIGURATION)
    first, slip, last = tmp_path / "first.md", tmp_path / "slip.html", tmp_path / "last.md"
    first.write_text(terms(CREW), encoding="utf-8")
    slip.write_text(text, encoding="utf-8")
    last.write_text(terms(SOLD), encoding="utf-8")
    if before:
        assert call(path, "import", "file", "Ferry", "--at", "2020-01-15", str(first)).exit_code == 0
    result = call(path, "import", "file", "Ferry", "--at", "2020-02-15", str(slip))
    assert result.exit_code == 1
    assert "Ferry: 0 versions imported.\n  1 copy is not the policy (" in result.stdout
    assert reason is None or f"({reason}): kept as evidence, not as a version." in result.stdout
    after = call(path, "import", "file", "Ferry", "--at", "2020-03-15", str(last))
    assert (after.exit_code, "1 version imported" in after.stdout) == (0, True)
    with opened(tmp_path) as archive:
        days = [version.seen_at.month for version in versions_of(archive, "Ferry")]
        with archive.engine.connect() as connection:
            kept = connection.exec_driver_sql(
                'SELECT outcome, reason, detail FROM "fetch" WHERE reason IS NOT NULL AND snapshot_sha256 IS NOT NULL'
            ).all()
    assert days == ([1, 3] if before else [3])
    assert [row[0] for row in kept] == ["not comparable"]
    assert kept[0][2].startswith("Imported from slip.html. ")
    assert call(path, "verify").exit_code == 0


def test_a_page_of_a_copy_that_is_not_the_policy_is_named(tmp_path: Path) -> None:
    path = configured(tmp_path, CONFIGURATION)
    pages = [tmp_path / "one.md", tmp_path / "two.html"]
    pages[0].write_text(terms(CREW), encoding="utf-8")
    pages[1].write_text(LOGIN, encoding="utf-8")
    result = call(path, "import", "file", "Ferry", "--at", "2020-01-15", *map(str, pages))
    assert result.exit_code == 1
    assert "  Page 2: The page asks for a password" in result.stdout


def test_an_unknown_policy_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    path, saved = configured(tmp_path, CONFIGURATION), tmp_path / "ferry.md"
    saved.write_text(terms(CREW), encoding="utf-8")
    result = call(path, "import", "file", "Fery", "--at", "2020-01-15", str(saved))
    assert result.exit_code == 2
    assert "did you mean 'Ferry'" in result.stderr or "Ferry" in result.stderr


WATCHES = {
    "settings": {
        "requests": {"time_between_check": {"days": 1, "hours": 0}},
        "application": {"tags": {"t1": {"title": "vendor"}}},
    },
    "watching": {
        "a": {
            "url": "https://ferry.example/privacy",
            "title": 'The "Ferry"',
            "tags": ["t1"],
            "time_between_check": {"hours": 6},
            "include_filters": ["main .policy", "xpath://article"],
            "subtractive_selectors": ["nav"],
            "fetch_backend": "html_webdriver",
            "ignore_text": ["Copyright"],
            "paused": True,
        },
        "b": {
            "url": "https://train.example/privacy",
            "time_between_check_use_default": True,
            "fetch_backend": "system",
        },
        "c": {"url": "source:file:///etc/passwd", "title": "a\nfile"},
    },
}


@pytest.mark.parametrize("packed", [False, True])
def test_a_watch_list_of_changedetection_becomes_policies(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / ("backup.zip" if packed else "url-watches.json")
    if packed:
        with zipfile.ZipFile(file, "w") as backup:
            backup.writestr("url-watches.json", json.dumps(WATCHES))
    else:
        file.write_text(json.dumps(WATCHES), encoding="utf-8")
    result = call(configured(tmp_path, CONFIGURATION), "import", "changedetection", str(file))
    assert result.exit_code == 0
    assert result.stderr == "2 carried over, 1 of them only in part; 1 not carried over.\n"
    policies = tomllib.loads(result.stdout)["policy"]
    assert policies[0] == {
        "name": 'The "Ferry"',
        "url": "https://ferry.example/privacy",
        "every": "6 hours",
        "tags": ["vendor"],
        "select": ["main .policy"],
        "remove": ["nav"],
        "render": True,
    }
    assert policies[1]["every"] == "1 day"
    for lost in ("xpath://article", "lines to ignore", "that it is paused", "a file: its address 'source:file:"):
        assert lost in result.stdout


JOBS = """
name: Ferry
url: https://ferry.example/privacy
filter:
  - css:
      selector: main
      exclude: nav
  - html2text
  - grep: data
---
name: Train
navigate: https://train.example/privacy
filter: element-by-id:policy,strip
headers: {Accept: text/html}
---
name: Train
url: https://train.example/cookies
filter: [xpath: //main]
--- !ShellJob
name: Disk
command: df
"""


def test_the_jobs_of_urlwatch_become_policies(tmp_path: Path) -> None:
    file = tmp_path / "urls.yaml"
    file.write_text(JOBS, encoding="utf-8")
    result = call(configured(tmp_path, CONFIGURATION), "import", "urlwatch", str(file))
    assert result.stderr == "3 carried over, 3 of them only in part; 1 not carried over.\n"
    assert tomllib.loads(result.stdout)["policy"] == [
        {"name": "Ferry", "url": "https://ferry.example/privacy", "select": ["main"], "remove": ["nav"]},
        {"name": "Train", "url": "https://train.example/privacy", "select": ["#policy"], "render": True},
        {"name": "Train (2)", "url": "https://train.example/cookies"},
    ]
    for lost in ("Disk: it runs a command", "the filter grep", "`headers`", "the filter xpath"):
        assert lost in result.stdout


def test_converted_watches_are_a_valid_configuration(tmp_path: Path) -> None:
    file = tmp_path / "urls.yaml"
    file.write_text(JOBS.replace("navigate", "url"), encoding="utf-8")
    carried = call(configured(tmp_path, CONFIGURATION), "import", "urlwatch", str(file)).stdout
    sound = configured(tmp_path, 'database = "sqlite:///watch.db"\n[crawl]\ncontact = "a@example.org"\n' + carried)
    assert [policy.name for policy in load(sound).policies] == ["Ferry", "Train", "Train (2)"]


@pytest.mark.parametrize("tool", ["changedetection", "urlwatch"])
@pytest.mark.parametrize(
    "text", ["[1, 2]", "\x00\xff", '{"watching": 3}', "just words", "a: [", "!!python/object:os.system {}"]
)
def test_an_invalid_watch_list_is_reported(tmp_path: Path, tool: str, text: str) -> None:
    file = tmp_path / "list"
    file.write_bytes(text.encode("latin-1"))
    result = call(configured(tmp_path, CONFIGURATION), "import", tool, str(file))
    assert result.exit_code == 2 or "policy" not in tomllib.loads(result.stdout)
