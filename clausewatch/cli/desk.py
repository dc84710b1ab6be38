"""`clausewatch desk`: manages the people who may sign in at the desk, and the tokens of programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.errors import ClausewatchError, ExitCode

if TYPE_CHECKING:
    from archive.access.people import Person, Role
    from archive.storage.database import Archive
    from clausewatch.config import Configuration

NEEDED = ("fastapi", "uvicorn", "pwdlib", "argon2", "python_multipart")
"""Modules of the extra `clausewatch[desk]`."""

ROLES = ("reader", "reviewer", "auditor", "operator")


class MissingExtraError(ClausewatchError):
    """The packages that the desk needs are not installed."""

    exit_code = ExitCode.USAGE


def missing_packages() -> list[str]:
    """Return the modules that the desk needs and that are not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def require_extra() -> None:
    """Raise MissingExtraError if a package that the desk needs is missing."""
    missing = missing_packages()
    if missing:
        fix = "install the desk with `pip install 'clausewatch[desk]'`"
        raise MissingExtraError(f"the desk needs Python packages that are missing ({', '.join(missing)}): {fix}")


@click.group()
def desk() -> None:
    """Manage who may use the desk: people, and programs that have tokens.

    `clausewatch serve` opens the desk.
    """


@desk.group()
def person() -> None:
    """Add, list and remove people, and make new links for them."""


@person.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do.")
@pass_context
def add(context: CommandContext, name: str, role: Role) -> None:
    """Add the person NAME, and print a link.

    The link signs the person in once, within an hour, and the person then sets a password. Give the link only to this
    person. A reader sees everything except the access log. A reviewer also reviews findings. An auditor also reads the
    access log, but does not review. An operator may do everything.

    \b
    clausewatch desk person add Ratna --role reviewer
    """
    from archive.access.people import add_person

    with context.archive() as archive:
        added = add_person(archive, _checked(name), role, datetime.now(UTC))
        _print_link(archive, context.configuration(), added)


@person.command(name="link")
@click.argument("name")
@pass_context
def new_link(context: CommandContext, name: str) -> None:
    """Print a new link for NAME, for example after a forgotten password.

    The link signs the person in once, within an hour, and the person then sets a new password. The old password stops
    working at once, and the person is signed out everywhere.
    """
    from archive.access.people import forget_password

    with context.archive() as archive:
        _print_link(archive, context.configuration(), forget_password(archive, name))


@person.command(name="list")
@pass_context
def show(context: CommandContext) -> None:
    """List the people who may sign in, with their roles."""
    from archive.access.people import people
    from clausewatch.output.terminal import columns
    from clausewatch.output.times import day

    with context.archive() as archive:
        known = people(archive)
    if not known:
        click.echo("Nobody may sign in yet: `clausewatch desk person add NAME --role operator` adds a person.")
        return
    rows = [(each.name, each.role, "yes" if each.has_password else "no", day(each.created_at)) for each in known]
    click.echo("\n".join(columns([("NAME", "ROLE", "PASSWORD", "ADDED"), *rows])))


@person.command()
@click.argument("name")
@pass_context
def remove(context: CommandContext, name: str) -> None:
    """Remove the person NAME. All sessions, links and tokens of this person end at once.

    The last operator cannot be removed. The person's reviews are kept with the name. To erase the name too, use
    `clausewatch subscribers forget`.
    """
    from archive.access.people import remove_person

    with context.archive() as archive:
        remove_person(archive, name)
    click.echo(f"{name} can no longer sign in.")


@desk.group()
def token() -> None:
    """Add, list and end tokens, with which programs use the API of the desk."""


@token.command(name="add")
@click.argument("name")
@click.option("--person", metavar="PERSON", required=True, help="The person for whom the program works.")
@click.option("--role", type=click.Choice(ROLES), default="reader", show_default=True, help="What the program may do.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="Days until the token ends.")
@pass_context
def add_named_token(context: CommandContext, name: str, person: str, role: Role, days: int) -> None:
    """Add the token NAME for a program, and print it. It cannot be shown again.

    The program sends the token with each request, in the header `Authorization: Bearer TOKEN`. NAME says what the token
    is for. The role may not allow more than the role of PERSON. Reviews that the program makes have the name of PERSON.

    \b
    clausewatch desk token add "monthly report" --person Ratna --role reader --days 30
    """
    from archive.access.log import note_access
    from archive.access.people import person_named
    from archive.access.tokens import add_token

    now, line = datetime.now(UTC), _checked(name)
    ends_at = now + timedelta(days=days)
    with context.archive() as archive:
        secret = add_token(archive, person_named(archive, person), line, role, now=now, ends_at=ends_at)
        note_access(archive, now, person, "token added", about=f"{line} ({role})")
    click.echo(f"The token {line!r} of {person} ({role}) ends on {ends_at:%Y-%m-%d}. It is shown only now:")
    click.echo(secret)


@token.command(name="list")
@pass_context
def show_tokens(context: CommandContext) -> None:
    """List the tokens. USED shows the last use, to within an hour."""
    from archive.access.tokens import tokens
    from clausewatch.output.terminal import columns
    from clausewatch.output.times import day, moment

    with context.archive() as archive:
        known = tokens(archive)
    if not known:
        click.echo("There are no tokens: `clausewatch desk token add NAME --person PERSON` adds a token.")
        return
    now = datetime.now(UTC)
    rows = [
        (
            str(each.id),
            each.name,
            each.person,
            each.role,
            "ended" if each.ends_at <= now else day(each.ends_at),
            "never" if each.used_at is None else moment(each.used_at),
        )
        for each in known
    ]
    click.echo("\n".join(columns([("NUMBER", "NAME", "PERSON", "ROLE", "ENDS", "USED"), *rows])))


@token.command(name="end")
@click.argument("number", type=click.IntRange(min=1, max=2**31 - 1))
@pass_context
def end_numbered_token(context: CommandContext, number: int) -> None:
    """End the token NUMBER at once. `clausewatch desk token list` shows the numbers."""
    from archive.access.log import note_access
    from archive.access.tokens import end_token

    with context.archive() as archive:
        ended = end_token(archive, number)
        if ended is None:
            raise click.UsageError(f"There is no token {number}: `clausewatch desk token list` shows all tokens.")
        note_access(archive, datetime.now(UTC), ended.person, "token ended", about=ended.name)
    click.echo(f"The token {ended.name!r} of {ended.person} no longer works.")


@desk.command()
def openapi() -> None:
    """Print the OpenAPI document of the desk's API, for programs that check requests or make clients."""
    require_extra()
    from clausewatch.desk.api import ROUTERS
    from clausewatch.desk.api.description import described
    from clausewatch.output.json_rows import as_json

    click.echo(as_json(described([route for router in ROUTERS for route in router.routes])))


def _checked(name: str) -> str:
    from archive.access.people import LONGEST_NAME, proper_name

    line = proper_name(name)
    if line is None:
        raise click.UsageError(f"NAME must have 1 to {LONGEST_NAME} characters, without control characters.")
    return line


def _print_link(archive: Archive, configuration: Configuration, named: Person) -> None:
    from archive.access.sessions import PERSONAL_LINK, make_link

    secret = make_link(archive, named.id, datetime.now(UTC), PERSONAL_LINK)
    click.echo(f"{named.name} ({named.role}) signs in with this link; it works once, for one hour:")
    click.echo(f"{configuration.desk.address}/link/{secret}")
