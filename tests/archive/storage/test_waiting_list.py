"""Tests that the list of waiting findings always agrees with the findings, alerts and reviews."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from archive.model import Review, ReviewKind
from archive.recording.recorder import record
from archive.recording.reviews import add_review
from archive.storage.database import Archive, open_archive
from archive.storage.tables import AlertRow, ChangeRow, FindingRow, NetChangeRow, SubscriptionRow, WaitingRow
from archive.storage.waiting_list import waiting_findings
from differ.model import SEVERITIES, Comparison, Finding, Timing
from tests.archive.older import make_older
from tests.archive.visits import HOUR, SHARING, START, TEAHOUSE, record_two_versions, seen, watch, written

BAKERY = replace(TEAHOUSE, name="Bakery", url="https://bakery.example/privacy")
KINDS: tuple[ReviewKind, ...] = ("acknowledge", "false-alarm", "comment", "take-back")


def listed(session: Session) -> list[tuple[object, ...]]:
    columns = WaitingRow.__table__.c
    return [tuple(row) for row in session.execute(select(*columns).order_by(columns.finding_id))]


def derived(session: Session) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.execute(waiting_findings(true()).order_by(FindingRow.id))]


def numbers(archive: Archive) -> list[int]:
    with archive.reading() as session:
        assert listed(session) == derived(session)
        return list(session.scalars(select(WaitingRow.finding_id).order_by(WaitingRow.finding_id)))


def finding(random: Random) -> Finding:
    """Return a finding. Few words are used, so that findings repeat each other."""
    word = random.choice(("cooks", "partners"))
    severity = random.choice(SEVERITIES)
    return replace(SHARING, material=random.random() < 0.6, severity=severity, after=f"Our {word} see your orders.")


def subscribe(archive: Archive) -> int:
    with archive.writing() as session:
        row = SubscriptionRow(subscriber="Ratna", scope={}, since=START)
        session.add(row)
        session.flush()
        return row.id


def alert(archive: Archive, subscription: int, finding: int) -> None:
    with archive.writing() as session:
        row = AlertRow(id=f"{finding:x}", finding_id=finding, subscription_id=subscription, planned_at=START)
        session.add(row)


@pytest.mark.parametrize("seed", range(3))
def test_the_list_agrees_after_any_series_of_records(archive: Archive, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    watch(archive, TEAHOUSE, BAKERY)
    subscription, alerted, recorded = subscribe(archive), set[int](), 0
    numbers_of = {"Teahouse": 0, "Bakery": 0}
    for step in range(40):
        at, policy = START + step * HOUR, random.choice(("Teahouse", "Bakery"))
        if random.random() < 0.5 or not recorded:
            findings = tuple(finding(random) for _ in range(random.randint(1, 3)))
            judged = Comparison(
                changed=True, findings=findings, timing=Timing(effective=START.date() if step % 3 else None)
            )
            number = numbers_of[policy]
            visit = seen(at, written(f"Edition {step}."), number or None, judged if number else None)
            record(archive, replace(visit, fetch=replace(visit.fetch, policy=policy)), at)
            numbers_of[policy] += 1
            recorded += len(findings) if number else 0
        elif random.random() < 0.4:
            chosen = random.randint(1, recorded)
            if chosen not in alerted:
                alerted.add(chosen)
                alert(archive, subscription, chosen)
        else:
            add_review(archive, Review(random.randint(1, recorded), random.choice(KINDS), "", by="Ratna", at=at))
        numbers(archive)
    assert recorded > 10


def test_a_finding_that_was_sent_to_somebody_waits(archive: Archive) -> None:
    record_two_versions(archive)
    assert numbers(archive) == [1]
    alert(archive, subscribe(archive), 2)
    assert numbers(archive) == [1, 2]


def test_findings_of_a_net_change_do_not_wait(archive: Archive) -> None:
    record_two_versions(archive)
    with archive.writing() as session:
        step = session.get_one(ChangeRow, 1)
        net = ChangeRow(
            version_id=step.version_id, material=True, severity="high", topics=[], judged_by="lexicon", coarse=False,
            timing={}, drift=[], recorded_at=START,
        )  # fmt: skip
        session.add(net)
        session.flush()
        session.add(NetChangeRow(change_id=net.id, earlier_id=1))
        columns = {
            column.name: getattr(session.get_one(FindingRow, 1), column.name) for column in FindingRow.__table__.c
        }
        session.add(FindingRow(**columns | {"id": None, "change_id": net.id}))
    assert numbers(archive) == [1]


def test_nothing_is_listed_if_the_transaction_is_rolled_back(archive: Archive) -> None:
    with archive.rehearsal() as rehearsed:
        record_two_versions(rehearsed)
        assert numbers(rehearsed) == [1]
    assert numbers(archive) == []


def test_an_older_archive_is_listed_when_it_is_upgraded(unmade_database_url: str, tmp_path: Path) -> None:
    make_older(unmade_database_url, "0016", tmp_path)
    with open_archive(unmade_database_url) as archive:
        assert numbers(archive) == [1]
