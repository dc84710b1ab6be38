"""`clausewatch import`: imports histories from other collections, saved copies, and watch lists of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.questions import FROM, NoAnswerError
from clausewatch.cli.watch_lists import changedetection, declarations, urlwatch
from clausewatch.errors import ExitCode, UnconfiguredPolicyError
from clausewatch.imports.git_objects import GitObjects, RepositoryError, git_objects
from clausewatch.imports.open_terms import Recorded, documents
from clausewatch.imports.small_files import small_file
from clausewatch.operation.lock import only_run
from clausewatch.output.terminal import printable

if TYPE_CHECKING:
    from archive.model import Policy
    from archive.recording.imports import Copy, ImportCount
    from archive.storage.database import Archive
    from clausewatch.config import Configuration
    from clausewatch.imports.extraction import Extractor
    from crawler.crawl_settings import CrawlSettings
    from document.model import ExtractionOptions, Page

PRIVACY_POLICY = "Privacy Policy"
"""Open Terms Archive's name for privacy policies."""


@click.group(name="import")
def imports() -> None:
    """Import histories from other collections, saved copies, and watch lists of other tools.

    Nobody is notified of imported versions. `history` and all other queries include imported versions.
    """


for command in (changedetection, urlwatch, declarations):
    imports.add_command(command)


@imports.command()
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--list", "listing", is_flag=True, help="List the services and their documents, and import nothing.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="A service. May be given repeatedly.")
@click.option("--terms", default=PRIVACY_POLICY, show_default=True, help="The document of the service.")
@click.option(
    "--policy", "name", metavar="NAME", help="The policy to which the versions belong. Default: the service's name."
)
@click.option("--skip-judging", is_flag=True, help="Only record the versions. A later import judges them.")
@pass_context
def opentermsarchive(
    context: CommandContext,
    repository: Path,
    listing: bool,
    services: tuple[str, ...],
    terms: str,
    name: str | None,
    skip_judging: bool,
) -> None:
    """Import every version of chosen services from the versions REPOSITORY of an Open Terms Archive collection.

    Each version keeps its date. Call the command again later to import newer versions. Changes are judged, so that
    `clausewatch history` shows what they mean. If Open Terms Archive only changed the way in which it extracts the
    text, the version is marked and not judged. The configuration need not contain the policy. Without an entry there,
    the policy is shown as retired.

    \b
    clausewatch import opentermsarchive pga-versions --list
    clausewatch import opentermsarchive pga-versions --service Brevo --policy "Brevo privacy"
    """
    if not listing and not services:
        raise click.UsageError("name at least one --service; --list shows them.")
    if name is not None and len(services) > 1:
        raise click.UsageError("--policy names the history of one --service; give one at a time.")
    with git_objects(repository) as objects:
        recorded = documents(objects)
        if listing:
            _list(recorded)
            return
        for service in services:
            if (service, terms) not in recorded:
                raise RepositoryError(f"{repository}: there is no {terms!r} of {service!r}; --list shows what there is")
            _require_past(repository, recorded[service, terms])
        configuration = context.configuration()
        with only_run(configuration.database, configuration.busy_timeout), context.archive() as archive:
            chosen = {name or service: recorded[service, terms] for service in services}
            _import_histories(archive, configuration, objects, chosen, judge=not skip_judging)


def _import_histories(
    archive: Archive,
    configuration: Configuration,
    objects: GitObjects,
    histories: Mapping[str, list[Recorded]],
    *,
    judge: bool,
) -> None:
    """Import the versions of each policy. `histories` has the names of the policies as keys."""
    from clausewatch.imports.extraction import extractor

    _synchronise(archive, configuration)
    crawl = configuration.crawl
    with extractor(crawl, crawl.workers) as extracting:
        for name, recorded in histories.items():
            policy = _policy(archive, configuration, name)
            versions = _new(archive, policy, recorded)
            texts = objects.contents((version.blob for version in versions), crawl.max_body)
            copies = _copies(extracting, zip(versions, texts, strict=True), policy.options)
            _import(archive, configuration, policy, copies=copies, oldest=versions[:1])
            if judge:
                _judge(archive, configuration, policy)


def _list(recorded: Mapping[tuple[str, str], Sequence[Recorded]]) -> None:
    for (service, document), versions in recorded.items():
        count = f"{len(versions)} {'version' if len(versions) == 1 else 'versions'}"
        click.echo(f"{printable(service)}: {printable(document)}, {count}")


def _require_past(repository: Path, versions: Sequence[Recorded]) -> None:
    """Refuse versions with a date in the future. Otherwise the latest version would be newer than the next visits."""
    last = versions[-1]
    if last.at > datetime.now(UTC):
        raise RepositoryError(f"{repository}: commit {last.commit} is dated {last.at:%Y-%m-%d}, which is in the future")


@imports.command()
@click.argument("policy", shell_complete=policy_names)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--at", required=True, type=FROM, help="Time when the copy was saved: 2024-03-31, or 2024-03-31T14:30 (UTC)."
)
@click.option("--skip-judging", is_flag=True, help="Only record the version. A later import judges it.")
@pass_context
@click.pass_context
def file(
    ctx: click.Context, context: CommandContext, policy: str, files: tuple[Path, ...], at: datetime, skip_judging: bool
) -> None:
    """Import a saved copy of POLICY, as HTML, Markdown, PDF, DOCX, MHTML or plain text.

    If the policy has several addresses, give one file for each page, in the same order. A copy must be newer than every
    version in the archive, so import the oldest copy first. An empty file, a cookie banner or a login page does not
    become a version. Such a copy is kept as a visit that was not comparable, and the exit code is 1.

    \b
    clausewatch import file Kenalan --at 2024-03-31 kenalan-2024-03-31.html
    """
    configuration = context.configuration()
    with only_run(configuration.database, configuration.busy_timeout), context.archive() as archive:
        _synchronise(archive, configuration)
        watched = _policy(archive, configuration, policy, must_exist=True)
        crawl = configuration.crawl
        pages = [_page(path, crawl.max_body) for path in files]
        copy = _saved(pages, files, at, options=watched.options, crawl=crawl)
        count = _import(archive, configuration, watched, copies=[copy], oldest=[copy])
        for screening in count.refused:
            click.echo(f"  {printable(screening.detail)}")
        if not skip_judging:
            _judge(archive, configuration, watched)
    ctx.exit(ExitCode.TROUBLE if count.refused else ExitCode.FINE)


