"""`clausewatch serve`: opens the desk, which shows the archive in a browser."""

from __future__ import annotations

import getpass
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.desk import require_extra

if TYPE_CHECKING:
    from clausewatch.config import Configuration


@click.command()
@pass_context
def serve(context: CommandContext) -> None:
    """Open the desk: the archive in a browser, for everybody who reviews changes.

    The desk answers at the address under [desk] in the configuration, by default http://127.0.0.1:8140, until it is
    stopped. Without `public_url`, only this machine can reach the desk. The command then prints a link that signs you
    in. The link works once, for 10 minutes.

    `clausewatch desk person add` adds the people who may sign in. The desk never upgrades the archive. If another
    program upgrades or replaces the archive, the desk ends with exit code 3.

    \b
    clausewatch serve
    """
    require_extra()
    open_desk(context.configuration())


def open_desk(configuration: Configuration) -> None:
    """Print the address of the desk and a link that signs the user in, and answer until the program is stopped. Raises
    the error that made the desk end by itself.
    """
    from archive.storage.read_only import served_archive
    from clausewatch.desk import serving

    with served_archive(configuration.database, configuration.busy_timeout) as archive:
        server, configuration = serving.listening(configuration)
        with server:
            click.echo(f"The desk is open at {configuration.desk.address}. Stop it with Ctrl+C.")
            if configuration.desk.public_url is None:
                with suppress(KeyError, OSError):  # a user without a name gets no link
                    link = serving.local_link(configuration, archive, getpass.getuser(), datetime.now(UTC))
                    click.echo(f"Sign in with this link; it works once, for 10 minutes: {link}")
            problem = None
            with suppress(KeyboardInterrupt):  # Ctrl+C is the usual end
                problem = serving.serve(configuration, archive, server)
    if problem is not None:
        raise problem
