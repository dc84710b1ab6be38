"""Tests what the commands say about second looks and about texts that return."""

from __future__ import annotations

from pathlib import Path

from archive.model import AssessedFetch
from archive.recording.recorder import record
from differ.visits.assessment import Assessment
from tests.archive.visits import HOUR, JUDGED, START, fetched, seen, written
from tests.clausewatch.watched import answered, call, opened, watched
from tests.crawler.looking import BASE, NO_RIGHTS
from tests.desk import Desk
from tests.server import serving
from tests.smtp import mail_server


def test_status_says_that_a_change_is_pending(tmp_path: Path) -> None:
    path = watched(tmp_path)
    odd = Assessment("pending", detail="Half of it is gone.", document=written("Nobody."), identity="e1")
    with opened(tmp_path) as archive:
        record(archive, AssessedFetch(fetched(START + 50 * HOUR), odd, 2), START)
    said = " ".join(call(path, "status").stdout.split())
    assert "Teahouse: a change is pending since 2026-03-04 08:00 UTC (1 check) and waits for a second look" in said
    assert "Half of it is gone. Version 2, last seen on 2026-03-04 06:00 UTC, remains current." in said
    (row,) = answered(path, "status")
    assert (row["health"], row["pending"]["visits"], row["flapping"]) == ("pending", 1, False)


def test_history_says_which_texts_returned_flapped_or_are_unconfirmed(tmp_path: Path) -> None:
    path = watched(tmp_path)
    texts = ("Only our cooks see your orders.", "Our cooks and our partners see your orders.")
    with opened(tmp_path) as archive:
        for place in range(2):
            at = START + (60 + place) * HOUR
            text = written(texts[0]) if place == 0 else written("Nobody sees them.")
            found = seen(at, text, 2 + place, JUDGED)
            assert found.assessment is not None
            record(archive, found, at)
    assert "back to the text of 2026-03-02 06:00 UTC (version 1)" in call(path, "history").stdout
    rows = answered(path, "history")
    assert {row["version"]: row["returns_to"] for row in rows} == {1: None, 2: None, 3: 1, 4: None}


def test_an_odd_change_is_reported_after_the_second_run(tmp_path: Path) -> None:
    """The first run records the change as pending.

    The next run confirms and reports the change. In this test the policy is due again at once.
    """
    desk = Desk(tmp_path)
    with serving() as site, mail_server() as mail:
        address = site.serve("/privacy", BASE)
        desk.configure({"Ropewalk": address}, mail=mail.url, crawl={"confirm_after": '"0 s"'})
        assert desk.clausewatch("run").out == "1 policy checked: 1 first seen\n"
        site.serve("/privacy", NO_RIGHTS)
        first = desk.clausewatch("run", "--all")
        assert (first.code, first.out) == (0, "1 policy checked: 1 pending\n")
        assert mail.received == []
        second = desk.clausewatch("run")
        assert second.out == "1 policy checked: 1 changed (1 material); 1 alert sent\n"
        assert len(mail.received) == 1
