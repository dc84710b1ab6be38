"""`clausewatch find`: finds the legal pages of a site, and adds its policy to the configuration."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.file_edit import FileEdit
from clausewatch.cli.formats import FORMATS
from clausewatch.cli.found_choice import chosen_pages, entries_for
from clausewatch.cli.found_pages import found_lines
from clausewatch.config import Configuration
from clausewatch.editing.entries import Entry
from clausewatch.errors import ExitCode, leading
from clausewatch.inspection.site_search import SearchOptions, find_pages
from clausewatch.output.json_rows import as_json, found_pages_row
from clausewatch.output.terminal import printable
from crawler.discovery.model import SearchResult


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
    config = ("--config", str(context.config_path)) if context.config_is_named else ()
    entries: list[Entry] = []
    for result in results:
        taken = {*watched.values(), *(str(entry["name"]) for entry in entries)}
        chosen = chosen_pages(result, taken, config)
        if not chosen:
            yield ExitCode.TROUBLE
        for candidate in chosen:
            if candidate.url in watched:
                click.echo(f"{printable(candidate.url)} is already watched as {printable(watched[candidate.url])}.")
        entries += entries_for(result, [one for one in chosen if one.url not in watched], name, taken)
    if not entries:
        return
    with FileEdit(context, dry_run=False) as editor:
        editor.add(entries)
    if now:
        yield _first_visit(configuration, [str(entry["name"]) for entry in entries])


def _first_visit(configuration: Configuration, names: Sequence[str]) -> ExitCode:
    """Visit the new policies in a new process, because a process can start only one crawl. Return the exit code of this
    process.
    """
    options = [word for name in names for word in ("--policy", name)]
    command = [sys.executable, "-m", "clausewatch", "--config", str(configuration.path), "run", *options]
    sys.stdout.flush()
    done = subprocess.run(command, check=False)  # noqa: S603 - our own command, no shell
    return ExitCode(done.returncode)
