"""Tests servers that fail several times. Nothing is lost. A message arrives twice only if a server accepted it but
did not confirm this."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.storage.database import Archive, open_archive
from notifier import outbox
from notifier.audience.planning import ATTEMPTS, BACK_OFF, JITTER
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.sending.delivery import Summary, deliver
from tests.archive.visits import watch
from tests.certificates import self_signed
from tests.notifier.changes import WILL_NOT, record_change, record_first
from tests.notifier.faults import HOOK_FAULTS, MAIL_FAULTS, Fault, FaultyMail, faulty_mail
from tests.notifier.sink import Sink

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))


def cases(faults: Iterable[Fault]) -> list[Any]:
    """Return the test cases. Each case is a fault and the number of times that it happens before the server works. The
    message is given up after `ATTEMPTS` failures, so the highest number is one less.

    In a short run, each fault happens two times, and the first fault also happens the highest number of times. In
    the long run, each fault happens every number of times.
    """
    times = {fault: range(ATTEMPTS) if LONG else (2,) for fault in faults}
    chosen = [(fault, each) for fault, counts in times.items() for each in counts]
    if not LONG:
        chosen.append((next(iter(times)), ATTEMPTS - 1))
    return [pytest.param(fault, each, id=f"{fault.name}-{each}") for fault, each in chosen]


SECRET = "sixteen-characters-or-more"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of an archive with a first version. Copying it is faster than making it."""
    file = tmp_path_factory.mktemp("prepared") / "watch.db"
    with open_archive(f"sqlite:///{file}") as opened:
        watch(opened)
        record_first(opened)
    return file


@pytest.fixture
def archive(prepared: Path, tmp_path: Path) -> Iterator[Archive]:
    """Return an archive in a file. The kind of the database does not matter for these tests."""
    with open_archive(f"sqlite:///{shutil.copy(prepared, tmp_path)}") as opened:
        yield opened


@pytest.fixture(scope="module")
def mail_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyMail]:
    with faulty_mail(self_signed(tmp_path_factory.mktemp("tls"))) as server:
        yield server


@pytest.fixture
def faulty(mail_of_module: FaultyMail) -> Iterator[FaultyMail]:
    """Return the mail server that all these tests share, without mails and faults from earlier tests."""
    yield mail_of_module
    mail_of_module.received.clear()
    mail_of_module.faults.clear()


@dataclass
class Course:
    """One test case: a change is recorded, and passes follow until no message waits."""

    archive: Archive
    channel: Channel
    recipient: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    passes: list[Summary] = field(default_factory=list)

    def run(self) -> None:
        """Record a change, and repeat passes as cron does, until no message waits."""
        self._deliver()
        record_change(self.archive, WILL_NOT)
        self._deliver()
        while outbox.delivery_counts(self.archive).waiting:
            # The clock moves on by the longest possible wait, so that each pass tries the message again.
            self.now += BACK_OFF[-1] * (1 + JITTER) + timedelta(seconds=1)
            self._deliver()
            assert len(self.passes) < 2 * ATTEMPTS

    def _deliver(self) -> None:
        desk = [Subscriber("Privacy desk", (Target(self.channel.name, self.recipient),), welcome=False)]
        self.passes.append(deliver(self.archive, desk, [self.channel], clock=lambda: self.now))

    @property
    def errors(self) -> list[str]:
        return [error for summary in self.passes for error in summary.errors]

    @property
    def dead(self) -> int:
        return outbox.delivery_counts(self.archive).dead


def expected(fault: Fault, times: int) -> tuple[int, int]:
    """Return the expected number of copies on the server, and the expected number of deliveries that are given up."""
    if fault.permanent and times:
        return 0, 1
    return (times + 1 if fault.takes else 1), 0


@pytest.mark.parametrize(("fault", "times"), cases(MAIL_FAULTS))
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_message_survives_the_faults_of_a_mail_server(
    archive: Archive, faulty: FaultyMail, fault: Fault, times: int
) -> None:
    faulty.faults = [fault.name] * times
    course = Course(archive, Channel("desk", f"{faulty.url}&rto={fault.patience}"), "officer@example.org")
    course.run()
    assert (len(faulty.received), course.dead) == expected(fault, times)
    assert len({received.mail["Message-ID"] for received in faulty.received}) <= 1
    assert len(course.errors) == (min(times, 1) if fault.permanent else times)
    assert all(error.startswith("desk:officer@example.org: ") for error in course.errors)


@pytest.mark.parametrize(("fault", "times"), cases(HOOK_FAULTS))
def test_a_message_survives_the_faults_of_a_webhook_receiver(
    archive: Archive, hook: Sink, fault: Fault, times: int
) -> None:
    assert fault.http is not None
    hook.answers = [fault.http] * times
    course = Course(archive, Channel("hook", hook.signed(SECRET, f"hook?rto={fault.patience}")))
    course.run()
    assert (len(hook.taken), course.dead) == expected(fault, times)
    assert len(hook.kept) == (0 if course.dead else 1)
    assert len(course.errors) == (min(times, 1) if fault.permanent else times)
    assert all(error.startswith("hook: ") for error in course.errors)
