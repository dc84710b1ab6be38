"""Tests what people ask of the next run: a visit of a policy, and messages to send again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from archive.access.log import accesses
from archive.recording.policies import asked_visit, mark_tried
from archive.recording.runs import begin_run, end_run
from archive.storage.tables import DeliveryRow, SubscriptionRow
from notifier.outbox.claims import open_deliveries
from tests.archive.visits import START
from tests.clausewatch.desk.running import Opened


def record_run(desk: Opened, at: datetime) -> None:
    """Record a run that took a minute."""
    writer = desk.archive.writer
    end_run(writer, begin_run(writer, at), at + timedelta(minutes=1))


def test_a_visit_is_asked_for_once_and_the_page_says_when_it_will_be(desk: Opened) -> None:
    officer, path = desk.session("reviewer"), "/policy?name=Teahouse"
    now = datetime.now(UTC)
    record_run(desk, now - timedelta(minutes=70))
    assert desk.post(officer, "/policy/visit", name="Teahouse").status_code == 303
    page = desk.get(officer, path).text
    assert "A visit was asked for on" in page
    assert "When the next run begins is not known here." in page
    record_run(desk, now - timedelta(minutes=10))
    assert "Runs usually begin every 60 minutes." in desk.get(officer, path).text
    asked = asked_visit(desk.archive.reader, "Teahouse")
    assert desk.post(officer, "/policy/visit", name="Teahouse").status_code == 303
    assert asked_visit(desk.archive.reader, "Teahouse") == asked
    assert [entry.deed for entry in accesses(desk.archive.reader, 5)] == ["visit"]
    mark_tried(desk.archive.writer, ["Teahouse"], datetime.now(UTC))
    assert "A visit was asked for" not in desk.get(officer, path).text
    assert desk.post(desk.session("auditor"), "/policy/visit", name="Teahouse").status_code == 403
    assert desk.post(officer, "/policy/visit", name="Nowhere").status_code == 404


def test_a_page_says_if_runs_are_late_or_never_began(desk: Opened) -> None:
    officer = desk.session("reviewer")
    desk.post(officer, "/policy/visit", name="Teahouse")
    assert "No run was recorded yet" in desk.get(officer, "/policy?name=Teahouse").text
    for hours in (5, 4, 3):
        record_run(desk, datetime.now(UTC) - timedelta(hours=hours))
    assert "the next run is late" in desk.get(officer, "/policy?name=Teahouse").text


def test_an_operator_sends_again_what_was_given_up(desk: Opened) -> None:
    operator = desk.session("operator")
    with desk.archive.writer.writing() as session:
        session.add(SubscriptionRow(id=1, subscriber="Ratna", scope={}, since=START))
        session.flush()
        for number, (state, attempts) in enumerate(
            (("dead", 9), ("due", 2), ("due", 0), ("accepted", 1), ("cancelled", 0)), 1
        ):
            session.add(
                DeliveryRow(
                    id=number,
                    kind="digest",
                    key=str(number),
                    subscription_id=1,
                    channel="post",
                    recipient="a@b.example",
                    planned_at=START,
                    state=state,
                    due_at=datetime.now(UTC) + timedelta(hours=1),
                    attempts=attempts,
                    accepted_at=None,
                    error="refused",
                )
            )
    page = desk.get(operator, "/deliveries").text
    assert re.findall(r'<button name="delivery" value="(\d+)"', page) == ["2", "1"]
    assert 'name="delivery"' not in desk.get(desk.session("auditor"), "/deliveries").text
    for number, answer in ((1, "yes"), (2, "yes"), (3, "no"), (4, "no"), (5, "no"), (99, "no")):
        sent = desk.post(operator, "/deliveries/again", delivery=number)
        assert sent.headers["location"] == f"/deliveries?again={answer}#delivery-{number}"
    assert "The message will be sent again." in desk.get(operator, "/deliveries?again=yes").text
    now = datetime.now(UTC)
    assert {waiting.id for waiting in open_deliveries(desk.archive.reader, now) if waiting.is_due} == {1, 2}
    assert [entry.about for entry in accesses(desk.archive.reader, 9)] == ["2", "1"]
