"""Tests the officer's work in a browser without scripts: the inbox, a change, and reviews."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import requests
from sqlalchemy import func, select

from archive.access.log import accesses
from archive.questions.history import change_ends, latest_version, neighbours, net_changes
from archive.recording.net_changes import record_net_change
from archive.recording.recorder import record
from archive.recording.reviews import unreviewed_counts
from archive.reviewing.notes import assignment
from archive.reviewing.quiet_edits import missed_suppressions
from archive.storage.tables import AlertRow, FindingRow, ReviewRow, SubscriptionRow
from archive.storage.version_reader import Span
from differ.model import Comparison
from tests.archive.visits import HOUR, SHARING, START, seen, written
from tests.clausewatch.desk.running import BEGAN, Opened

FORM = re.compile(r'<form[^>]*method="post" action="/reviews">(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')


def forms(page: str, kind: str) -> list[list[tuple[str, str]]]:
    """Return the fields of each form that has a button for this kind of review."""
    texts = [match[1] for match in FORM.finditer(page) if f'name="kind" value="{kind}"' in match[1]]
    return [[(name, unescape(value)) for name, value in FIELD.findall(text) if name != "kind"] for text in texts]


def press(
    desk: Opened, browser: requests.Session, page: str, kind: str, which: int = 0, **more: str
) -> requests.Response:
    """Press a button as a browser without scripts does, and return the page to which it leads."""
    fields: list[tuple[str, Any]] = [*forms(page, kind)[which], ("kind", kind), *more.items()]
    return browser.post(desk.address + "/reviews", data=fields, timeout=60)


def waiting(desk: Opened) -> int:
    return sum(unreviewed_counts(desk.archive.reader).values())


def test_the_inbox_shows_the_worst_first_and_when_it_is_due(desk: Opened) -> None:
    shown = desk.get(desk.session("reader"), "/").text
    assert "20 findings wait for a review." in shown
    assert re.findall(r'<h2 id="change-\d+"><a[^>]*>(\w+)', shown)[0] == "Teahouse"
    assert "Overdue." in shown
    assert 'action="/reviews"' not in shown  # a reader has no buttons
    assert 'value="acknowledge"' in desk.get(desk.session("reviewer"), "/").text


def test_filters_are_in_the_address(desk: Opened) -> None:
    reader = desk.session("reader")
    assert "1 finding waits" in desk.get(reader, "/?policy=Bakery").text
    assert "Nothing waits here." in desk.get(reader, "/?owner=Nobody").text
    assert "20 findings" in desk.get(reader, "/?owner=Ratna&overdue=true&since=2026-01-01&topic=sharing").text
    assert desk.get(reader, "/?policy=Backery").status_code == 404
    assert desk.get(reader, "/?after=nonsense").status_code == 404
    assert desk.get(reader, "/?since=yesterday").status_code == 422


def test_an_officer_decides_comments_takes_back_and_undoes_without_scripts(desk: Opened) -> None:
    officer = desk.session("reviewer")
    page = press(desk, officer, desk.get(officer, "/").text, "acknowledge", which=1)
    assert "Your decision on 1 finding was recorded." in page.text
    assert waiting(desk) == 19
    page = press(desk, officer, page.text, "take-back")  # undo
    assert waiting(desk) == 20
    page = press(desk, officer, page.text, "false-alarm")  # the button that reviews all findings of the first change
    assert "Your decisions on 3 findings were recorded." in page.text
    assert waiting(desk) == 17
    page = press(desk, officer, page.text, "take-back")
    assert waiting(desk) == 20
    change = desk.get(officer, "/changes/1").text
    change = press(desk, officer, change, "comment", text="ask <them> about this").text
    assert "ask &lt;them&gt; about this" in change
    assert waiting(desk) == 20
    change = press(desk, officer, change, "acknowledge", which=1).text
    assert waiting(desk) == 19
    change = press(desk, officer, change, "take-back", which=1).text
    assert waiting(desk) == 20
    assert "Taken back" in change


def test_a_decision_counts_once_and_the_second_person_sees_the_first(desk: Opened) -> None:
    first, second = desk.session("reviewer"), desk.session("operator")
    pages = [desk.get(browser, "/changes/2").text for browser in (first, second, first)]
    press(desk, first, pages[0], "acknowledge")
    answer = press(desk, second, pages[1], "false-alarm").text
    assert "had been decided before: Acknowledged, reviewer" in answer
    press(desk, first, pages[2], "acknowledge")
    with desk.archive.reader.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReviewRow)) == 1


def test_a_change_shows_the_marked_text_what_was_kept_quiet_and_its_neighbours(desk: Opened) -> None:
    shown = desk.get(desk.session("reader"), "/changes/1").text
    assert "<del>Only</del><ins>Our cooks and</ins>" in shown
    assert "date" in shown[shown.index("Kept quiet") :]
    assert "<ins>1 March 2026</ins>" in shown
    assert 'lang="en"' in shown
    assert "1 unchanged section is not shown" in shown
    assert "unchanged section" not in desk.get(desk.session("reader"), "/changes/1?view=inline").text
    assert '<table class="sides">' in desk.get(desk.session("reader"), "/changes/1?view=sides").text
    assert desk.get(desk.session("reader"), "/changes/1?view=upside").status_code == 422
    for number in ("99", "0", "-1", str(2**40), str(2**80)):
        assert desk.get(desk.session("reader"), f"/changes/{number}").status_code in (404, 422)


def test_a_quiet_edit_is_marked_as_missed_and_the_mark_is_taken_back(desk: Opened) -> None:
    officer = desk.session("reviewer")
    assert desk.post(officer, "/reviews/quiet", kind="missed", number="1").status_code == 303
    assert "Marked as missed</strong>: reviewer" in desk.get(officer, "/changes/1").text
    assert [located.change for located in missed_suppressions(desk.archive.reader)] == [1]
    assert desk.post(officer, "/reviews/quiet", kind="take-back", number="1").status_code == 303
    assert missed_suppressions(desk.archive.reader) == ()
    assert desk.post(officer, "/reviews/quiet", kind="missed", number="999").status_code == 404
    assert desk.post(officer, "/reviews/quiet", kind="praise", number="1").status_code == 422


def test_every_finding_of_a_change_is_on_its_page(desk: Opened) -> None:
    shown = desk.get(desk.session("reader"), "/changes/3").text
    ends = change_ends(desk.archive.reader, 3)
    assert len(ends.change.findings) == 4
    for finding in ends.change.findings:
        assert f'id="finding-{finding.id}"' in shown


def test_a_form_with_nonsense_records_nothing(desk: Opened) -> None:
    officer = desk.session("reviewer")
    for finding in ("1", "1:", "x:0", "1:0:0", "-1:0", "9" * 30 + ":0", "999:0"):
        assert desk.post(officer, "/reviews", kind="acknowledge", finding=finding).status_code == 404, finding
    assert desk.post(officer, "/reviews", kind="praise", finding="1:0").status_code == 303
    assert desk.post(officer, "/reviews", kind="comment", finding="1:0", text=" \t ").status_code == 303
    away = desk.post(officer, "/reviews", kind="acknowledge", finding="1:0", back="//evil.example/")
    assert away.headers["location"].startswith("/?decided=")
    with desk.archive.reader.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReviewRow)) == 1
        assert session.scalar(select(func.count()).select_from(FindingRow)) == 20


def test_pages_are_in_the_language_and_zone_of_the_person(desk: Opened) -> None:
    officer = desk.session("reviewer")
    chosen = {"language": "id", "zone": "Asia/Jakarta"}
    assert desk.post(officer, "/account/settings", **chosen).status_code == 303
    shown = desk.get(officer, "/").text
    assert '<html lang="id">' in shown
    assert "20 temuan menunggu peninjauan." in shown
    assert "Asia/Jakarta" in shown
    assert "data-keys" not in shown
    assert desk.post(officer, "/account/settings", language="xx", zone="UTC").status_code == 422
    assert desk.post(officer, "/account/settings", language="en", zone="Mars", keys="on").status_code == 422


def test_the_number_of_an_alert_leads_to_its_finding(desk: Opened) -> None:
    reader = desk.session("reader")
    with desk.archive.writer.writing() as session:
        session.add(SubscriptionRow(id=1, subscriber="Ratna", scope={}, since=START))
        session.flush()
        session.add(AlertRow(id="3f9c2a7be01d4458", finding_id=4, subscription_id=1, planned_at=START))
    for number in ("3f9c2a7be01d4458", "4"):
        assert desk.get(reader, f"/alerts/{number}").headers["location"] == "/changes/2#finding-4"
    assert desk.get(reader, "/alerts/0000000000000000").status_code == 404


def links(page: str, mark: str) -> list[str]:
    """Return the addresses of the links with an attribute."""
    return [unescape(address) for address in re.findall(rf'<a {mark} href="([^"]*)"', page)]


def test_the_next_change_is_the_next_of_the_inbox_within_its_filter(desk: Opened) -> None:
    reader = desk.session("reader")
    inbox = desk.get(reader, "/?owner=Ratna&severity=high").text
    first = links(inbox, "data-open")[0]
    assert first.startswith("/changes/1?rank=0&severity=high&owner=Ratna#finding-")
    visited, address = [], first
    while address:
        page = desk.get(reader, address).text
        visited.append(int(address.removeprefix("/changes/").partition("?")[0]))
        address = (links(page, "data-next") or [""])[0]
        assert links(page, "data-inbox") == ["/?severity=high&owner=Ratna"]
    order = re.findall(r'<h2 id="change-(\d+)">', inbox)
    assert [str(number) for number in visited] == order
    assert len(order) < 8  # some changes have no finding of this severity
    back = links(desk.get(reader, f"/changes/{visited[1]}?severity=high").text, "data-previous")
    assert back[0].startswith(f"/changes/{visited[0]}?")
    assert desk.get(reader, "/changes/1?rank=4").status_code == 422
    assert desk.get(reader, "/changes/1?policy=Backery").status_code == 404


def test_a_change_is_taken_along_as_a_page(desk: Opened) -> None:
    reader = desk.session("reader")
    for form, mark in (("inline", "<p><del>Only</del>"), ("sides", '<table class="sides">')):
        answer = desk.post(reader, "/changes/1/file", form=form)
        assert answer.headers["content-disposition"] == 'attachment; filename="Teahouse-1-2.html"'
        assert "<h1>Teahouse: version 1 to version 2</h1>" in answer.text
        assert mark in answer.text
    assert desk.post(reader, "/changes/99/file").status_code == 404
    assert accesses(desk.archive.reader, 1)[0].about == "Teahouse 1-2.html"


def test_a_change_leads_to_the_net_change_that_a_message_reported_and_back(desk: Opened) -> None:
    writer = desk.archive.writer
    comparison = Comparison(changed=True, findings=(SHARING,), suppressed=())
    third = seen(BEGAN + 2 * HOUR, written("Our cooks and the press see your orders."), 2, comparison)
    record(writer, replace(third, fetch=replace(third.fetch, policy="Teahouse")), BEGAN)
    record_net_change(writer, Span(1, 1, 3), {}, BEGAN)
    (net,) = net_changes(desk.archive.reader, [latest_version(desk.archive.reader, "Teahouse")])["Teahouse", 3]
    reader = desk.session("reader")
    last = neighbours(desk.archive.reader, change_ends(desk.archive.reader, 1).after).next
    assert f'<a href="/changes/{net.change.id}">version 1 to version 3</a>' in desk.get(reader, f"/changes/{last}").text
    page = desk.get(reader, f"/changes/{net.change.id}").text
    assert "This change combines several versions" in page
    assert '<a href="/changes/1">version 1 to version 2</a>' in page
    assert f'<a href="/changes/{last}">version 2 to version 3</a>' in page
    assert desk.post(reader, f"/changes/{net.change.id}/file").headers["content-disposition"].endswith('-1-3.html"')


def test_a_change_is_assigned_with_a_due_date_and_comes_into_the_inbox_of_that_person(desk: Opened) -> None:
    officer, operator = desk.session("reviewer"), desk.session("operator")
    desk.post(officer, "/account/settings", language="en", zone="Asia/Jakarta")
    fields = {
        "person": "operator",
        "due": "2099-12-05",
        "back": "/changes/3",
        "then": "assignment",
        "text": "Ask\n<legal>.",
    }
    answer = desk.post(officer, "/changes/3/assignment", **fields)
    assert answer.headers["location"] == "/changes/3#assignment"
    page = desk.get(officer, "/changes/3").text
    assert "operator, assigned by reviewer" in page
    assert "due 5 December 2099" in page
    assert 'name="due" value="2099-12-05"' in page
    mine = desk.get(operator, "/?assigned=operator").text
    assert re.findall(r'<h2 id="change-(\d+)">', mine) == ["3"]
    assert "Assigned to operator" in mine
    assert "5 December 2099" in mine
    assert "<q>Ask &lt;legal&gt;.</q>" in mine
    assert "16 findings" in desk.get(operator, "/?assigned=-").text
    # If somebody takes the change, its due date and its note stay.
    assert desk.post(officer, "/changes/3/assignment", person="reviewer", keep="on").status_code == 303
    taken = assignment(desk.archive.reader, 3)
    assert taken is not None
    assert (taken.person, taken.text) == ("reviewer", "Ask <legal>.")
    assert "due 5 December 2099" in desk.get(officer, "/changes/3").text
    assert desk.post(officer, "/changes/3/assignment").status_code == 303
    assert assignment(desk.archive.reader, 3) is None


def test_an_assignment_to_a_stranger_or_a_day_that_is_none_is_refused(desk: Opened) -> None:
    officer = desk.session("reviewer")
    assert desk.post(officer, "/changes/3/assignment", person="nobody").status_code == 404
    assert desk.post(officer, "/changes/99/assignment", person="reviewer").status_code == 404
    for day in ("soon", "0001-01-01", "9999-12-31", "2026-02-30"):
        assert desk.post(officer, "/changes/3/assignment", person="reviewer", due=day).status_code == 422, day
    assert desk.post(desk.session("auditor"), "/changes/3/assignment", person="reviewer").status_code == 403
    assert assignment(desk.archive.reader, 3) is None
