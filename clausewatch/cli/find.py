"""`clausewatch find`: finds the legal pages of a site, and adds its policy to the configuration."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.file_edit import FileEdit
from clausewatch.cli.formats import FORMATS
from clausewatch.cli.found_pages import KIND_NAMES, found_lines
from clausewatch.config import Configuration
from clausewatch.editing.entries import Entry, normalised
from clausewatch.errors import ExitCode, leading
from clausewatch.inspection.site_search import SearchOptions, find_pages
from clausewatch.output.json_rows import as_json, found_pages_row
from clausewatch.output.terminal import printable, wrapped
from crawler.discovery.model import SearchResult
from document.discovery.clues import host_of
from document.discovery.ranking import Candidate


def _codes(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return language codes, or raise BadParameter."""
    for value in values:
        if not re.fullmatch(r"[a-z]{2,3}", value):
            raise click.BadParameter(f'{value!r} is not a language code: write two or three small letters, like "id"')
    return values


@click.command()
@click.argument("domains", nargs=-1, required=True, metavar="DOMAIN...")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="CODE",
    callback=_codes,
    help="Prefer policies in this language, such as id.",
)
@click.option("--render", is_flag=True, help="Run the scripts of the start page and of pages that lead to policies.")
@click.option("--add", is_flag=True, help="Add the privacy policy of each domain to the configuration file.")
@click.option("--name", default="", help="Name of the added policy. The default is the name of the site.")
@click.option("--now", is_flag=True, help="With --add: visit the added policies at once.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@pass_context
@click.pass_context
def find(
    ctx: click.Context,
    context: CommandContext,
    domains: tuple[str, ...],
    languages: tuple[str, ...],
    render: bool,
    add: bool,
    name: str,
    now: bool,
    form: str,
) -> None:
    """Find the legal pages of each DOMAIN: privacy policy, list of sub-processors, cookie policy, terms.

    The command looks at the links of the start page, at pages that lead to legal documents, at sitemaps and at
    /.well-known/. Each page is fetched politely and at most once. The limits are `find_requests`, `find_sitemaps` and
    `find_size` under [crawl]. The most probable page comes first. Nothing is recorded.

    With --add, the privacy policy is added to the configuration file if one page is certain to be it. If several pages
    are probable, the command asks you on a terminal. Without a terminal, nothing is added, and the exit code is 1.

    \b
    clausewatch find ropewalk.example
    clausewatch find ropewalk.example --add --now
    """
    _check_options(domains, add=add, now=now, name=name, form=form)
    has_file = add or context.config_is_named or context.config_path.exists()
    configuration = context.configuration() if has_file else None
    if sys.stderr.isatty():
        click.echo("Searching; this can take a minute.", err=True)
    results = find_pages(domains, SearchOptions(languages, render), configuration)
    if form == "json":
        click.echo(as_json([found_pages_row(result) for result in results]))
    else:
        click.echo("\n\n".join("\n".join(found_lines(result)) for result in results))
    codes = [ExitCode.FINE if result.candidates else ExitCode.TROUBLE for result in results]
    if add and configuration is not None:
        codes += _add(context, configuration, results, name=name, now=now)
    ctx.exit(leading(codes))


def _check_options(domains: Sequence[str], *, add: bool, now: bool, name: str, form: str) -> None:
    """Raise UsageError if options contradict each other."""
    if (now or name) and not add:
        raise click.UsageError("--now and --name need --add.")
    if name and len(domains) > 1:
        raise click.UsageError("--name needs exactly one DOMAIN.")
    if add and form == "json":
        raise click.UsageError("Give --add or --format json, not both.")


def _add(
    context: CommandContext, configuration: Configuration, results: Sequence[SearchResult], *, name: str, now: bool
) -> Iterator[ExitCode]:
    """Add the chosen pages to the configuration file. Yield an exit code for each site without an added page. After the
    first visit of the new policies, yield its exit code too.
    """
    watched = {url: policy.name for policy in configuration.policies for url in policy.urls}
    entries: list[Entry] = []
    for result in results:
        candidate = result.certain or _asked(result)
        if candidate is None:
            yield ExitCode.TROUBLE
        elif candidate.url in watched:
            click.echo(f"{printable(candidate.url)} is already watched as {printable(watched[candidate.url])}.")
        else:
            taken = {*watched.values(), *(str(entry["name"]) for entry in entries)}
            entries.append(entry_for(candidate, name or _unused(_name(result, candidate), candidate, taken)))
    if not entries:
        return
    with FileEdit(context, dry_run=False) as editor:
        editor.add(entries)
    if now:
        yield _first_visit(configuration, [str(entry["name"]) for entry in entries])


def entry_for(candidate: Candidate, name: str) -> Entry:
    """Return the entry to write into the configuration file for a candidate."""
    keys: Entry = {"url": candidate.url, "languages": list(candidate.languages), "render": candidate.rendered}
    return {"name": name, **normalised(keys)}


def _unused(name: str, candidate: Candidate, taken: Collection[str]) -> str:
    """Return a name that no policy has yet. If the name of the site is taken, the host of the page is added, and then a
    number.
    """
    host = host_of(candidate.url)
    numbered = (f"{name} ({host}, {number})" for number in itertools.count(2))
    return next(option for option in itertools.chain((name, f"{name} ({host})"), numbered) if option not in taken)


def _name(result: SearchResult, candidate: Candidate) -> str:
    """Return a name for a new entry: the site's name. If the document is not a privacy policy, its kind is added."""
    site = "".join(character for character in result.site_name if character.isprintable()) or host_of(candidate.url)
    return site if candidate.kind == "policy" else f"{site}, {KIND_NAMES[candidate.kind]}"


def _asked(result: SearchResult) -> Candidate | None:
    """Ask which page to add. Without a terminal, print what to do instead, and return None."""
    if not result.candidates:
        return None
    click.echo()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("\n".join(_advice(result)))
        return None
    for line in wrapped(f"It is not certain which page is the privacy policy of {result.request.domain}."):
        click.echo(line)
    highest = len(result.candidates)
    number = click.prompt("Number of the page to add, or 0 for none", type=click.IntRange(0, highest))
    return result.candidates[number - 1] if number else None


def _advice(result: SearchResult) -> Iterator[str]:
    domain = printable(result.request.domain)
    yield f"Nothing was added for {domain}, because it is not certain which page is its privacy policy."
    policies = [candidate for candidate in result.candidates if candidate.kind == "policy"]
    for candidate in policies or result.candidates[:1]:
        entry = entry_for(candidate, _name(result, candidate))
        options = [word for code in candidate.languages for word in ("--language", code)]
        words = ["clausewatch", "policy", "add", str(entry["name"]), candidate.url, *options]
        yield f"To add it: {printable(shlex.join([*words, '--render'] if candidate.rendered else words))}"


def _first_visit(configuration: Configuration, names: Sequence[str]) -> ExitCode:
    """Visit the new policies in a new process, because a process can start only one crawl. Return the exit code of this
    process.
    """
    options = [word for name in names for word in ("--policy", name)]
    command = [sys.executable, "-m", "clausewatch", "--config", str(configuration.path), "run", *options]
    sys.stdout.flush()
    done = subprocess.run(command, check=False)  # noqa: S603 - our own command, no shell
    return ExitCode(done.returncode)
