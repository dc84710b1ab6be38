"""Tests alerts about the languages of a policy. The languages drift apart if one changes and the other does not. An
alert says that a drift begins or ends. Alerts in between do not mention the drift.
"""

from __future__ import annotations

from dataclasses import replace

from archive.storage.database import Archive
from notifier.contents.change_notice import Notice
from notifier.sending.composing import compose
from tests.archive.visits import SHARING
from tests.notifier.changes import record_change, record_first
from tests.notifier.reader import WEEKLY, Reader

ENGLISH, INDONESIAN = replace(SHARING, language="en"), replace(SHARING, language="id")


def notes(reader: Reader) -> str:
    """Send what is due, and return the text of the alert."""
    (notice,) = reader.told()
    assert isinstance(notice, Notice)
    return " ".join(compose(notice).text.split())


def test_drift_is_reported_at_its_beginning_and_end_and_not_while_it_lasts(archive: Archive) -> None:
    record_first(archive)
    reader = Reader(archive, [replace(WEEKLY, digest=None)])
    apart, together = "Only the English text changed; the Indonesian text did not.", "are together again"
    record_change(archive, ENGLISH, drift=("id",))
    assert apart in notes(reader)
    record_change(archive, ENGLISH, drift=("id",))
    text = notes(reader)
    assert "did not" not in text
    assert together not in text
    record_change(archive, INDONESIAN, drift=("en",))
    text = notes(reader)
    assert "The languages of the policy are together again; they had been apart since version 2." in text
    assert "Only the Indonesian text" not in text
    record_change(archive, ENGLISH, drift=("id",))
    assert apart in notes(reader)
