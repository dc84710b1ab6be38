"""Tests prose on a page that the extraction leaves out.

When this prose changes, the archive keeps the prose and the page as evidence, and reports the change once.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from archive.evidence.verification import Tally, verify
from archive.questions.status import statuses
from archive.questions.watch_problems import troubles
from archive.storage.database import Archive
from archive.storage.tables import ChainEntryRow, FetchRow, KnownPageRow, LeftOutRow
from tests.crawler.looking import BASE, SOLD, Watch

HIRED = "<footer><p>We share your personal data with the agency that finds our rope makers.</p></footer>"
WIND = "<footer><p>The ropewalk is closed while the wind blows from the north, and on Sundays in June.</p></footer>"


def beside(footer: str, page: str = BASE) -> str:
    return page.replace("</main>", f"</main>{footer}")


def rows(archive: Archive) -> list[LeftOutRow]:
    with archive.reading() as session:
        return list(session.scalars(select(LeftOutRow).order_by(LeftOutRow.id)))


def test_each_version_has_its_left_out_prose(archive: Archive) -> None:
    watch = Watch(archive)
    assert [watch.visit(page) for page in (beside(HIRED), beside(HIRED, SOLD))] == ["changed", "changed"]
    first, second = rows(archive)
    assert first.hashes == second.hashes
    assert (len(first.hashes), first.came, first.gone, second.differences) == (1, [], [], 0)
    assert "We share your personal data with the agency" in first.watched[0][0]


def test_prose_that_is_not_watched_leaves_no_trace(archive: Archive) -> None:
    watch = Watch(archive)
    assert [watch.visit(page) for page in (BASE, beside(WIND))] == ["changed", "unchanged"]
    assert len(rows(archive)) == 1


def test_when_watched_prose_appears_the_page_is_kept_and_sealed(archive: Archive) -> None:
    watch = Watch(archive)
    assert [watch.visit(page) for page in (BASE, beside(HIRED))] == ["changed", "unchanged"]
    _, row = rows(archive)
    assert (row.differences, row.came[0][1]) == (1, ["sharing"])
    with archive.reading() as session:
        fetch = session.get_one(FetchRow, row.fetch_id)
        assert (fetch.outcome, fetch.snapshot_sha256) == ("unchanged", fetch.body_sha256)
        entry = session.scalar(
            select(ChainEntryRow).where(ChainEntryRow.kind == "left_out", ChainEntryRow.row_id == row.id)
        )
        assert entry is not None
    assert list(verify(archive, Tally())) == []


def test_flapping_prose_is_recorded_each_time_and_reported_as_one_trouble(archive: Archive) -> None:
    watch = Watch(archive)
    pages = (BASE, beside(HIRED), BASE, beside(HIRED), beside(HIRED))
    assert [watch.visit(page) for page in pages] == ["changed", *["unchanged"] * 4]
    assert [row.differences for row in rows(archive)] == [0, 1, 1, 1]
    found = troubles(archive, statuses(archive, watch.now), 3)
    assert [(each.kind, each.topics) for each in found] == [("left-out", ("sharing",))]
    assert "“We share your personal data with the agency" in found[0].detail


def test_fingerprints_are_deleted_when_prose_appears_beside_the_policy(archive: Archive) -> None:
    watch = Watch(archive)
    watch.visit(BASE)
    watch.visit(beside(HIRED))
    with archive.reading() as session:
        kept = session.scalars(select(KnownPageRow.exact)).all()
    assert len(kept) <= 1


def test_the_first_left_out_prose_of_an_older_archive_is_not_reported(archive: Archive) -> None:
    watch = Watch(archive)
    watch.visit(BASE)
    with archive.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM left_out")
        connection.exec_driver_sql("DELETE FROM chain_entry WHERE kind = 'left_out'")
    watch.visit(beside(HIRED), timedelta(days=1))
    (row,) = rows(archive)
    assert (row.differences, len(row.watched)) == (0, 1)
