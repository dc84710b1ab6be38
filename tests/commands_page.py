"""Writes docs/commands.md and the man page from the help texts. Run it with `python -m tests.commands_page`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from clausewatch.cli import main
from tests import man_page
from tests.sources import PROJECT

PAGE = PROJECT / "docs" / "commands.md"

INTRODUCTION = """\
# Commands

This page is generated from the help texts of the program. `clausewatch COMMAND --help` prints the same text.

Write a day as `2026-03-31`, `today`, `yesterday`, `3 days ago`, `2 weeks ago`, `6 months ago` or `1 year ago`. Days are
in UTC. Write a time as `2026-03-31T14:30`. It is in UTC unless you add a zone (`2026-03-31T14:30+07:00`).
"""


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command and the words that call it. A group comes before its commands."""
    if path:
        yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))


def options(command: click.Command) -> Iterator[click.Option]:
    """Yield all options in the help text of a command except --help."""
    yield from (each for each in command.params if isinstance(each, click.Option) and not each.hidden)


def page() -> str:
    """Return the content of docs/commands.md."""
    parts = [INTRODUCTION, _section((), main), *(_section(path, command) for path, command in commands(main))]
    return "\n".join(parts)


def _section(path: tuple[str, ...], command: click.Command) -> str:
    context = click.Context(command, info_name=" ".join(("clausewatch", *path)))
    usage = " ".join((context.info_name or "", *command.collect_usage_pieces(context)))
    lines = [f"## `{' '.join(('clausewatch', *path))}`", "", f"`{usage}`", ""]
    lines += [_description(command.help or ""), ""] if command.help else []
    rows = [row for option in options(command) if (row := option.get_help_record(context))]
    lines += ["| option | does |", "|---|---|", *(f"| `{_cell(name)}` | {_cell(text)} |" for name, text in rows), ""]
    return "\n".join(lines if rows else lines[:-3])


def _description(text: str) -> str:
    """Return a help text as Markdown. The examples, which follow `\\b` in the help text, become a block of code."""
    prose, _, examples = inspect.cleandoc(text).partition("\b\n")
    block = f"\n\n```sh\n{examples.strip()}\n```" if examples else ""
    return prose.strip() + block


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    man_page.PAGE.write_text(man_page.man_page(list(commands(main))), encoding="utf-8")
