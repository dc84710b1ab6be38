"""Tests the pages of policies, texts, the search, the calendar, deliveries, the watch and the access log."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import get_args
from zipfile import ZipFile

import pytest
import requests

from archive.access.log import accesses
from archive.model import OUTCOMES, QUIET_REVIEW_KINDS, REVIEW_KINDS, RecordedFinding
from archive.questions.calendar import CALENDAR_KINDS
from archive.questions.lists.policy_list import SORTS
from archive.questions.status import Health
from clausewatch.desk.pages.change import place_findings
from differ.matching.redline import redline
from languages import languages_with
from notifier.outbox.listing import STATES
from notifier.texts.phrases import phrases_for
from tests.archive.visits import START
from tests.clausewatch.desk.running import ROLES, Opened
from tests.differ.policies import document
from tests.notifier.changes import WILL_NOT


def shown(desk: Opened, path: str, who: str = "reader") -> str:
    answer = desk.get(desk.session(who), path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def test_policies_are_listed_filtered_and_sorted(desk: Opened) -> None:
    page = shown(desk, "/policies")
    names = re.findall(r'href="/policy\?name=(\w+)"', page)
    assert names == sorted(names)
    assert len(names) == 8
    assert '<a href="/?policy=Teahouse">3</a>' in page
    assert 'aria-label="1 change in twelve months"' in page
    descending = re.findall(r'href="/policy\?name=(\w+)"', shown(desk, "/policies?sort=name&descending=true"))
    assert descending == names[::-1]
    assert "1 policy." in shown(desk, "/policies?words=tea")
    assert "0 policies." in shown(desk, "/policies?health=failing")
    assert desk.get(desk.session("reader"), "/policies?sort=luck").status_code == 422
    assert desk.get(desk.session("reader"), "/policies?after=nonsense").status_code == 404


@pytest.mark.parametrize("language", languages_with("desk"))
def test_every_value_that_a_page_shows_has_a_word(language: str) -> None:
    words = {"sort": SORTS, "health": get_args(Health), "outcome": OUTCOMES, "calendar": CALENDAR_KINDS}
    words |= {"delivery": tuple(STATES.values()), "deed": (*REVIEW_KINDS, *QUIET_REVIEW_KINDS), "role": ROLES}
    texts = phrases_for(language, further="desk").texts
    missing = [f"{table}.{word}" for table, those in words.items() for word in those]
    assert [key for key in missing if f"desk.{key.replace(' ', '-')}" not in texts] == []


def test_a_policy_shows_its_versions_checks_and_note(desk: Opened) -> None:
    page = shown(desk, "/policy?name=Teahouse")
    assert '<li value="2">' in page
    assert 'href="/changes/1"' in page
    assert "Last checks" in page
    assert desk.post(desk.session("reader"), "/policy/note", name="Teahouse", text="mine").status_code == 403
    officer = desk.session("reviewer")
    written = desk.post(officer, "/policy/note", name="Teahouse", text="ask <b>Budi</b>")
    assert written.headers["location"] == "/policy?name=Teahouse#note"
    assert "ask &lt;b&gt;Budi&lt;/b&gt;" in shown(desk, "/policy?name=Teahouse")
    assert desk.get(officer, "/policy?name=Nowhere").status_code == 404
    assert desk.post(officer, "/policy/note", name="Nowhere", text="x").status_code == 404


def test_a_text_is_shown_as_of_a_day_with_a_citation(desk: Opened) -> None:
    latest = shown(desk, "/text?policy=Teahouse")
    assert "Our cooks and our partners see your orders" in latest
    assert re.search(r"Head of the chain of evidence: \d+:[0-9a-f]{64}", latest)
    assert "Only our cooks see your orders" in shown(desk, "/text?policy=Teahouse&version=1")
    day = f"{START:%Y-%m-%d}"
    assert "this text was the last that was seen" in shown(desk, f"/text?policy=Teahouse&day={day}")
    reader = desk.session("reader")
    assert desk.get(reader, "/text?policy=Teahouse&day=2020-01-01").status_code == 404
    assert desk.get(reader, "/text?policy=Teahouse&version=9").status_code == 404
    assert desk.get(reader, "/text?policy=Teahouse&day=soon").status_code == 422


def test_words_are_found_with_their_section_and_days(desk: Opened) -> None:
    page = shown(desk, "/search?words=partners")
    assert "<mark>partners</mark>" in page
    assert "8 sections." in page
    assert "1 section." in shown(desk, "/search?words=partners&policy=Teahouse")
    assert "0 sections." in shown(desk, "/search?words=zebra&today=true")
    assert "section" not in shown(desk, "/search").partition("<main")[2]
    assert "holds no word to search for" in shown(desk, '/search?words="')
    assert desk.get(desk.session("reader"), "/search?words=" + "a" * 400).status_code == 422


def test_deliveries_watch_and_calendar_answer(desk: Opened) -> None:
    assert "There is no such message." in shown(desk, "/deliveries?state=waiting")
    watch = shown(desk, "/watch")
    assert "There was no run yet." in watch
    assert "Calendar" in shown(desk, "/calendar")
    assert desk.get(desk.session("reader"), "/calendar?after=x").status_code == 404
    assert desk.get(desk.session("reader"), "/watch?after=x").status_code == 404


def test_only_auditors_and_operators_see_who_did_what(desk: Opened) -> None:
    desk.post(desk.session("reviewer"), "/reviews", kind="acknowledge", finding="1:0")
    page = shown(desk, "/access", "auditor")
    assert "acknowledged findings" in page
    assert "reviewer" in page
    assert desk.get(desk.session("reviewer"), "/access").status_code == 403
    assert 'href="/access"' not in shown(desk, "/", "reviewer")
    assert desk.get(requests.Session(), "/access").status_code == 303
    assert "no-store" in desk.get(desk.session("auditor"), "/access").headers["cache-control"]


def test_finding_about_an_item_removed_under_an_edited_heading_is_at_the_section_with_the_new_heading() -> None:
    before = "# Terms\n\n## Your rights\n\n- a copy,\n- a visit.\n\n## Hours\n\nWe open at nine.\n"
    after = before.replace("Your rights", "Your rights here").replace("- a copy,\n", "")
    finding = RecordedFinding(1, replace(WILL_NOT, section="Your rights"))
    clauses = place_findings(redline(document(before), document(after)), [finding])
    assert [clause.section.section for clause in clauses if clause.findings] == ["Your rights here"]


def test_a_text_and_its_sentences_are_taken_along_as_a_page(desk: Opened) -> None:
    reader = desk.session("reader")
    for form, words in (("text", "Our cooks and our partners see your orders"), ("sentences", 'class="since"')):
        answer = desk.post(reader, "/text/file", policy="Teahouse", version="2", form=form)
        assert answer.headers["content-disposition"] == f'attachment; filename="Teahouse-2-{form}.html"'
        assert words in answer.text
    assert desk.post(reader, "/text/file", policy="Teahouse", version="9").status_code == 404
    assert [entry.about for entry in accesses(desk.archive.reader, 2)] == [
        "Teahouse 2 sentences.html",
        "Teahouse 2 text.html",
    ]


def test_an_auditor_sees_every_check_and_takes_the_evidence(desk: Opened) -> None:
    auditor = desk.session("auditor")
    assert shown(desk, "/policy/checks?name=Teahouse").count("changed (200)") == 2
    assert desk.get(auditor, "/policy/checks?name=Nowhere").status_code == 404
    answer = desk.post(auditor, "/policy/evidence", name="Teahouse")
    assert answer.headers["content-disposition"] == 'attachment; filename="Teahouse-evidence.zip"'
    with ZipFile(BytesIO(answer.content)) as bundle:
        assert {"README.txt", "check.py"} <= set(bundle.namelist())
    assert accesses(desk.archive.reader, 1)[0].deed == "evidence"
    assert desk.post(auditor, "/policy/evidence", name="Nowhere").status_code == 404
    assert desk.post(desk.session("reviewer"), "/policy/evidence", name="Teahouse").status_code == 403
    assert "/policy/evidence" not in shown(desk, "/policy?name=Teahouse")
