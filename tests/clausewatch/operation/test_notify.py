"""Tests `clausewatch notify` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.recording.policies import synchronise
from archive.storage.database import open_archive
from clausewatch.cli import main
from clausewatch.config import load
from clausewatch.operation.lock import only_run
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target
from tests.notifier.changes import WILL_NOT, record_change, record_first
from tests.smtp import MailServer, mail_server

CONFIGURATION = """
database = "sqlite:///watch.db"

[channels]
desk = "{channel}"

[[policy]]
name = "Teahouse"
url = "https://teahouse.example/privacy"
languages = ["en"]

[[subscriber]]
name = "Privacy desk"
via = [{via}]
welcome = false
"""


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


class Installation:
    """A folder with a configuration, and methods that call the command line for this folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clausewatch.toml"

    def configure(self, channel: str, via: str = '"desk:officer@example.org"') -> None:
        self.file.write_text(CONFIGURATION.format(channel=channel, via=via))

    def call(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["--config", str(self.file), *words])

    def record_a_change(self) -> None:
        """Record a material change that was not sent yet."""
        configuration = load(self.file)
        with open_archive(configuration.database) as archive:
            synchronise(archive, configuration.policies, datetime.now(UTC))
            record_first(archive)
            outbox.register(archive, configuration.subscribers, datetime.now(UTC))
            record_change(archive, WILL_NOT)


@pytest.fixture
def installation(tmp_path: Path, mail: MailServer) -> Installation:
    made = Installation(tmp_path)
    made.configure(mail.url)
    return made


def test_a_test_message_arrives_and_is_reported_as_accepted(installation: Installation, mail: MailServer) -> None:
    result = installation.call("notify", "test", "Privacy desk")
    assert result.exit_code == 0, result.output
    assert result.output == "desk:officer@example.org  accepted\n"
    assert mail.received[0].subject == "Clausewatch test message for Privacy desk"


def test_a_target_that_refuses_is_reported_with_its_reason(installation: Installation, mail: MailServer) -> None:
    installation.configure(mail.url, '"desk:officer@example.org", "desk:gone@example.org"')
    mail.refuses["gone@example.org"] = "550 no such mailbox"
    result = installation.call("notify", "test", "Privacy desk")
    assert result.exit_code == 1
    assert "desk:officer@example.org  accepted" in result.output
    assert "desk:gone@example.org     not accepted: the mail server answered 550 no such mailbox" in result.output


def test_an_unknown_subscriber_is_reported_with_the_nearest_name(installation: Installation) -> None:
    result = installation.call("notify", "test", "privacy desk")
    assert result.exit_code == 2
    assert "did you mean 'Privacy desk'?" in result.output


def test_a_channel_that_apprise_does_not_understand_is_reported_without_its_secret(installation: Installation) -> None:
    installation.configure("carrierpigeon://me:hunter22@loft.example")
    for words in (("test", "Privacy desk"), ("send",)):
        result = installation.call("notify", *words)
        assert result.exit_code == 2
        assert "channels.desk" in result.output
        assert "carrierpigeon" in result.output
        assert "hunter22" not in result.output


def test_send_delivers_waiting_messages_only_once(installation: Installation, mail: MailServer) -> None:
    installation.record_a_change()
    result = installation.call("notify", "send")
    assert (result.exit_code, result.output) == (0, "1 alert sent\n")
    assert mail.received[0].subject.startswith("[critical] Teahouse: sharing clause changed (")
    result = installation.call("notify", "send")
    assert (result.exit_code, result.output) == (0, "Nothing to send\n")


def test_send_does_not_wait_for_the_pause_after_a_failure(installation: Installation, mail: MailServer) -> None:
    installation.record_a_change()
    mail.stop()
    for _ in range(4):
        result = installation.call("notify", "send")
        assert result.exit_code == 0
        assert "0 messages sent, 1 to be retried" in result.output
        assert "no conversation with the mail server" in result.output
    mail.start()
    assert installation.call("notify", "send").output == "1 alert sent\n"
    assert len(mail.received) == 1


def test_a_given_up_message_is_reported_and_sent_again_on_request(installation: Installation, mail: MailServer) -> None:
    installation.record_a_change()
    mail.refuses["officer@example.org"] = "550 no such mailbox"
    result = installation.call("notify", "send")
    assert result.exit_code == 1
    assert "1 given up" in result.output
    mail.refuses.clear()
    assert installation.call("notify", "send").exit_code == 1
    result = installation.call("notify", "send", "--dead")
    assert (result.exit_code, result.output) == (0, "1 alert sent\n")


def test_send_does_nothing_during_a_run(installation: Installation, mail: MailServer) -> None:
    installation.record_a_change()
    with only_run(load(installation.file).database):
        assert installation.call("notify", "send").exit_code == 4
    assert mail.received == []


def test_messages_are_listed_with_the_reason_and_the_end_of_their_wait(
    installation: Installation, mail: MailServer
) -> None:
    assert installation.call("notify", "list").output == "No message was planned yet\n"
    mail.refuses["officer@example.org"] = "451 try again later"
    installation.record_a_change()
    installation.call("notify", "send")
    result = installation.call("notify", "list", "--policy", "Teahouse", "--target", "desk", "--state", "waiting")
    assert result.exit_code == 0, result.output
    assert "critical alert: Teahouse, version 2" in result.output
    assert "1 attempt, next from " in result.output
    assert "451 try again later" in result.output
    (row,) = json.loads(installation.call("notify", "list", "--format", "json").output)
    assert (row["state"], row["recipient"], row["accepted_at"]) == ("waiting", "officer@example.org", None)
    assert installation.call("notify", "list", "--state", "accepted").output == "No message like that\n"


def test_a_message_that_no_channel_can_send_is_a_trouble_at_once(installation: Installation, mail: MailServer) -> None:
    """A channel was renamed, but a subscription from the command line still has its old name.

    The check of the configuration does not find the old name, because only subscribers in the file are checked.
    """
    installation.record_a_change()
    mail.refuses["officer@example.org"] = "451 try again later"
    installation.call("notify", "send")
    configuration = load(installation.file)
    with open_archive(configuration.database) as archive:
        outbox.add_subscription(
            archive, Subscriber("Deputy", (Target("post"),), welcome=False), "ratna", datetime.now(UTC)
        )
        record_change(archive, WILL_NOT)
    result = installation.call("notify", "send")
    assert result.exit_code == 1
    line = "waiting: 1 critical alert waits for Deputy at post since "
    assert line in result.output
    status = installation.call("status", "--check")
    assert status.exit_code == 1
    assert line in status.output
    assert "the configuration names no channel 'post' (`clausewatch notify list` shows them)" in status.output
