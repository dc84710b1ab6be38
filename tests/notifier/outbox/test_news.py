"""Tests news: changes to the list of policies. Subscribers get the news in their next digest, and operators get a
message.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model import Policy
from archive.recording.policies import synchronise
from archive.storage.database import Archive
from notifier import outbox
from notifier.audience.planning import Thresholds
from notifier.audience.subscriptions import Language, Subscriber, Target
from notifier.contents.digest import Digest
from notifier.contents.incident import IncidentNotice
from notifier.contents.welcome import Welcome
from notifier.outbox import Templates
from notifier.sending.composing import compose
from tests.archive.visits import HOUR, START, TEAHOUSE
from tests.notifier.changes import plain, record_first
from tests.notifier.reader import WEEKLY, Reader, days

BAKERY = replace(TEAHOUSE, name="Bakery", url="https://bakery.example/privacy", tags=("food",))
RENAMED = replace(TEAHOUSE, name="Tea Palace", renamed_from="Teahouse")
ADMIN = Subscriber("Admin", (Target("chat"),), topics=(), operator=True, welcome=False)
NEXT_MONDAY = START + days(7) + 2 * HOUR


@pytest.fixture
def reader(archive: Archive) -> Reader:
    """Return a reader with two subscribers. One subscriber gets a weekly digest, and the other subscriber is an
    operator. A run with one policy has registered both subscribers."""
    record_first(archive)
    known = Reader(archive, [WEEKLY, ADMIN], now=START + 3 * HOUR)
    run(known, TEAHOUSE)
    return known


def run(reader: Reader, *policies: Policy) -> None:
    """Start a run with these policies."""
    synchronise(reader.archive, policies, reader.now)
    outbox.register(reader.archive, reader.subscribers, reader.now)


def digest_at_monday(reader: Reader) -> Digest:
    (digest,) = (content for content in reader.at(NEXT_MONDAY) if isinstance(content, Digest))
    return digest


def operators_hear(reader: Reader) -> list[IncidentNotice]:
    """Plan messages to operators as a run does at its end, and return the new messages."""
    outbox.plan_incidents(
        reader.archive,
        reader.subscribers,
        reader.now,
        channels=("desk", "chat"),
        thresholds=Thresholds(),
        templates=Templates(),
    )
    return [content for content in reader.told() if isinstance(content, IncidentNotice)]


def test_each_change_to_the_list_is_a_line_in_the_next_digest_only(reader: Reader) -> None:
    run(reader, TEAHOUSE, BAKERY)
    run(reader, RENAMED, BAKERY)
    run(reader, RENAMED)
    digest = digest_at_monday(reader)
    events = [(news.event, news.policy, news.former) for news in digest.account.news]
    assert events == [("added", "Bakery", ""), ("renamed", "Tea Palace", "Teahouse"), ("removed", "Bakery", "")]
    message = compose(digest)
    for text in (message.text, message.html, plain(message)):
        assert "Tea Palace: renamed, before Teahouse (2 March 2026)" in text
        assert "Bakery: no longer watched (2 March 2026)" in text
    (later,) = (content for content in reader.at(NEXT_MONDAY + days(7)) if isinstance(content, Digest))
    assert later.account.news == ()
    assert "list of policies" not in compose(later).text


def test_a_digest_in_indonesian_has_the_news_in_indonesian(reader: Reader) -> None:
    run(reader, RENAMED)
    assert "Tea Palace: berganti nama, sebelumnya Teahouse" in compose(digest_at_monday(reader), "id").text


def test_operators_get_all_news_once_in_one_message(reader: Reader) -> None:
    run(reader, BAKERY)
    (notice,) = operators_hear(reader)
    assert [(incident.event, incident.about) for incident in notice.report.incidents] == [
        ("added", "Bakery"),
        ("removed", "Teahouse"),
    ]
    message = compose(notice)
    assert message.subject == "Clausewatch: 2 changes in the list of policies"
    assert "no longer watched" in message.text
    assert "Each problem is reported" not in message.text
    assert operators_hear(reader) == []


@pytest.mark.parametrize(
    ("language", "subject", "headline"),
    [
        ("en", "Clausewatch, list of policies: Bakery added", "In the list of policies: Bakery, added."),
        ("id", "Clausewatch, daftar kebijakan: Bakery ditambahkan", "Pada daftar kebijakan: Bakery, ditambahkan."),
    ],
)
def test_the_subject_about_one_policy_says_what_happened_in_the_list(
    reader: Reader, language: Language, subject: str, headline: str
) -> None:
    run(reader, TEAHOUSE, BAKERY)
    [notice] = operators_hear(reader)
    message = compose(notice, language)
    assert message.subject == subject
    assert headline in message.text


def test_a_policy_that_is_configured_again_is_news_too(reader: Reader) -> None:
    run(reader, BAKERY)
    run(reader, BAKERY, TEAHOUSE)
    assert [news.event for news in digest_at_monday(reader).account.news] == ["added", "removed", "returned"]


def test_a_subscriber_gets_news_of_policies_that_the_subscription_covers_or_covered_before(reader: Reader) -> None:
    named = replace(WEEKLY, name="Buyer", policies=("Teahouse",))
    tagged = replace(WEEKLY, name="Cook", policies=("tag:food",))
    reader.subscribers = [named, tagged]
    run(reader, TEAHOUSE)
    reader.subscribers = [replace(named, policies=("Bakery",)), tagged]  # the file may no longer name the teahouse
    run(reader, BAKERY)
    heard = {
        content.subscriber: [(news.event, news.policy) for news in content.account.news]
        for content in reader.at(NEXT_MONDAY)
        if isinstance(content, Digest)
    }
    assert heard == {"Buyer": [("added", "Bakery"), ("removed", "Teahouse")], "Cook": [("added", "Bakery")]}


def test_a_new_subscriber_gets_no_news_from_the_time_before_the_subscription(archive: Archive) -> None:
    reader = Reader(archive, [], now=START)
    reader.subscribers = [WEEKLY, replace(ADMIN, digest=WEEKLY.digest)]
    run(reader, TEAHOUSE, BAKERY)
    assert operators_hear(reader) == []
    assert [content.account.news for content in reader.at(NEXT_MONDAY) if isinstance(content, Digest)] == [(), ()]


def test_news_is_not_lost_if_a_run_dies_before_it_registers_the_subscribers(reader: Reader) -> None:
    synchronise(reader.archive, [TEAHOUSE, BAKERY], reader.now)
    run(reader, TEAHOUSE, BAKERY)
    assert [news.policy for news in digest_at_monday(reader).account.news] == ["Bakery"]


def test_reading_the_configuration_twice_makes_no_news(reader: Reader) -> None:
    run(reader, TEAHOUSE)
    run(reader, TEAHOUSE)
    assert operators_hear(reader) == []
    assert digest_at_monday(reader).account.news == ()


def test_a_pause_and_the_end_of_a_pause_are_news(reader: Reader) -> None:
    run(reader, replace(TEAHOUSE, paused=True))
    run(reader, TEAHOUSE)
    digest = digest_at_monday(reader)
    assert [news.event for news in digest.account.news] == ["paused", "resumed"]
    assert "Teahouse: paused, so not fetched (2 March 2026)" in compose(digest).text
    assert "Teahouse: no longer paused (2 March 2026)" in compose(digest).text


def test_the_first_message_lists_the_policies_and_no_other_message_says_that_they_were_added(archive: Archive) -> None:
    """The subscription existed before any policy, as after `init` and before `find --add`."""
    subscriber = replace(ADMIN, topics=("sharing",), digest=WEEKLY.digest, welcome=True)
    reader = Reader(archive, [subscriber], now=START)
    run(reader, TEAHOUSE, BAKERY)
    reader.visited(1)
    reader.failed(BAKERY)
    (welcome,) = reader.told()
    assert isinstance(welcome, Welcome)
    assert [watched.policy for watched in welcome.inception.policies] == ["Teahouse", "Bakery"]
    assert operators_hear(reader) == []
    assert digest_at_monday(reader).account.news == ()
    run(reader, TEAHOUSE)
    (removed,) = operators_hear(reader)
    assert [incident.event for incident in removed.report.incidents] == ["removed"]
