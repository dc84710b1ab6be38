"""Tests the desk on SQLite and on PostgreSQL: every page answers, reviews are recorded, and a reader cannot write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.errors import StorageError
from archive.recording.reviews import unreviewed_counts
from tests.clausewatch.desk.running import Opened, filled, opened

PAGES = (
    *("/", "/?overdue=true&severity=high", "/changes/1", "/changes/2?view=sides", "/policies?sort=health", "/calendar"),
    *("/policy?name=Teahouse", "/text?policy=Teahouse", "/search?words=partners", "/deliveries", "/watch", "/access"),
    *("/account", "/alerts/1", "/report", "/report?since=2026-03-01&until=2026-03-31&policy=Teahouse"),
)


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[Opened]:
    filled(database_url, {"Teahouse": 2, "Bakery": 1})
    with opened(database_url, tmp_path) as running:
        yield running


def test_every_page_answers_and_reviews_are_recorded(both: Opened) -> None:
    operator = both.session("operator")
    for path in PAGES:
        assert both.get(operator, path).status_code in (200, 303), path
    assert both.post(operator, "/reviews", kind="acknowledge", finding=["1:0", "2:0"]).status_code == 303
    assert unreviewed_counts(both.archive.reader) == {"Bakery": 1}
    assert both.post(operator, "/reviews/quiet", kind="missed", number="1").status_code == 303
    assert both.post(operator, "/policy/note", name="Bakery", text="ours").status_code == 303
    assert both.post(operator, "/policy/visit", name="Bakery").status_code == 303
    assert both.post(operator, "/deliveries/again", delivery="1").status_code == 303
    assert both.post(operator, "/changes/1/assignment", person="reviewer", due="2099-01-01").status_code == 303
    assert both.post(operator, "/people", name="Ratna", role="reader").status_code == 200
    assert both.post(operator, "/people/role", name="Ratna", role="auditor").status_code == 303
    assert both.post(operator, "/people/end", name="Ratna").status_code == 303
    assert both.post(operator, "/people/remove", name="Ratna").status_code == 303
    for path in ("/policy?name=Bakery", "/?assigned=reviewer", "/changes/1?assigned=-&rank=0", "/people"):
        assert both.get(operator, path).status_code == 200, path
    for number in (0, 2**31 - 1, 2**31, 2**63, 2**80):
        assert both.get(operator, f"/changes/{number}").status_code in (404, 422), number
        assert both.get(operator, f"/alerts/{number}").status_code == 404, number
        assert both.post(operator, "/reviews", kind="acknowledge", finding=f"{number}:0").status_code == 404, number
        assert both.get(operator, f"/stored?policy=Teahouse&version={number}").status_code in (404, 422), number
        assert both.get(operator, f"/text?policy=Teahouse&version={number}").status_code in (200, 404, 422), number
        assert both.get(operator, f"/?decided={number}&earlier={number}").status_code == 200, number
        assert both.get(operator, f"/access?before={number}").status_code in (200, 422), number


def test_a_hostile_parameter_gives_no_fault(both: Opened) -> None:
    operator = both.session("operator")
    for word in ("%00", "%ED%A0%80", "%FF", "'%22--", "%25_", "a" * 501, "%E2%80%AE"):
        for path in ("/?policy=", "/?after=", "/policies?words=", "/policy?name=", "/search?words=", "/?decided="):
            assert both.get(operator, path + word).status_code < 500, (path, word)
        assert both.get(operator, f"/alerts/{word}").status_code < 500, word
    for text_of in ("\x00", "\ud800", "\x1b[2J", "'; DROP TABLE person; --"):
        sent = text_of.encode("utf-8", "surrogatepass")
        for path in ("/reviews", "/policy/note"):
            answer = both.post(operator, path, kind="comment", finding="1:0", name="Bakery", text=sent)
            assert answer.status_code < 500, (path, text_of)


def test_the_connection_for_questions_cannot_write(both: Opened) -> None:
    with pytest.raises(StorageError), both.archive.reader.writing() as session:
        session.execute(text("DELETE FROM person"))
