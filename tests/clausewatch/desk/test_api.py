"""Tests the API: its answers, conditional requests, refusals, limits, and the reviews that programs record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from archive.access.log import accesses
from archive.access.people import add_person, person_named
from archive.access.tokens import add_token, tokens
from archive.recording.reviews import unreviewed_counts
from archive.storage.read_only import served_archive
from clausewatch.desk.entry import WRONG_TOKENS
from tests.clausewatch.desk.running import BEGAN, Opened, opened
from tests.clausewatch.watched import answered as answer_of
from tests.clausewatch.watched import configured, watched


class Program:
    """A program that sends requests with a token."""

    def __init__(self, desk: Opened, secret: str) -> None:
        self.desk, self.headers = desk, {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: object) -> requests.Response:
        return self.get_unless("", path, **query)

    def get_unless(self, tags: str, path: str, **query: object) -> requests.Response:
        """Ask for an answer, unless the program has it already under one of these entity tags."""
        address = f"{self.desk.address}/api/v1/{path}"
        return requests.get(address, params=query, headers=self.headers | {"If-None-Match": tags}, timeout=60)  # type: ignore[arg-type]

    def post(self, path: str, **body: object) -> requests.Response:
        return requests.post(f"{self.desk.address}/api/v1/{path}", json=body, headers=self.headers, timeout=60)


@pytest.fixture
def program(desk: Opened) -> Program:
    return Program(desk, desk.token("operator", "operator"))


SAME: dict[str, tuple[list[str], str, dict[str, object]]] = {
    "text": (["show", "Teahouse"], "text", {"policy": "Teahouse"}),
    "text of a version": (["show", "Teahouse", "--version", "1"], "text", {"policy": "Teahouse", "version": 1}),
    "inventory": (["show", "Teahouse", "--inventory"], "inventory", {"policy": "Teahouse"}),
    "redline": (["diff", "Teahouse", "1", "2"], "redline", {"policy": "Teahouse", "before": 1, "after": 2}),
    "sentences": (["blame", "Teahouse"], "sentences", {"policy": "Teahouse"}),
    "search": (["search", "partners"], "search", {"words": "partners"}),
    "recipients": (["recipients"], "recipients", {}),
    "rights": (["rights"], "rights", {}),
    "missing": (["rights", "--missing", "erase"], "rights/missing", {"right": "erase"}),
}
"""Commands, and operations that must give the same JSON."""

LISTS: dict[str, tuple[list[str], str, dict[str, object], str]] = {
    "status": (["status"], "policies", {}, "policies"),
    "history": (["history", "Teahouse", "--suppressed"], "versions", {"policy": "Teahouse"}, "versions"),
    "review": (["review"], "findings", {}, "findings"),
    "rules": (["review", "--rules"], "rules", {}, "rules"),
    "missed": (["review", "--missed"], "quiet-edits/missed", {}, "quiet_edits"),
    "deliveries": (["notify", "list"], "deliveries", {}, "deliveries"),
}
"""Commands whose JSON is a list, and operations that must give this list under a key."""


def test_answers_are_the_same_as_the_json_of_the_command_line(tmp_path: Path) -> None:
    watched(tmp_path)
    path = configured(tmp_path)
    url = f"sqlite:///{tmp_path / 'watch.db'}"

    expected = {name: answer_of(path, *entry[0]) for name, entry in [*SAME.items(), *LISTS.items()]}
    expected["history"] = expected["history"][::-1]  # a page of the API begins with the newest version
    with served_archive(url) as archive:
        operator = add_person(archive.writer, "Ratna", "operator", BEGAN)
        now = datetime.now(UTC)
        secret = add_token(archive.writer, operator, "t", "reader", now=now, ends_at=now + timedelta(days=1))
    with opened(url, tmp_path) as desk:
        program = Program(desk, secret)
        for name, (_, operation, query) in SAME.items():
            answered = program.get(operation, **query)
            assert answered.status_code == 200, name
            assert answered.json() == expected[name], name
        for name, (_, operation, query, key) in LISTS.items():
            assert program.get(operation, **query).json()[key] == expected[name], name


def test_an_answer_that_the_program_has_is_not_sent_again(program: Program) -> None:
    first = program.get("versions", policy="Teahouse")
    assert first.headers["cache-control"] == "private, no-cache"
    again = program.get_unless(f'"other", W/{first.headers["etag"]}', "versions", policy="Teahouse")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    program.post("reviews", kind="acknowledge", findings=[{"finding": 1}])
    assert program.get_unless(first.headers["etag"], "versions", policy="Teahouse").status_code == 200


def test_long_lists_come_in_parts(program: Program) -> None:
    names, after = [], None
    for _ in range(20):
        page = program.get("policies", limit=3, **({} if after is None else {"after": after})).json()
        names += [row["policy"] for row in page["policies"]]
        after = page["next"]
        if after is None:
            break
    assert (len(names), names) == (8, sorted(names))
    assert program.get("policies", limit=201).status_code == 422
    assert program.get("policies", after="nonsense").json()["code"] == "missing"


def test_reviews_are_recorded_with_the_person_of_the_token_and_the_first_decision_counts(program: Program) -> None:
    reader, waiting = program.desk.archive.reader, unreviewed_counts(program.desk.archive.reader)
    made = program.post("reviews", kind="acknowledge", findings=[{"finding": 1}, {"finding": 2, "seen": 0}]).json()
    assert [(row["finding"], row["kind"], row["by"]) for row in made["recorded"]] == [
        (1, "acknowledge", "operator"),
        (2, "acknowledge", "operator"),
    ]
    assert made["refused"] == []
    assert sum(unreviewed_counts(reader).values()) == sum(waiting.values()) - 2
    late = program.post("reviews", kind="false-alarm", findings=[{"finding": 1}]).json()
    assert (late["recorded"], [row["kind"] for row in late["refused"]]) == ([], ["acknowledge"])
    seen = made["recorded"][0]["id"]
    back = program.post("reviews", kind="take-back", findings=[{"finding": 1, "seen": seen}]).json()
    assert len(back["recorded"]) == 1
    assert program.get("findings/1").json()["reviews"][-1]["kind"] == "take-back"
    assert accesses(reader, 1)[0].deed == "take-back"
    assert program.post("reviews", kind="comment", findings=[{"finding": 1}], text=" ").json()["code"] == "unanswerable"
    assert program.post("reviews", kind="comment", findings=[{"finding": 999}], text="x").status_code == 404


def test_quiet_edits_notes_assignments_and_visits_are_recorded(program: Program) -> None:
    marked = program.post("quiet-edits/1/reviews", kind="missed").json()
    assert (marked["recorded"], marked["quiet_edit"]["reviews"][0]["by"]) == (True, "operator")
    assert program.post("quiet-edits/1/reviews", kind="missed").json()["recorded"] is False
    assert len(program.get("quiet-edits/missed").json()["quiet_edits"]) == 1
    assert program.post("policy/note", policy="Teahouse", text="ask\nBudi").json()["text"] == "ask Budi"
    assert program.get("policy/note", policy="Teahouse").json()["by"] == "operator"
    given = program.post("changes/1/assignment", person="Ratna", due_on="2026-12-24", text="ask\nthem").json()
    assert (given["person"], given["due_at"]) == ("Ratna", "2026-12-24T00:00:00Z")
    assert given["text"] == "ask them"
    assert {row["assigned"] for row in program.get("findings", policy="Teahouse").json()["findings"]} == {"Ratna"}
    program.post("changes/1/assignment", person=None, due_on=None)
    assert program.get("changes/1/assignment").json()["person"] is None
    assert program.post("policy/visit", policy="Teahouse").status_code == 202
    assert program.get("policy", policy="Teahouse").json()["due"] is True


def test_refusals_are_problem_details_that_name_the_parameter(program: Program) -> None:
    refused = program.get("findings", severty="high")
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    problem = refused.json()
    assert (problem["title"], problem["code"]) == ("Unprocessable Entity", "invalid")
    assert [(error["where"], error["name"]) for error in problem["errors"]] == [("query", "severty")]
    for path, status, code in [
        ("nowhere", 404, "missing"),
        ("changes/999", 404, "missing"),
        ("reviews", 405, "method"),
    ]:
        answered = program.get(path)
        assert (answered.status_code, answered.json()["code"], answered.json()["status"]) == (status, code, status)
    assert "did you mean 'Teahouse'" in program.get("policy", policy="Teahous").json()["detail"]
    long = program.post("policy/note", policy="Teahouse", text="x" * program.desk.configuration.desk.max_body)
    assert (long.status_code, "`max_body` under [desk]" in long.json()["detail"]) == (413, True)
    assert program.get("policy", policy="a\0").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "value"),
    [("overdue", "yes"), ("limit", "1.0"), ("limit", "1_0"), ("since", "1700000000"), ("since", "2026-01-01")],
)
def test_a_parameter_in_another_form_is_refused(program: Program, name: str, value: str) -> None:
    assert program.get("findings", **{name: value}).status_code == 422


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-06-01T00:00:00.5z"])
def test_times_far_away_are_answered(program: Program, at: str) -> None:
    assert program.get("text", policy="Teahouse", at=at).status_code in (200, 404)
    assert program.get("calendar", since=at, until=at).status_code == 200


def test_a_token_has_a_limited_number_of_requests_in_a_minute(filled_archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "watch.db"
    file.write_bytes(filled_archive.read_bytes())
    with opened(f"sqlite:///{file}", tmp_path, api_requests=5) as desk:
        busy, calm = (Program(desk, desk.token("operator", "reader")) for _ in range(2))
        assert [busy.get("me").status_code for _ in range(7)] == [200] * 5 + [429] * 2
        late = busy.get("me")
        assert 1 <= int(late.headers["retry-after"]) <= 61
        assert "at most 5 requests in a minute (`api_requests` under [desk])" in late.json()["detail"]
        assert calm.get("me").status_code == 200  # another token is not slowed down


def test_wrong_tokens_are_limited_but_a_valid_token_is_always_accepted(program: Program) -> None:
    before = len(accesses(program.desk.archive.reader, 1000))
    guessed = [Program(program.desk, f"guess {number}").get("me").status_code for number in range(100)]
    assert guessed == [401] * WRONG_TOKENS + [429] * (100 - WRONG_TOKENS)
    assert program.get("me").status_code == 200
    noted = accesses(program.desk.archive.reader, 1000)
    assert len(noted) == before + WRONG_TOKENS
    assert {entry.deed for entry in noted} == {"token refused"}


def test_the_last_use_of_a_token_is_shown(program: Program) -> None:
    program.get("me")
    [token] = tokens(program.desk.archive.reader, person_named(program.desk.archive.reader, "operator").id)
    assert token.used_at is not None
    assert datetime.now(UTC) - token.used_at < timedelta(minutes=10)


def test_a_search_that_takes_too_long_names_its_limit(filled_archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "watch.db"
    file.write_bytes(filled_archive.read_bytes())
    with opened(f"sqlite:///{file}", tmp_path, search_timeout=timedelta(0)) as desk:
        slow = Program(desk, desk.token("operator", "reader")).get("search", words="partners")
        assert (slow.status_code, slow.json()["code"]) == (503, "slow")
        assert "longer than 0 s (`search_timeout`)" in slow.json()["detail"]
        page = desk.get(desk.session("reader"), "/search?words=partners")
        assert (page.status_code, "(`search_timeout`)" in page.text) == (200, True)
    with opened(f"sqlite:///{file}", tmp_path) as desk:
        assert desk.get(desk.session("reader"), "/search?words=partners").text.count("<mark>") >= 8  # control
