from __future__ import annotations

from pathlib import Path

import pytest

from archive.recording.recorder import record
from document.model import Document
from tests.archive.visits import START, seen, watch, written
from tests.clausewatch.promising import ENGLISH, INDONESIAN, WIDER, promising
from tests.clausewatch.watched import answered, call, configured, opened, watched


def test_the_latest_version_is_shown_with_its_evidence(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "show", "Teahouse")
    head, *body = result.stdout.split("\n\n")
    assert result.exit_code == 0
    assert head.splitlines()[:5] == [
        "Teahouse, version 2",
        "  First seen  2026-03-04 06:00 UTC",
        "  Last seen   2026-03-04 06:00 UTC",
        "  States      updated 2026-03-01 (“Last changed on 01 March 2026.”)",
        "  Address     https://teahouse.example/privacy",
    ]
    assert body == [
        "Teahouse privacy notice\n  Last changed on 01 March 2026.",
        "1. Who sees your data\n  Our cooks and our partners see your orders.",
        "2. What you may ask\n    • You may ask us for a copy of your orders.\n",
    ]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (["--at", "2026-03-02"], 1),
        (["--at", "2026-03-03"], 1),
        (["--at", "2026-03-04"], 2),
        (["--at", "2026-03-04T05:59"], 1),
        (["--at", "2026-03-04T06:00"], 2),
        (["--at", "2026-03-04T12:30+07:00"], 1),
        (["--at", "2030-01-01"], 2),
        (["--version", "1"], 1),
        ([], 2),
    ],
)
def test_a_version_can_be_chosen_by_day_time_or_number(tmp_path: Path, words: list[str], number: int) -> None:
    """A day means the end of that day in UTC."""
    assert answered(watched(tmp_path), "show", "Teahouse", *words)["version"] == number


def test_a_section_is_found_by_words_of_its_heading(tmp_path: Path) -> None:
    path = watched(tmp_path)
    shown = call(path, "show", "Teahouse", "--section", "WHO SEES").stdout
    assert "partners see your orders" in shown
    assert "a copy of your orders" not in shown
    document = answered(path, "show", "Teahouse", "--section", "who sees")["document"]
    assert [section["heading"] for section in document["sections"]] == ["1. Who sees your data"]
    assert document["sections"][0]["blocks"] == [
        {"kind": "paragraph", "marker": "", "text": "Our cooks and our partners see your orders."}
    ]


def test_a_topic_is_recognised_by_its_words(tmp_path: Path) -> None:
    path = watched(tmp_path)
    shown = call(path, "show", "Teahouse", "--topic", "rights").stdout
    assert "a copy of your orders" in shown
    assert "partners see your orders" not in shown


def test_a_missing_topic_is_answered_with_the_existing_topics(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "show", "Teahouse", "--topic", "merger")
    assert result.exit_code == 2
    assert "has nothing on merger; it has text on: " in result.stderr
    assert "rights" in result.stderr


def test_a_missing_section_is_answered_with_the_existing_sections(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "show", "Teahouse", "--section", "cookies")
    assert result.exit_code == 2
    assert "no section's heading contains 'cookies'; this version has:" in result.stderr
    assert "  2. What you may ask" in result.stderr.splitlines()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Teahouse", "--at", "2026-03-01"], "the first version was seen on 2026-03-02 06:00 UTC"),
        (["Teahouse", "--version", "3"], "there is no version 3: there are 1 to 2"),
        (["Tea"], "did you mean 'Teahouse'?"),
        (["Teahouse", "--at", "soon"], "'soon' is not a date; write 2026-03-31"),
        (["Teahouse", "--at", "2026-03-04", "--version", "1"], "give --at or --version, not both"),
        (["Teahouse", "--inventory", "--section", "who"], "give --inventory without --section and --topic"),
    ],
)
def test_a_missing_policy_or_version_is_answered_with_what_exists(
    tmp_path: Path, words: list[str], message: str
) -> None:
    result = call(watched(tmp_path), "show", *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_a_policy_without_a_version_is_reported(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
    result = call(configured(tmp_path), "show", "Teahouse")
    assert result.exit_code == 2
    assert "Teahouse: no version is recorded yet" in result.stderr


def test_text_of_a_page_cannot_control_the_terminal(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, seen(START, written("Nobody.\x1b[8m All of them."), None), START)
    shown = call(configured(tmp_path), "show", "Teahouse", color=True).stdout
    assert "Nobody.\\x1b[8m All of them." in shown
    assert "\x1b[8m" not in shown


def test_the_rights_and_recipients_of_a_version_are_listed(tmp_path: Path) -> None:
    shown = call(promising(tmp_path, ENGLISH + INDONESIAN, ENGLISH + WIDER), "show", "Teahouse", "--inventory").stdout
    head, *parts = shown.split("\n\n")
    assert head.startswith("Teahouse, version 2\n")
    assert parts[0] == (
        "Rights named in the English text: 1\n  * access\n"
        "      answered within: 14 days; cost: free of charge; how: ask@teahouse.example; section: Your\n      rights"
    )
    assert parts[1] == (
        "Recipients named in the English text: 1\n  service providers\n"
        "  * service providers\n      section: Who receives your data"
    )
    assert parts[3].startswith("Recipients named in the Indonesian text: 2\n")
    assert parts[4] == (
        "Named in one language and not in another: 1\n"
        "  * recipient (advertising): Indonesian text only, not in English\n"
    )


def test_an_inventory_is_from_the_requested_version(tmp_path: Path) -> None:
    path = promising(tmp_path, ENGLISH + INDONESIAN, ENGLISH + WIDER)
    first = answered(path, "show", "Teahouse", "--version", "1", "--inventory")
    assert first["version"] == 1
    assert first["inventory"]["one_language_only"] == []
    second = answered(path, "show", "Teahouse", "--inventory")["inventory"]
    assert second["one_language_only"] == [
        {"what": "recipient", "entry": "advertising", "named_in": ["id"], "missing_in": ["en"]}
    ]
    assert second["rights"][0] == {
        "right": "access",
        "language": "en",
        "section": "Your rights",
        "deadline": "14 days",
        "fee": "free of charge",
        "channel": "ask@teahouse.example",
        "sentence": "You have the right to access your personal data.",
    }
    assert {(each["class"], each["name"]) for each in second["recipients"]} >= {
        ("processors", "service providers"),
        ("advertising", "pengiklan"),
    }


def test_a_policy_without_rights_and_recipients_is_reported(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, seen(START, Document((), ("en",)), None), START)
    assert "No right and no recipient is named" in call(configured(tmp_path), "show", "Teahouse", "--inventory").stdout
