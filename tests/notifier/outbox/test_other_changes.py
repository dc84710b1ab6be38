"""Tests that an alert also names the changes that its reader did not ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.storage.database import Archive
from notifier.audience.subscriptions import Language, Subscriber
from notifier.contents.change_notice import Notice
from notifier.sending.composing import compose
from notifier.texts.wording import MOST_UNSORTED
from tests.notifier.changes import NOW, WILL_NOT, clause, record_change, record_first
from tests.notifier.reader import DESK, Reader

STAYS = replace(clause("[-Your data stays in Ghent.-]"), topic="other", material=False, severity="low", section="Where")
KEPT = replace(clause("We keep it for [-one year-]{+ten years+}."), topic="retention", material=False, severity="low")


@pytest.fixture
def reader(archive: Archive) -> Reader:
    """Return an officer who gets alerts at once, and one policy."""
    record_first(archive)
    return Reader(archive, [Subscriber("Officer", (DESK,), welcome=False)])


@pytest.mark.parametrize(
    ("language", "removed", "others"),
    [
        ("en", "in “Where”: removed is “Your data stays in Ghent.”", "which you did not ask for: retention 1."),
        ("id", "di “Where”: “Your data stays in Ghent.” dihapus", "yang tidak Anda minta: masa penyimpanan data (1)."),
    ],
)
def test_an_alert_names_the_other_changes_of_the_version(
    reader: Reader, language: Language, removed: str, others: str
) -> None:
    record_change(reader.archive, WILL_NOT, STAYS, KEPT)
    (notice,) = reader.at(NOW)
    assert isinstance(notice, Notice)
    text = " ".join(compose(notice, language).text.split())
    assert removed in text
    assert others in text
    many = replace(notice, unsorted=(STAYS,) * (MOST_UNSORTED + 2))
    text = " ".join(compose(many, language).text.split())
    assert text.count(removed) == MOST_UNSORTED
    assert {"en": "2 more edits of unknown topic", "id": "2 perubahan lain"}[language] in text


def test_an_alert_about_all_findings_names_no_others(reader: Reader) -> None:
    record_change(reader.archive, WILL_NOT)
    (notice,) = reader.at(NOW)
    assert isinstance(notice, Notice)
    assert (notice.unsorted, notice.other_topics) == ((), ())
    assert "did not ask for" not in compose(notice, "en").text
