"""Fixtures for tests of all floors."""

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
from tests.postgresql import Cluster, binaries, cluster, fresh_database
from tests.sources import PROJECT

# Machine load must not matter: neither for the time of an example nor for the time to draw it.
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
    """Prevent a unit test from reaching out. Its teardown is excluded, because the last test's teardown stops the
    session's servers."""
    return units.alone(item.nodeid) if item.get_closest_marker(units.MARK) else contextlib.nullcontext()


def require(present: bool, what: str) -> None:
    """Skip the test if `what` is missing. Under CI it fails, because CI should have everything."""
    if present:
        return
    if os.environ.get("CI"):
        pytest.fail(f"CI should have {what}")
    pytest.skip(f"{what} is missing")


@pytest.fixture(autouse=True)
def the_same_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the terminal's width, the developer's configuration, and secrets of other tests out of the tests."""
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
    """Return this session's own PostgreSQL server, which does not wait for the disk."""
    require(binaries() is not None and find_spec("psycopg") is not None, "PostgreSQL, and psycopg to speak to it")
    with cluster() as server:
        yield server


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the SQLite file of an empty archive to copy, because making one runs all migrations."""
    file = tmp_path_factory.mktemp("archive") / "empty.db"
    open_archive(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def empty_database(postgresql: Cluster) -> str:
    """Return the name of a PostgreSQL database with an empty archive to copy."""
    open_archive(postgresql.make("empty_archive")).close()
    return "empty_archive"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return the kind of database for this test. Each test runs with both kinds."""
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
    """Return the URL of an empty place at which an archive can be made."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'unmade.db'}"
    else:
        with fresh_database(request.getfixturevalue("postgresql"), "template1") as url:
            yield url
