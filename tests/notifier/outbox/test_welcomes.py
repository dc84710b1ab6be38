"""Tests first messages. Each target gets one first message, as soon as the policies were visited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.evidence import chain
from archive.recording.recorder import record
from archive.storage.database import Archive
from differ.judgement.inventory import inventory
from document.model import Block, Document, Section
from notifier import outbox
from notifier.audience.planning import ABSENCE
from notifier.audience.subscriptions import Language, Subscriber, Target
from notifier.audience.timing import Quiet, Schedule
from notifier.contents.welcome import MOST_NAMES, Welcome, promises
from notifier.outbox.welcomes import LONGEST_WAIT
from notifier.sending.composing import compose
from tests.archive.visits import HOUR, START, TEAHOUSE, seen
from tests.notifier.changes import CONSENT, plain, record_change, record_first
from tests.notifier.reader import DESK, Reader, days

NEW = Subscriber("Privacy desk", (DESK,))
BAKERY = replace(TEAHOUSE, name="Bakery", url="https://bakery.example/privacy", tags=())


def policy(*sections: tuple[str, str], language: str = "en") -> Document:
    """Return a policy. Each of its sections has a heading and one paragraph."""
    made = (Section(head, "", 2, (head,), language, (Block("paragraph", text),)) for head, text in sections)
    return Document(sections=tuple(made), languages=(language,), title="Privacy")


RIGHTS = ("Your rights", "You have the right to access and delete your personal data.")
SHARED = ("Who receives your data", "We share your personal data with our advertising partners.")


@pytest.fixture
def reader(archive: Archive) -> Reader:
    """Return a new subscription, and a policy that no run has visited."""
    return Reader(archive, [NEW])


def only(told: list[outbox.MessageContent]) -> Welcome:
    (welcome,) = told
    assert isinstance(welcome, Welcome)
    return welcome


def test_the_first_message_comes_once_after_the_policies_were_visited(reader: Reader) -> None:
    assert reader.told() == []
    record_first(reader.archive)
    welcome = only(reader.told())
    (watched,) = welcome.inception.policies
    assert (watched.policy, watched.version, watched.since) == ("Teahouse", 1, START + HOUR)
    assert welcome.inception.head == str(chain.head(reader.archive))
    assert reader.told() == []


def test_the_first_message_waits_for_every_policy_but_not_forever(reader: Reader) -> None:
    reader.watch(TEAHOUSE, BAKERY)
    record_first(reader.archive)
    assert reader.told() == []
    welcome = only(reader.at(START + LONGEST_WAIT))
    assert [each.health for each in welcome.inception.policies] == ["well", "never checked"]


def test_the_first_message_names_a_policy_that_could_not_be_read(reader: Reader) -> None:
    reader.watch(TEAHOUSE, BAKERY)
    record_first(reader.archive)
    reader.failed(BAKERY)
    message = compose(only(reader.told()))
    for part in (message.text, message.html):
        assert "Could not be read" in part
        assert "Bakery: it did not answer within 30 s" in part
        assert "Not watched yet" in part


def test_an_added_target_gets_a_first_message_and_no_target_gets_a_second_first_message(reader: Reader) -> None:
    record_first(reader.archive)
    assert len(reader.told()) == 1
    reader.subscribers = [replace(NEW, via=(DESK, Target("chat")))]
    outbox.plan_welcomes(reader.archive, reader.subscribers, reader.now)
    (delivery,) = outbox.open_deliveries(reader.archive, reader.now)
    assert delivery.target == Target("chat")


def test_a_subscriber_without_welcome_gets_no_first_message(reader: Reader) -> None:
    reader.subscribers = [replace(NEW, welcome=False)]
    record_first(reader.archive)
    assert reader.told() == []


def test_a_subscription_that_returns_after_a_long_time_is_like_a_new_subscription(reader: Reader) -> None:
    """While the subscription was missing, some policies changed. The subscriber is not notified of these changes."""
    record_first(reader.archive)
    assert len(reader.told()) == 1
    outbox.register(reader.archive, [], reader.now)
    record_change(reader.archive, CONSENT)
    reader.now = START + ABSENCE + days(1)
    outbox.register(reader.archive, [NEW], reader.now)
    assert only(reader.told()).inception.policies[0].version == 2
    record_change(reader.archive, CONSENT)
    assert len(reader.told()) == 1


def test_the_first_message_names_rights_and_recipients_and_policies_without_a_section_on_rights(reader: Reader) -> None:
    reader.watch(TEAHOUSE, BAKERY)
    record(reader.archive, seen(START, policy(SHARED, RIGHTS), None), START)
    found = seen(START, policy(SHARED), None)
    record(reader.archive, replace(found, fetch=replace(found.fetch, policy="Bakery")), START)
    message = compose(only(reader.told()))
    assert "Rights named: access, deletion." in message.text
    assert "advertisers" in message.text
    assert "No section on rights: Bakery." in message.text
    assert "Rights named: none found." in message.text


def test_the_first_message_claims_nothing_about_a_policy_in_a_language_without_a_lexicon() -> None:
    text = policy(("Prawa", "Masz prawo dostępu."), language="pl")
    found = promises(text, inventory(text))
    assert (found.rights, found.unread_languages) == ((), ("pl",))


def test_the_first_message_only_counts_very_many_recipients() -> None:
    names = ", ".join(f"Firm{chr(65 + number)}{chr(97 + number)} Ltd" for number in range(MOST_NAMES + 5))
    text = policy(("Who receives your data", f"We share your personal data with {names}."))
    found = promises(text, inventory(text))
    assert len(found.recipients) == MOST_NAMES
    assert found.recipients_left_out > 0


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["each Friday at 17:30 (Asia/Jakarta)", "Between 22:00 and 07:00", "sharing and rights", "critical"]),
        ("id", ["setiap Jumat pukul 17.30 (Asia/Jakarta)", "pukul 22.00 dan 07.00", "pembagian data", "kritis"]),
    ],
)
def test_the_first_message_says_in_the_readers_language_what_was_asked_for(
    reader: Reader, language: str, said: list[str]
) -> None:
    friday = Schedule("weekly", at=Quiet.parse("17:30-18:00").start, day=4)
    asked = replace(NEW, digest=friday, alerts="digest", quiet=Quiet.parse("22:00-07:00"), timezone="Asia/Jakarta")
    reader.subscribers = [asked]
    record_first(reader.archive)
    reader.now = START + days(1)
    message = compose(only(reader.told()), "id" if language == "id" else "en")
    for part in (" ".join(message.text.split()), message.html, message.chat.head):
        for words in said:
            assert words in part


def test_words_of_a_page_are_inert_in_a_first_message(reader: Reader) -> None:
    hostile = "<script>alert(1)</script>\x1b[31m\u202e"
    reader.watch(replace(TEAHOUSE, name=hostile, renamed_from="Teahouse"))
    found = seen(START, policy(("Who receives your data", f"We share your data with Acme{hostile} Ltd.")), None)
    record(reader.archive, replace(found, fetch=replace(found.fetch, policy=hostile)), START)
    message = compose(only(reader.told()))
    assert "&lt;script&gt;" in message.html
    for forbidden in ("<script", "\x1b", "\u202e"):
        assert forbidden not in message.html
        assert forbidden == "<script" or forbidden not in message.text + message.chat.head


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Nobody is notified of changes on rights in: Teahouse."),
        ("id", "Tidak ada yang diberi tahu tentang perubahan hak subjek data dalam: Teahouse."),
    ],
)
def test_the_first_message_names_each_policy_without_a_subscriber_to_sharing_or_rights(
    reader: Reader, language: Language, line: str
) -> None:
    reader.subscribers = [
        replace(NEW, topics=("sharing",)),
        replace(NEW, name="Baker", policies=("Bakery",), welcome=False),
    ]
    reader.watch(TEAHOUSE, BAKERY)
    record_first(reader.archive)
    reader.now = START + LONGEST_WAIT
    reader.failed(BAKERY)
    welcome = only(reader.told())
    assert welcome.inception.unheard == (("Teahouse", ("rights",)),)
    message = compose(welcome, language)
    for text in (message.text, message.html, plain(message)):
        assert line in " ".join(text.split())