def _policy(archive: Archive, configuration: Configuration, name: str, *, must_exist: bool = False) -> Policy:
    """Return the configured policy with this name. If there is none, return a retired policy of the archive.

    Call `_synchronise` before."""
    from archive.model import Policy
    from archive.questions.history import policy_names
    from archive.recording.imports import watch_unconfigured
    from document.model import ExtractionOptions

    for policy in configuration.policies:
        if policy.name == name:
            return policy
    names = policy_names(archive)
    if must_exist and name not in names:
        raise UnconfiguredPolicyError(name, names)
    policy = Policy(name, "", timedelta(days=1), options=ExtractionOptions())
    watch_unconfigured(archive, policy, datetime.now(UTC))
    return policy


def _synchronise(archive: Archive, configuration: Configuration) -> None:
    """Update the archive's list of policies from the configuration. Each command must call this function once."""
    from archive.recording.policies import synchronise

    synchronise(archive, configuration.policies, datetime.now(UTC))


def _new(archive: Archive, policy: Policy, versions: list[Recorded]) -> list[Recorded]:
    """Return the versions that no earlier import has recorded."""
    from archive.recording.imports import imported_until

    until = imported_until(archive, policy.name)
    if until is None:
        return versions
    same_date = [version for version in versions if version.at == until.at]
    return [*same_date[until.count :], *(version for version in versions if version.at > until.at)]


def _import(
    archive: Archive,
    configuration: Configuration,
    policy: Policy,
    copies: Iterable[Copy],
    oldest: Sequence[Copy | Recorded],
) -> ImportCount:
    from archive.recording.imports import CannotImportError, import_copies, require_newer

    try:
        for copy in oldest:
            require_newer(archive, policy.name, copy.at, resumed=isinstance(copy, Recorded))
    except CannotImportError as error:
        raise NoAnswerError(str(error)) from error
    # A collection states which document each copy belongs to, so its copies are accepted. A copy that a person saved
    # must look like a policy.
    history = any(isinstance(copy, Recorded) for copy in oldest)
    count = import_copies(archive, policy.name, copies, datetime.now(UTC), history=history)
    versions = f"{count.versions} {'version' if count.versions == 1 else 'versions'}"
    click.echo(f"{printable(policy.name)}: {versions} imported.")
    if count.refused:
        copied = "1 copy is" if len(count.refused) == 1 else f"{len(count.refused)} copies are"
        reasons = ", ".join(sorted({screening.reason for screening in count.refused}))
        click.echo(f"  {copied} not the policy ({reasons}): kept as evidence, not as a version.")
    if policy not in configuration.policies:
        click.echo(f"  {configuration.path.name} does not name it: it is kept, and shown as retired.")
    return count


def _judge(archive: Archive, configuration: Configuration, policy: Policy) -> None:
    from archive.recording.imports import judge_imports

    profile = configuration.profiles[policy.profile]
    count = judge_imports(archive, policy.name, profile, datetime.now(UTC))
    click.echo(f"  {count} {'change' if count == 1 else 'changes'} judged; no alert is sent.")


def _copies(
    extracting: Extractor, versions: Iterator[tuple[Recorded, bytes]], options: ExtractionOptions
) -> Iterator[Copy]:
    """Yield the versions in order, each with its extracted text. A version that exceeds a limit is left out, and a line
    about it is printed.
    """
    from clausewatch.imports.extraction import LimitedVersion

    for copy in extracting.copies(versions, options):
        if isinstance(copy, LimitedVersion):
            click.echo(
                f"Left out: commit {copy.version.commit[:12]}: its extraction was ended by {copy.limit}", err=True
            )
        else:
            yield copy


def _page(path: Path, largest: int) -> Page:
    from clausewatch.inspection.offline_compare import CONTENT_TYPES
    from document.model import Page

    body = small_file(path, largest)
    kind = "application/pdf" if body.startswith(b"%PDF-") else CONTENT_TYPES.get(path.suffix.lower(), "text/html")
    return Page(body, kind)


def _saved(
    pages: Sequence[Page], files: Sequence[Path], at: datetime, options: ExtractionOptions, crawl: CrawlSettings
) -> Copy:
    """Return a saved copy.

    If the copy is not a policy, the result also contains the reason. Raises NoAnswerError if the extraction exceeds a
    limit, or if the date is in the future.
    """
    from archive.recording.imports import Copy
    from clausewatch.imports.extraction import extractor
    from crawler.visits.workers import LimitHit

    names = ", ".join(path.name for path in files)
    if at > datetime.now(UTC):
        raise NoAnswerError(f"{at:%Y-%m-%d} is in the future: give the date when the copy was saved")
    with extractor(crawl, 1) as extracting:
        copy = extracting.screened(pages, options)
    if isinstance(copy, LimitHit):
        raise NoAnswerError(f"{names}: the extraction was ended by {copy.limit}")
    extraction = copy.extraction
    return Copy(
        at,
        tuple(pages),
        extraction.document,
        identity=extraction.identity,
        origin=f"Imported from {names}",
        screening=copy.screening,
    )
