"""Tests messages about random histories. The messages to a reader form a series: the later text of a message is the
earlier text of the next message, and the last message ends with the current text. No message is false.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from archive.storage.database import open_archive
from notifier.audience.planning import ROUNDUP_FROM
from tests.chance import seeded
from tests.notifier.histories import History
from tests.notifier.sink import Sink
from tests.smtp import MailServer

HISTORIES = 2_000 if os.environ.get("CLAUSEWATCH_LONG") else 15


def test_messages_to_each_reader_lead_to_the_current_text_and_no_message_is_false(
    empty_archive: Path, tmp_path: Path, mail: MailServer, hook: Sink
) -> None:
    messages = 0
    for number in range(HISTORIES):
        mail.received.clear()
        hook.taken.clear()
        hook.received.clear()
        place = shutil.copyfile(empty_archive, tmp_path / "watch.db")
        with open_archive(f"sqlite:///{place}") as archive:
            few = 2 if number % 2 else ROUNDUP_FROM  # the two policies share a message in every other history
            history = History(archive, mail, hook, seeded(f"history {number}"), roundup_from=few)
            assert history.run() == [], f"history {number}"
        messages += history.messages
        for file in tmp_path.glob("watch.db*"):
            file.unlink()
    assert messages > 4 * HISTORIES
