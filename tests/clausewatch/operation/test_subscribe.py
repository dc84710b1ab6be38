"""Tests `subscribe`, `unsubscribe`, `subscriptions`, `subscribers forget` and `notify digest` as a user calls them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.recording.policies import synchronise
from archive.storage.database import Archive, open_archive
from clausewatch.cli import main
from clausewatch.config import load
from notifier import outbox
from tests.archive.visits import RETENTION
from tests.notifier.changes import WILL_NOT, record_change, record_first
from tests.smtp import MailServer, mail_server

CONFIGURATION = """
database = "sqlite:///watch.db"

[channels]
desk = "{channel}"
chat = "json://127.0.0.1:9/x"

[[policy]]
name = "Teahouse"
url = "https://teahouse.example/privacy"
tags = ["vendor"]
profile = "kenalan"

[[subscriber]]
name = "Privacy desk"
via = ["desk:officer@example.org"]
digest = "daily"
welcome = false
"""


class Installation:
    """A folder with a configuration, and methods that call the command line for this folder."""

    def __init__(self, folder: Path, mail: MailServer) -> None:
        self.file = folder / "clausewatch.toml"
        self.file.write_text(CONFIGURATION.format(channel=mail.url), encoding="utf-8")

    def run(self, *arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(main, ["--config", str(self.file), *arguments], input=answer)

    def archive(self) -> Archive:
        return open_archive(load(self.file).database)

    def begin(self) -> None:
        """Add the policies and the subscribers to the archive, as if a run had done that a week ago."""
        configuration = load(self.file)
        with self.archive() as archive:
            synchronise(archive, configuration.policies, datetime.now(UTC))
            outbox.register(archive, configuration.subscribers, datetime.now(UTC) - timedelta(days=7))
            record_first(archive)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def installed(tmp_path: Path, mail: MailServer) -> Installation:
    return Installation(tmp_path, mail)


def test_a_person_subscribes_is_listed_is_notified_and_unsubscribes(installed: Installation, mail: MailServer) -> None:
    installed.begin()
    made = installed.run("subscribe", "Anna", "--via", "desk:anna@example.org", "--tag", "vendor", "--no-welcome")
    assert (made.exit_code, made.stderr) == (0, "")
    assert "Anna is notified of material changes to sharing and rights, in tag:vendor (1 in all)" in made.stdout
    assert "Anna" in installed.run("subscriptions").stdout
    assert "Subscribed   Anna is notified of" in installed.run("config", "check").stdout
    assert installed.run("notify", "test", "Anna").exit_code == 0
    with installed.archive() as archive:
        record_change(archive, WILL_NOT)
    assert installed.run("notify", "send").exit_code == 0
    assert [each.recipients[0] for each in mail.received[1:]].count("anna@example.org") == 1
    assert installed.run("unsubscribe", "Anna").stdout == "Anna is no longer notified.\n"
    with installed.archive() as archive:
        record_change(archive, WILL_NOT)
    installed.run("notify", "send")
    assert [each.recipients[0] for each in mail.received[1:]].count("anna@example.org") == 1


def test_a_new_subscriber_gets_a_welcome_message(installed: Installation, mail: MailServer) -> None:
    installed.begin()
    installed.run("subscribe", "Anna", "--via", "desk:anna@example.org")
    installed.run("notify", "send")
    assert "Clausewatch now watches 1 policy for you" in [received.subject for received in mail.received]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--via", "nowhere:a@example.org", '--via: there is no channel "nowhere"; known: desk, chat'),
        ("--via", "desk:nobody", "'nobody' is not a recipient that mailto understands"),
        ("--via", "chat:me", "json channel takes no recipient"),
        ("--topic", "sharng", "did you mean 'sharing'?"),
        ("--clause", "IX", '--clause: no profile has a clause "IX"'),
        ("--policy", "Teahose", "did you mean 'Teahouse'?"),
        ("--tag", "bank", '--policy: no policy has the tag "bank"; known: vendor'),
        ("--quiet", "22", "--quiet: "),
        ("--timezone", "Asia/Jakata", "--timezone: "),
        ("--digest-at", "08:00", 'add digest = "daily" or "weekly"'),
        ("--alerts", "digest", 'add digest = "daily" or "weekly"'),
    ],
)
def test_a_meaningless_value_is_refused_with_its_option(
    installed: Installation, option: str, value: str, said: str
) -> None:
    refused = installed.run("subscribe", "Anna", "--via", "desk:anna@example.org", option, value)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert json.loads(installed.run("subscriptions", "--format", "json").stdout)[1:] == []


@pytest.mark.parametrize("name", ["Privacy desk", "privacy  DESK", "Anna", "anna"])
def test_a_name_that_differs_only_in_spelling_from_a_subscriber_is_refused(installed: Installation, name: str) -> None:
    installed.run("subscribe", "Anna", "--via", "desk:anna@example.org")
    refused = installed.run("subscribe", name, "--via", "desk:other@example.org")
    assert refused.exit_code == 2
    assert "choose another name" in refused.stderr


def test_a_run_refuses_a_name_that_is_in_the_file_and_subscribed_and_says_how_to_fix_it(
    installed: Installation,
) -> None:
    installed.run("subscribe", "Anna", "--via", "desk:anna@example.org")
    with installed.file.open("a", encoding="utf-8") as file:
        file.write('[[subscriber]]\nname = "Anna"\nvia = ["chat"]\n')
    for command in (["run"], ["config", "check"]):
        refused = installed.run(*command)
        assert refused.exit_code == 2
        assert "clausewatch unsubscribe 'Anna'" in refused.stderr


def test_a_subscription_that_no_longer_covers_a_policy_is_reported(installed: Installation) -> None:
    installed.run("subscribe", "Anna", "--via", "chat", "--tag", "vendor")
    text = installed.file.read_text(encoding="utf-8")
    kept = text.replace('tags = ["vendor"]\n', "").replace('chat = "json://127.0.0.1:9/x"\n', "")
    installed.file.write_text(kept, encoding="utf-8")
    for command in (["subscriptions"], ["config", "check"]):
        shown = installed.run(*command)
        assert shown.exit_code == 0
        assert "Anna receives nothing: no policy is covered" in shown.stdout
        assert "Anna receives nothing through chat: this channel no longer exists" in " ".join(shown.stdout.split())
    listed = json.loads(installed.run("subscriptions", "--format", "json").stdout)
    assert [(each["name"], each["covers_no_policy"]) for each in listed] == [("Privacy desk", False), ("Anna", True)]


def test_only_somebody_who_is_not_in_the_file_is_unsubscribed_or_erased(installed: Installation) -> None:
    for command in (["unsubscribe", "Privacy desk"], ["subscribers", "forget", "Privacy desk", "--yes"]):
        refused = installed.run(*command)
        assert refused.exit_code == 2
        assert "remove it there" in refused.stderr
    assert "there is no subscription 'Ana'" in installed.run("unsubscribe", "Ana").stderr
    assert installed.run("subscribers", "forget", "Ana", "--yes").exit_code == 2


def test_forgetting_asks_first_and_leaves_no_trace(installed: Installation, mail: MailServer) -> None:
    installed.begin()
    installed.run("subscribe", "Zwiebelmann", "--via", "desk:zwiebel@example.org")
    with installed.archive() as archive:
        record_change(archive, WILL_NOT)
    installed.run("notify", "send")
    assert installed.run("subscribers", "forget", "Zwiebelmann", answer="n\n").exit_code == 1
    assert "Zwiebelmann" in installed.run("subscriptions").stdout
    forgotten = installed.run("subscribers", "forget", "Zwiebelmann", answer="y\n")
    assert "Erased: the name, and the recipients and contents of 2 messages" in forgotten.stdout
    files = b"".join(file.read_bytes() for file in installed.file.parent.glob("watch.db*"))
    assert b"wiebel" not in files
    assert b"officer@example.org" in files


def test_a_digest_is_previewed_and_sent_by_hand(installed: Installation, mail: MailServer) -> None:
    installed.begin()
    with installed.archive() as archive:
        record_change(archive, RETENTION)
    shown = installed.run("notify", "digest", "--preview", "Privacy desk")
    assert shown.exit_code == 0
    assert "not asked for: retention 1" in shown.stdout
    assert mail.received == []
    refused = installed.run("notify", "digest", "Privcy desk")
    assert (refused.exit_code, "did you mean 'Privacy desk'?" in refused.stderr) == (2, True)
    sent = installed.run("notify", "digest")
    assert (sent.exit_code, sent.stdout) == (0, "1 digest sent\n")
    (received,) = mail.received
    assert re.fullmatch(r"Clausewatch digest, \d+ \w+ \d{4}: no change seen for you in 1 policy", received.subject)
    assert "not asked for: retention 1" in received.text


def test_a_digest_that_nobody_asks_for_is_refused(installed: Installation) -> None:
    installed.file.write_text(
        installed.file.read_text(encoding="utf-8").replace('digest = "daily"\n', ""), encoding="utf-8"
    )
    refused = installed.run("notify", "digest", "--preview")
    assert refused.exit_code == 2
    assert "no subscriber asks for a digest" in refused.stderr


def test_no_digest_is_made_for_a_subscriber_that_no_run_has_recorded(installed: Installation) -> None:
    refused = installed.run("notify", "digest", "--preview")
    assert refused.exit_code == 2
    assert "no run has seen the subscriber 'Privacy desk' yet" in refused.stderr
