"""Tests subscriptions that are made, removed and erased with the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.storage.database import Archive
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target
from notifier.audience.timing import Quiet, Schedule
from notifier.channels.outcome import Failed
from notifier.contents.change_notice import Notice
from tests.archive.visits import HOUR, START
from tests.notifier.changes import CONSENT, record_change, record_first
from tests.notifier.reader import WEEKLY, Reader, days

ANNA = Subscriber(
    "Annegret Zwiebelmann",
    (Target("desk", "zwiebelmann@post.example"), Target("chat")),
    topics=("sharing", "retention"),
    severity="medium",
    policies=("tag:vendor",),
    clauses=("III",),
    language="id",
    alerts="digest",
    digest=Schedule("daily", day=3),
    quiet=Quiet.parse("22:00-06:30"),
    timezone="Asia/Jakarta",
    operator=True,
)
TRACES = ("Annegret", "Zwiebelmann", "zwiebelmann@post")


@pytest.fixture
def reader(archive: Archive) -> Reader:
    """Return an archive with one policy, which was read, and without a subscriber in the configuration."""
    record_first(archive)
    return Reader(archive, [], now=START + 3 * HOUR)


def subscribe(reader: Reader, subscriber: Subscriber, by: str = "root") -> None:
    outbox.add_subscription(reader.archive, subscriber, by, reader.now)


def test_a_subscription_is_stored_as_it_was_made(reader: Reader) -> None:
    subscribe(reader, ANNA)
    assert outbox.made(reader.archive) == (outbox.Made(ANNA, "root", reader.now),)
    assert outbox.everyone(reader.archive, [WEEKLY]) == (WEEKLY, ANNA)


def test_a_subscription_covers_changes_recorded_after_it_was_made(reader: Reader) -> None:
    plain = replace(WEEKLY, name="Anna", digest=None)
    record_change(reader.archive, CONSENT)
    subscribe(reader, plain)
    assert reader.told() == []
    record_change(reader.archive, CONSENT)
    (alert,) = reader.told()
    assert isinstance(alert, Notice)
    assert (alert.subscriber, alert.later.number) == ("Anna", 3)


def test_a_run_keeps_subscriptions_from_the_command_line(reader: Reader) -> None:
    subscribe(reader, ANNA)
    outbox.register(reader.archive, [WEEKLY], reader.now)
    assert [each.subscriber for each in outbox.made(reader.archive)] == [ANNA]


def test_a_name_can_be_used_only_once(reader: Reader) -> None:
    subscribe(reader, ANNA)
    with pytest.raises(outbox.NameTakenError):
        subscribe(reader, replace(ANNA, language="en"))


def test_a_name_that_was_removed_from_the_configuration_can_be_used(reader: Reader) -> None:
    outbox.register(reader.archive, [replace(WEEKLY, name=ANNA.name)], reader.now)
    subscribe(reader, ANNA)
    outbox.register(reader.archive, [], reader.now)
    assert [each.subscriber for each in outbox.made(reader.archive)] == [ANNA]


def test_a_removed_subscription_sends_nothing_and_can_be_made_again(reader: Reader) -> None:
    plain = replace(WEEKLY, name="Anna", digest=None)
    subscribe(reader, plain)
    record_change(reader.archive, CONSENT)
    outbox.plan_alerts(reader.archive, [], reader.now)
    assert outbox.remove_subscription(reader.archive, "Anna", reader.now) == 1
    assert reader.told() == []
    assert outbox.delivery_counts(reader.archive) == outbox.DeliveryCounts(waiting=0, dead=0)
    with pytest.raises(outbox.NoSubscriptionError):
        outbox.remove_subscription(reader.archive, "Anna", reader.now)
    subscribe(reader, plain)
    assert reader.told() == []
    record_change(reader.archive, CONSENT)
    assert len(reader.told()) == 1


def test_the_command_line_cannot_remove_a_subscription_of_the_configuration(reader: Reader) -> None:
    outbox.register(reader.archive, [WEEKLY], reader.now)
    with pytest.raises(outbox.NoSubscriptionError):
        outbox.remove_subscription(reader.archive, WEEKLY.name, reader.now)


def told_all_there_is(reader: Reader) -> None:
    """Make a person subscribe and get a first message, an alert and a digest. A further delivery to the person's
    address fails and stays in the archive.
    """
    subscribe(reader, replace(ANNA, alerts="at once", quiet=None), by="Annegret")
    for number in range(20):  # enough rows for more than one page of the database file
        record_change(reader.archive, CONSENT, policy=f"House {number}")
    assert len(reader.told()) == 42
    record_change(reader.archive, CONSENT)
    reader.now = START + days(2)
    outbox.plan_alerts(reader.archive, [], reader.now)
    outbox.plan_digests(reader.archive, [], reader.now)
    delivery, *_ = outbox.open_deliveries(reader.archive, reader.now)
    claimed = outbox.claim(reader.archive, delivery.id, reader.now)
    assert claimed is not None
    outbox.note_failed(reader.archive, claimed, reader.now, Failed("550 no zwiebelmann@post.example here"))


def held(archive: Archive) -> bytes:
    """Return all bytes of the database's files."""
    location = archive.engine.url.database
    assert location is not None
    if archive.engine.dialect.name == "sqlite":
        return b"".join(file.read_bytes() for file in Path(location).parent.glob(f"{Path(location).name}*"))
    with archive.engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        files = "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class WHERE relkind IN ('r', 'i', 't')"
        mine = f"{files} AND pg_relation_filepath(oid) LIKE 'base/%'"
        return b"".join(bytes(content) for content in connection.execute(text(mine)).scalars())


def test_an_erased_person_is_in_no_file_of_the_database(reader: Reader) -> None:
    """The name and the address are in no row, in no free page and in no log of the database. The record that
    messages were sent stays."""
    told_all_there_is(reader)
    alerts = {alert.id for each in reader.told() if isinstance(each, Notice) for alert in each.alerts}
    if reader.archive.engine.dialect.name == "postgresql":
        with reader.archive.engine.begin() as connection:
            connection.execute(
                text("ANALYZE")
            )  # PostgreSQL may do this at any time, and then stores frequent values of a column
    before = held(reader.archive)
    assert all(trace.encode() in before for trace in TRACES)
    assert alerts
    erased = outbox.erase_person(reader.archive, ANNA.name, reader.now)
    assert erased is not None
    assert (erased.alerts, erased.also_at) == (21, ())
    after = held(reader.archive)
    assert not [trace for trace in (*TRACES, *alerts) if trace.encode() in after]
    assert b"forgotten" in after
    assert reader.told() == []
    assert outbox.made(reader.archive) == ()


def test_an_erased_person_can_subscribe_again_as_somebody_new(reader: Reader) -> None:
    plain = replace(WEEKLY, name="Anna", digest=None)
    subscribe(reader, plain)
    assert outbox.erase_person(reader.archive, "Anna", reader.now) is not None
    assert outbox.erase_person(reader.archive, "Anna", reader.now) is None
    subscribe(reader, plain)
    record_change(reader.archive, CONSENT)
    assert len(reader.told()) == 1


def test_erasing_reports_an_address_that_a_second_subscription_has(reader: Reader) -> None:
    mine = replace(WEEKLY, name="Anna", digest=None)
    subscribe(reader, mine)
    subscribe(reader, replace(mine, name="Team"))
    record_change(reader.archive, CONSENT)
    reader.told()
    erased = outbox.erase_person(reader.archive, "Anna", reader.now)
    assert erased is not None
    assert erased.also_at == ("Team",)
