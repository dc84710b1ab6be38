"""Tests what happens after a backup was restored. Nobody is notified twice, and later changes are reported."""

from __future__ import annotations

from archive.storage.database import Archive
from archive.upkeep.restores import note_restored
from notifier import outbox
from tests.archive.visits import START
from tests.notifier.changes import WILL_NOT
from tests.notifier.outbox.test_returns import DAY, DESK, show


def test_the_first_change_after_a_restore_alerts_nobody_and_the_second_change_alerts(archive: Archive) -> None:
    outbox.register(archive, [DESK], START)
    show(archive, 0, "A")
    note_restored(archive, START + DAY)
    show(archive, 2, "B", WILL_NOT)
    assert outbox.plan_alerts(archive, [DESK], START + 2 * DAY) == 0
    show(archive, 3, "C", WILL_NOT)
    assert outbox.plan_alerts(archive, [DESK], START + 3 * DAY) == 1


def test_messages_that_waited_in_the_backup_are_given_up_and_can_be_sent(archive: Archive) -> None:
    outbox.register(archive, [DESK], START)
    show(archive, 0, "A")
    show(archive, 1, "B", WILL_NOT)
    assert outbox.plan_alerts(archive, [DESK], START + DAY) == 1
    assert note_restored(archive, START + 2 * DAY) == 1
    assert outbox.open_deliveries(archive, START + 2 * DAY) == ()
    assert outbox.delivery_counts(archive).dead == 1
    assert outbox.revive(archive, START + 2 * DAY) == 1
