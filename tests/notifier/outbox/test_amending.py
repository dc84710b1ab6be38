"""Tests that waiting messages follow the texts, and that a pass without waiting messages changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from archive.storage.database import Archive, open_archive
from notifier import outbox
from notifier.contents.change_notice import Notice
from notifier.texts.alert import alert_message
from tests.notifier.changes import NOW, WILL_NOT, record_change, record_first
from tests.notifier.reader import Reader


def test_a_pass_without_waiting_messages_does_not_wait_for_a_process_that_writes(
    archive: Archive, database_url: str
) -> None:
    record_first(archive)
    with ThreadPoolExecutor(1) as pool, open_archive(database_url) as other, other.writing():
        pool.submit(outbox.amend, archive, {}, {}, NOW).result(timeout=20)


def test_a_message_says_that_the_policy_changed_and_changed_back_before(archive: Archive) -> None:
    record_first(archive)
    reader = Reader(archive)
    record_change(archive, WILL_NOT)
    record_change(archive, back_to=1)
    record_change(archive, WILL_NOT)
    (notice,) = reader.told()
    assert isinstance(notice, Notice)
    assert (notice.same_as, notice.earlier.number, notice.later.number) == (1, 3, 4)
    assert "Versions 1 and 3 have the same text" in " ".join(alert_message(notice).text.split())
    assert "Versi 1 dan versi 3 memuat teks yang sama" in " ".join(alert_message(notice, "id").text.split())
