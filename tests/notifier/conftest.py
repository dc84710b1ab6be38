"""Fixtures: an archive that watches one policy, a mail server, and a receiver of webhooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.storage.database import Archive, open_archive
from tests.archive.visits import watch
from tests.notifier.sink import Sink, sink
from tests.smtp import MailServer, mail_server


@pytest.fixture
def archive(database_url: str) -> Iterator[Archive]:
    """Return an archive that watches the teahouse's policy. Each test gets a new archive, in each kind of database."""
    with open_archive(database_url) as opened:
        watch(opened)
        yield opened


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """Return a running mail server."""
    with mail_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Sink]:
    """Return a running receiver of webhooks."""
    with sink() as running:
        yield running
