"""`clausewatch policy`: edits the policies in the configuration file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from archive.model import Policy
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.file_edit import FileEdit
from clausewatch.config.quantities import duration_text
from clausewatch.editing.csv_table import LARGEST, TableError, read_table, table
from clausewatch.editing.entries import Entry, entry_of, normalised
from clausewatch.imports.small_files import small_file
from clausewatch.output.json_rows import as_json
from clausewatch.output.terminal import columns, printable

dry_run_option = click.option("--dry-run", is_flag=True, help="Show and check the edit, but write nothing.")
HEADINGS = ("POLICY", "ADDRESS", "EVERY", "TAGS", "OWNER", "STATE")


@click.group()
def policy() -> None:
    """Add, list, remove, rename, pause and resume policies in the configuration file.

    The comments and the order of the file are kept. Each command shows the lines that it changes, and checks the edited
    file. If the check fails, nothing is written.
    """


@policy.command()
@click.argument("name")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--language", "languages", multiple=True, metavar="CODE", help="A language of the page, such as id.")
@click.option("--tag", "tags", multiple=True, help="A word of your own, by which subscribers can choose policies.")
@click.option("--every", default="", metavar="DURATION", help='The interval between two visits, such as "12h".')
@click.option("--profile", default="", help="The profile that decides what is material.")
@click.option("--owner", default="", help="The person or team that is responsible for the policy.")
@click.option("--select", "selects", multiple=True, metavar="CSS", help="Read only this part of the page.")
@click.option("--remove", "removes", multiple=True, metavar="CSS", help="Leave out this part of the page.")
@click.option("--render", is_flag=True, help="Run the page's scripts before it is read.")
@click.option("--paused", is_flag=True, help="Do not fetch the policy for now.")
@dry_run_option
@pass_context
def add(
    context: CommandContext,
    /,
    name: str,
    urls: Sequence[str],
    dry_run: bool,
    **keys: str | bool | tuple[str, ...],
) -> None:
    """Add the policy NAME at URL. If you give several addresses, their pages are read in this order as one policy.

    \b
    clausewatch policy add Ropewalk https://ropewalk.example/privacy --language id --tag vendor
    """
    words = {"selects": "select", "removes": "remove"}
    given = {words.get(key, key): list(value) if isinstance(value, tuple) else value for key, value in keys.items()}
    entry = normalised({"name": name, "urls": list(urls), **given})
    first = {key: entry.pop(key) for key in ("name", "url", "urls") if key in entry}
    with FileEdit(context, dry_run) as editor:
        editor.add([first | entry])


@policy.command("list")
@click.option("--tag", help="Only policies with this tag.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def list_policies(context: CommandContext, tag: str | None, form: str) -> None:
    """List the policies in the configuration file. `clausewatch status` shows whether they are checked."""
    policies = [each for each in context.configuration().policies if tag is None or tag in each.tags]
    if form == "json":
        click.echo(as_json([dict(entry_of(each)) for each in policies]))
    elif policies:
        click.echo("\n".join(columns([HEADINGS, *map(_cells, policies)])))
    else:
        click.echo("No policy is configured." if tag is None else f"No policy has the tag {printable(tag)}.")


def _cells(each: Policy) -> tuple[str, ...]:
    state = "paused" if each.paused else "watched"
    return (each.name, " ".join(each.urls), duration_text(each.every), ", ".join(each.tags), each.owner, state)


@policy.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=policy_names)
@dry_run_option
@pass_context
def remove(context: CommandContext, names: Sequence[str], dry_run: bool) -> None:
    """Remove policies from the file. Their history stays in the archive."""
    with FileEdit(context, dry_run) as editor:
        editor.remove(names)


@policy.command()
@click.argument("old", shell_complete=policy_names)
@click.argument("new")
@dry_run_option
@pass_context
def rename(context: CommandContext, old: str, new: str, dry_run: bool) -> None:
    """Rename the policy OLD to NEW.

    The policy keeps its history, because `renamed_from` is written too. Subscribers and legal holds in the file that
    name OLD are changed to NEW.
    """
    with FileEdit(context, dry_run) as editor:
        editor.rename(old, new)


@policy.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=policy_names)
@dry_run_option
@pass_context
def pause(context: CommandContext, names: Sequence[str], dry_run: bool) -> None:
    """Stop fetching policies for now. They stay in the file, and `clausewatch status` still shows them."""
    with FileEdit(context, dry_run) as editor:
        for name in names:
            editor.change(name, {"paused": True})


@policy.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=policy_names)
@dry_run_option
@pass_context
def resume(context: CommandContext, names: Sequence[str], dry_run: bool) -> None:
    """Fetch paused policies again. The next run fetches them."""
    with FileEdit(context, dry_run) as editor:
        for name in names:
            editor.change(name, {"paused": None})


@policy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@dry_run_option
@pass_context
def import_table(context: CommandContext, file: Path, dry_run: bool) -> None:
    """Add or change policies from a CSV table in the format of `policy export`.

    If the configuration has a policy with the name in a row, the row changes that policy. Settings without a column in
    the table stay. Any other row adds a policy. No policy is removed.
    """
    try:
        rows = read_table(small_file(file, LARGEST).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TableError(f"{file} is not UTF-8 text: save it as CSV UTF-8") from error
    _check_names(rows.entries)
    with FileEdit(context, dry_run) as editor:
        for entry in rows.entries:
            editor.update(entry, rows.columns)


def _check_names(entries: Sequence[Entry]) -> None:
    for name, count in Counter(str(entry["name"]) for entry in entries).items():
        if count > 1:
            raise TableError(f"{'two' if count == 2 else count} rows are called {name!r}: a name is unique")


@policy.command("export")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@pass_context
def export_table(context: CommandContext, output: Path | None) -> None:
    """Write the policies as a CSV table for a spreadsheet. `policy import` reads this table without loss.

    If a spreadsheet could run a cell as a formula, the cell begins with an added apostrophe. The import removes the
    apostrophe.
    """
    content = table(map(entry_of, context.configuration().policies)).encode()
    if output is None:
        click.echo(content, nl=False)
    else:
        output.write_bytes(content)
