"""Fixtures and hooks of pytest for all tests."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from archive.storage.database import open_archive
from notifier.channels.redaction import redactor
from tests import units
from tests.archive.empty import put_empty_archive
from tests.postgresql import Cluster, binaries, cluster, fresh_database
from tests.sources import PROJECT

# On a busy machine, an example or the making of examples can take long. Hypothesis must not fail for that reason.
settings.register_profile("clausewatch", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("clausewatch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    units.mark(items)
    units.order(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with alone_if_unit(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with alone_if_unit(item):
        return (yield)


def alone_if_unit(item: pytest.Item) -> contextlib.AbstractContextManager[None]:
    """Make a unit test fail if it starts or contacts something outside its process.

    Its teardown may do so, because the teardown of the last test stops the servers of the session.
    """
    return units.alone(item.nodeid) if item.get_closest_marker(units.MARK) else contextlib.nullcontext()


def require(present: bool, what: str) -> None:
    """Skip the test if `what` is missing. In CI the test fails instead, because CI should have everything."""
    if present:
        return
    if os.environ.get("CI"):
        pytest.fail(f"CI should have {what}")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what the program caches for its user."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def the_same_surroundings(monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> None:
    """Make the tests independent of the width of the terminal, of the developer's configuration and cache, and of the
    secrets of earlier tests.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_cache))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("CLAUSEWATCH_CONFIG", raising=False)
    monkeypatch.setattr(redactor, "_secrets", frozenset())


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real policies and labelled changes."""
    folder = Path(os.environ.get("CLAUSEWATCH_SHARED") or PROJECT.parent / "shared")
    require(folder.is_dir(), f"the real policies ({folder}; set CLAUSEWATCH_SHARED)")
    return folder


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """Return the PostgreSQL server of this test session. For speed, it does not wait until data are on the disk."""
    require(binaries() is not None and find_spec("psycopg") is not None, "PostgreSQL, and psycopg to speak to it")
    with cluster() as server:
        yield server


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the SQLite file of an empty archive.

    Tests copy this file, because a new archive would take all migrations.
    """
    return put_empty_archive(tmp_path_factory.mktemp("archive") / "empty.db")


@pytest.fixture(scope="session")
def empty_database(postgresql: Cluster) -> str:
    """Return the name of a PostgreSQL database with an empty archive. Tests copy this database."""
    open_archive(postgresql.make("empty_archive")).close()
    return "empty_archive"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return the kind of database for this test.

    Each test with this fixture runs once with SQLite and once with PostgreSQL.
    """
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """Return the URL of this test's own empty archive with the newest schema."""
    if database_kind == "sqlite":
        yield f"sqlite:///{shutil.copyfile(request.getfixturevalue('empty_archive'), tmp_path / 'watch.db')}"
    else:
        template = request.getfixturevalue("empty_database")
        with fresh_database(request.getfixturevalue("postgresql"), template) as url:
            yield url


@pytest.fixture
def unmade_database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """Return a URL at which no archive exists yet."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'unmade.db'}"
    else:
        with fresh_database(request.getfixturevalue("postgresql"), "template1") as url:
            yield url
