"""Runs the desk's server, and ends it if another program replaces or upgrades the archive."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import uvicorn

from archive.access.log import drop_accesses
from archive.access.people import add_person, person_named
from archive.access.sessions import make_link
from archive.errors import StorageError, UnknownPersonError
from archive.storage.read_only import ServedArchive
from clausewatch.config import Configuration
from clausewatch.desk.application import create_app
from clausewatch.desk.archive_watch import ArchiveWatch
from clausewatch.desk.entry import Desk
from clausewatch.desk.guesses import Guesses
from clausewatch.desk.protection import MOST_HEADERS
from clausewatch.errors import ClausewatchError, ExitCode

CONNECTIONS = 200
"""Maximum number of connections at the same time. Requests on further connections are answered with status 503."""
LOCAL_LINK = timedelta(minutes=10)
"""Time for which the link that `clausewatch serve` prints can be used."""


class AddressInUseError(ClausewatchError):
    """The desk cannot answer at the configured address."""

    exit_code = ExitCode.USAGE


def listening(configuration: Configuration) -> tuple[socket.socket, Configuration]:
    """Return a socket at the configured address. Also return the configuration with the port that the socket has.

    Raises AddressInUseError.
    """
    desk = configuration.desk
    family = socket.AF_INET6 if ":" in desk.host else socket.AF_INET
    try:
        server = socket.create_server((desk.host, desk.port), family=family)
    except OSError as error:
        problem = f"the desk cannot listen on {desk.host}:{desk.port} ({error.strerror})"
        raise AddressInUseError(f"{problem}; choose another `port` or `host` under [desk]") from error
    return server, replace(configuration, desk=replace(desk, port=server.getsockname()[1]))


def local_link(configuration: Configuration, archive: ServedArchive, login: str, now: datetime) -> str:
    """Return a link that signs in the person who started the desk on this machine. If the desk does not have a person
    with this name, the person is added as an operator. This is safe, because this person can read and write the
    archive's files anyway.
    """
    try:
        person = person_named(archive.reader, login)
    except UnknownPersonError:
        person = add_person(archive.writer, login, "operator", now)
    return f"{configuration.desk.address}/link/{make_link(archive.writer, person.id, now, LOCAL_LINK)}"


def server_of(configuration: Configuration, archive: ServedArchive) -> tuple[uvicorn.Server, ArchiveWatch]:
    """Return a server that is not running yet, and the watch that ends the server if the archive is replaced or
    upgraded.
    """
    watch = ArchiveWatch(archive)
    running = uvicorn.Server(
        uvicorn.Config(
            create_app(Desk(configuration, archive, Guesses()), watch),
            http="h11",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            h11_max_incomplete_event_size=MOST_HEADERS,
            timeout_graceful_shutdown=5,
            ws="none",
            lifespan="on",
        )
    )

    def end() -> None:
        running.should_exit = True

    watch.end = end
    return running, watch


def serve(configuration: Configuration, archive: ServedArchive, server: socket.socket) -> StorageError | None:
    """Answer requests until somebody stops the program, and return None. If the desk ends because the archive was
    replaced or upgraded, return the error.
    """
    drop_accesses(archive.writer, datetime.now(UTC) - configuration.desk.keep_access)
    running, watch = server_of(configuration, archive)
    running.run(sockets=[server])
    return watch.problem
