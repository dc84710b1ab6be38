"""Makes the man page from the help texts of the commands. `python -m tests.commands_page` writes it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator

import click

from clausewatch import __version__
from clausewatch.cli import main
from tests.sources import PROJECT

PAGE = PROJECT / "docs" / "man" / "clausewatch.1"

ENVIRONMENT = {
    "CLAUSEWATCH_CONFIG": "The configuration file, if the option --config is not given.",
    "CLAUSEWATCH_LANGUAGES": "A folder with your own languages: see `clausewatch languages`.",
}
FILES = {
    "clausewatch.toml": "The configuration, in the current folder. `clausewatch init` writes a commented one.",
    "clausewatch.db": "The archive, unless the configuration names a different database.",
}
DAYS = """\
Write a day as 2026-03-31, "today", "yesterday", "3 days ago", "2 weeks ago", "6 months ago" or "1 year ago". Days are
in UTC. Write a time as 2026-03-31T14:30. It is in UTC unless you add a zone, as in 2026-03-31T14:30+07:00."""


def man_page(commands: list[tuple[tuple[str, ...], click.Command]]) -> str:
    """Return the man page of these commands. Each command comes with the words that call it."""
    summary = "watches privacy policies, keeps every version, and reports changes that matter"
    lines = [
        '.\\" Made from the help texts by `python -m tests.commands_page`.',
        f'.TH CLAUSEWATCH 1 "" "Clausewatch {__version__}" "User Commands"',
        ".ad l",
        ".SH NAME",
        f"clausewatch \\- {summary}",
        ".SH SYNOPSIS",
        ".B clausewatch",
        "[OPTIONS] COMMAND [ARGS]...",
        ".SH DESCRIPTION",
        *_described(main),
        ".SH OPTIONS",
        *_options(main),
        ".SH COMMANDS",
    ]
    for path, command in commands:
        context = click.Context(command, info_name=" ".join(("clausewatch", *path)))
        usage = " ".join((context.info_name or "", *command.collect_usage_pieces(context)))
        lines += [f".SS {_escaped(' '.join(path))}", ".I " + _escaped(usage), ".PP", *_described(command)]
        lines += _options(command)
    lines += [".SH DAYS AND TIMES", _prose(DAYS), *_exit_codes()]
    lines += [".SH ENVIRONMENT", *_terms(ENVIRONMENT.items()), ".SH FILES", *_terms(FILES.items())]
    return "\n".join(lines) + "\n"


def _described(command: click.Command) -> Iterator[str]:
    """Yield the help text of a command. Its examples and lists, which follow `\\b`, keep their lines."""
    for number, paragraph in enumerate(inspect.cleandoc(command.help or "").split("\n\n")):
        if number:
            yield ".PP"
        if paragraph.startswith("\b\n"):
            yield from (".nf", *map(_escaped, paragraph.splitlines()[1:]), ".fi")
        else:
            yield _prose(paragraph)


def _prose(text: str) -> str:
    """Return a paragraph as one line. Code between backticks becomes bold."""
    return re.sub(r"`([^`]+)`", r"\\fB\1\\fP", _escaped(re.sub(r"\s+", " ", text.strip())))


def _options(command: click.Command) -> Iterator[str]:
    context = click.Context(command)
    shown = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    yield from _terms(record for option in shown if (record := option.get_help_record(context)))


def _terms(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a list of terms, each with its explanation."""
    for term, text in rows:
        yield from (".TP", ".B " + _escaped(term), _prose(text))


def _exit_codes() -> Iterator[str]:
    """Yield the section on exit codes, which the README lists."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", readme, re.MULTILINE)
    yield from (".SH EXIT STATUS", *_terms((code, text) for code, text in rows))
    yield from (".PP", "If several codes apply, the exit code is the first of 3, 2, 4, 10, 1.")


def _escaped(text: str) -> str:
    """Escape a text, so that no part of it is read as a command of the man page format."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
