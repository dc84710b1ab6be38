"""`clausewatch import`: histories that others recorded, and the watch lists of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clausewatch.cli.context import Context, pass_context
from clausewatch.cli.questions import FROM, NoAnswerError
from clausewatch.errors import UnconfiguredPolicyError
from clausewatch.imports.open_terms import Recorded, RepositoryError, documents, texts, versions
from clausewatch.imports.watch_lists import WatchList, from_changedetection, from_urlwatch, toml
from clausewatch.operation.lock import only_run
from clausewatch.output.terminal import printable

if TYPE_CHECKING:
    from archive.model import Policy
    from archive.recording.imports import Copy
    from archive.storage.database import Archive
    from clausewatch.config import Configuration
    from document.model import ExtractionOptions, Page

PRIVACY_POLICY = "Privacy Policy"
"""What Open Terms Archive calls the document that we care for."""

READERS = 2
"""Processes that extract imported texts."""

AT_ONCE = 64
"""How many texts are handed to them before the first is recorded: what keeps the memory that an import takes flat."""


@click.group(name="import")
def imports() -> None:
    """Take in histories that others recorded, and the watch lists of other tools.

    Imported versions alert nobody. Questions to the history answer from them.
    """


@imports.command()
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--list", "listing", is_flag=True, help="List the services and their documents, and import nothing.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="A service. May be given repeatedly.")
@click.option("--terms", default=PRIVACY_POLICY, show_default=True, help="Which of its documents.")
@click.option("--policy", "name", metavar="NAME", help="The policy whose history it is. Default: the service's name.")
@click.option("--skip-judging", is_flag=True, help="Record the versions only; a later import judges them.")
@pass_context
def opentermsarchive(
    context: Context,
    repository: Path,
    listing: bool,
    services: tuple[str, ...],
    terms: str,
    name: str | None,
    skip_judging: bool,
) -> None:
    """Take in every version of chosen services from the versions REPOSITORY of an Open Terms Archive collection.

    Each version keeps its date. Called again, it takes in what the repository recorded since. What the archive's own
    extraction changed is marked and not judged; what else changed is judged, so that `clausewatch history` answers
    from it. A policy that the configuration does not name is kept and shown as retired.

    \b
    clausewatch import opentermsarchive pga-versions --list
    clausewatch import opentermsarchive pga-versions --service Brevo --policy "Brevo privacy"
    """
    known = documents(repository)
    if listing:
        for (service, document), count in known.items():
            click.echo(
                f"{printable(service)}: {printable(document)}, {count} {'version' if count == 1 else 'versions'}"
            )
        return
    if not services:
        raise click.UsageError("name at least one --service; --list shows them.")
    if name is not None and len(services) > 1:
        raise click.UsageError("--policy names the history of one --service; give one at a time.")
    for service in services:
        if (service, terms) not in known:
            raise RepositoryError(f"{repository}: there is no {terms!r} of {service!r}; --list shows what there is")
    configuration = context.configuration()
    with only_run(configuration.database, configuration.busy_timeout), context.archive() as archive:
        for service in services:
            policy = _policy(archive, configuration, name or service)
            found = _new(archive, policy, versions(repository, service, terms))
            _import(archive, configuration, policy, _copies(texts(repository, found), policy.options), found[:1])
            if not skip_judging:
                _judge(archive, configuration, policy)


@imports.command()
@click.argument("policy")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--at", required=True, type=FROM, help="When the copy was saved: 2024-03-31, or 2024-03-31T14:30 (UTC).")
@click.option("--skip-judging", is_flag=True, help="Record the version only; a later import judges it.")
@pass_context
def file(context: Context, policy: str, files: tuple[Path, ...], at: datetime, skip_judging: bool) -> None:
    """Take in a copy of POLICY that was saved before: HTML, Markdown, PDF or plain text.

    Several FILES are the pages of one copy, in their order, of a policy that is read from several addresses. A copy
    must be newer than every version that the archive has: take in older ones first.

    \b
    clausewatch import file Kenalan --at 2024-03-31 kenalan-2024-03-31.html
    """
    configuration = context.configuration()
    with only_run(configuration.database, configuration.busy_timeout), context.archive() as archive:
        watched = _policy(archive, configuration, policy, must_exist=True)
        copy = _saved([_page(path) for path in files], files, at, watched.options)
        _import(archive, configuration, watched, [copy], [copy])
        if not skip_judging:
            _judge(archive, configuration, watched)


@imports.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def changedetection(file: Path) -> None:
    """Write the watches of a changedetection.io FILE as policies for our configuration, to standard output.

    FILE is url-watches.json or a backup (.zip) that holds it. What cannot be carried over stands beside each policy as
    a comment.

    \b
    clausewatch import changedetection url-watches.json >> clausewatch.toml
    """
    _write(from_changedetection(file))


@imports.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def urlwatch(file: Path) -> None:
    """Write the jobs of an urlwatch or webchanges FILE (urls.yaml) as policies for our configuration.

    What cannot be carried over stands beside each policy as a comment.

    \b
    clausewatch import urlwatch urls.yaml >> clausewatch.toml
    """
    _write(from_urlwatch(file))


def _write(found: WatchList) -> None:
    click.echo(toml(found), nl=False)
    lost = sum(bool(entry.lost) for entry in found.entries)
    click.echo(
        f"{len(found.entries)} carried over, {lost} of them not whole; {len(found.refused)} not carried over.", err=True
    )


def _policy(archive: Archive, configuration: Configuration, name: str, *, must_exist: bool = False) -> Policy:
    """Return the policy of a name, as configured; else one that the archive knows, or is to know, as retired."""
    from archive.model import Policy
    from archive.questions.history import policy_names
    from archive.recording.imports import watch_unconfigured
    from archive.recording.policies import synchronise
    from document.model import ExtractionOptions

    now = datetime.now(UTC)
    synchronise(archive, configuration.policies, now)
    for policy in configuration.policies:
        if policy.name == name:
            return policy
    known = policy_names(archive)
    if must_exist and name not in known:
        raise UnconfiguredPolicyError(name, known)
    policy = Policy(name, "", timedelta(days=1), options=ExtractionOptions())
    watch_unconfigured(archive, policy, now)
    return policy


def _new(archive: Archive, policy: Policy, found: list[Recorded]) -> list[Recorded]:
    """Return the versions that an earlier import did not take in yet."""
    from archive.recording.imports import imported_until

    until = imported_until(archive, policy.name)
    return found if until is None else [each for each in found if each.at > until]


def _import(
    archive: Archive,
    configuration: Configuration,
    policy: Policy,
    copies: Iterable[Copy],
    oldest: Sequence[Copy | Recorded],
) -> None:
    from archive.recording.imports import CannotImportError, import_copies, require_newer

    try:
        for each in oldest:
            require_newer(archive, policy.name, each.at)
    except CannotImportError as error:
        raise NoAnswerError(str(error)) from error
    count = import_copies(archive, policy.name, copies, datetime.now(UTC))
    click.echo(f"{printable(policy.name)}: {count} {'version' if count == 1 else 'versions'} imported.")
    if policy not in configuration.policies:
        click.echo(f"  {configuration.path.name} does not name it: it is kept, and shown as retired.")


def _judge(archive: Archive, configuration: Configuration, policy: Policy) -> None:
    from archive.recording.imports import judge_imports

    profile = configuration.profiles[policy.profile]
    count = judge_imports(archive, policy.name, profile, datetime.now(UTC))
    click.echo(f"  {count} {'change' if count == 1 else 'changes'} judged; no one is alerted of them.")


def _copies(found: Iterator[tuple[Recorded, bytes]], options: ExtractionOptions) -> Iterator[Copy]:
    """Extract the texts of versions in a few processes, in their order."""
    extract = partial(_copy, options=options)
    # Forked from a server of their own: one forked from here would hold git's pipe open, so that git never ends.
    with ProcessPoolExecutor(READERS, get_context("forkserver")) as readers:
        ahead = readers.map(extract, list(islice(found, AT_ONCE)), chunksize=8)
        while some := list(islice(found, AT_ONCE)):
            ready, ahead = ahead, readers.map(extract, some, chunksize=8)
            yield from ready
        yield from ahead


def _copy(recorded: tuple[Recorded, bytes], options: ExtractionOptions) -> Copy:
    from archive.recording.imports import Copy
    from document import read
    from document.model import Page

    found, text = recorded
    page = Page(text, "text/markdown; charset=utf-8")
    extracted = read(page, options)
    return Copy(
        found.at,
        (page,),
        extracted.document,
        identity=extracted.identity,
        origin=found.origin,
        technical=found.technical,
    )


def _page(path: Path) -> Page:
    from clausewatch.inspection.offline_compare import CONTENT_TYPES
    from document.model import Page

    try:
        body = path.read_bytes()
    except OSError as error:
        raise NoAnswerError(f"{path} cannot be read: {error.strerror}") from error
    kind = "application/pdf" if body.startswith(b"%PDF-") else CONTENT_TYPES.get(path.suffix.lower(), "text/html")
    return Page(body, kind)


def _saved(pages: Sequence[Page], files: Sequence[Path], at: datetime, options: ExtractionOptions) -> Copy:
    """Return what was saved as a copy; raise NoAnswerError where it is not the policy."""
    from archive.recording.imports import Copy
    from differ.visits.assessment import screen_all
    from document import joined, read

    found = [read(page, options) for page in pages]
    extracted = joined(found)
    screening = screen_all(pages, found, options)
    names = ", ".join(path.name for path in files)
    if screening is not None:
        raise NoAnswerError(f"{names}: this is not the policy ({screening.reason}: {screening.detail})")
    if at > datetime.now(UTC):
        raise NoAnswerError(f"{at:%Y-%m-%d} is still to come: give the date when the copy was saved")
    return Copy(at, tuple(pages), extracted.document, identity=extracted.identity, origin=f"Imported from {names}")
