"""An archive with a policy that changes, a mail server, and a sink for webhooks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.database import Archive, open_archive
from tests.archive.visits import watch
from tests.notifier.sink import Sink, sink
from tests.smtp import MailServer, mail_server


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of an archive that watches the teahouse: making one takes longer than copying it."""
    file = tmp_path_factory.mktemp("prepared") / "watch.db"
    with open_archive(f"sqlite:///{file}") as opened:
        watch(opened)
    return file


@pytest.fixture
def archive(prepared: Path, tmp_path: Path) -> Iterator[Archive]:
    """Return an archive of this test's own that watches the teahouse."""
    with open_archive(f"sqlite:///{shutil.copy(prepared, tmp_path)}") as opened:
        yield opened


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """Return a running mail server."""
    with mail_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Sink]:
    """Return a running webhook sink."""
    with sink() as running:
        yield running
