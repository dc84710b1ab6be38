"""Reads the documents of the project, and the commands in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from clausewatch.cli import COMMANDS, main
from tests.sources import PROJECT

WRITTEN = ("commands.md", "figures.md", "keys.md")
"""Documents that are not written by hand: a program writes them, or they list measurements."""

TUTORIALS = sorted((PROJECT / "docs/tutorials").glob("*.md"))

DOCUMENTS = [
    *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted(path for path in (PROJECT / "docs").glob("*.md") if path.name not in WRITTEN),
    *TUTORIALS,
]

_SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4}(clausewatch .+)$", re.MULTILINE)


def blocks(document: Path, language: str) -> list[str]:
    """Return the fenced code blocks of a document that are in a language."""
    return [text for kind, text in _BLOCK.findall(document.read_text(encoding="utf-8")) if kind == language]


def shell_lines(document: Path) -> Iterator[list[str]]:
    """Yield the words after `clausewatch` for each command in the examples of a document. Leave out redirections."""
    text = document.read_text(encoding="utf-8")
    shell = [block for kind, block in _BLOCK.findall(text) if kind in ("", "sh")]
    lines = [line for block in shell for line in block.splitlines()] + _INDENTED.findall(_BLOCK.sub("", text))
    for line in lines:
        command = line.strip().removeprefix("$ ")
        if command.startswith("clausewatch "):
            yield called(command)


def called(line: str) -> list[str]:
    """Return the words after `clausewatch` in a command. Leave out comments and redirections."""
    words = shlex.split(line, comments=True)[1:]
    end = next((position for position, word in enumerate(words) if word in (">", ">>", "2>&1", "||")), len(words))
    return words[:end]


def named(document: Path) -> Iterator[list[str]]:
    """Yield the words of each code span that contains a command.

    In such a span, the first word `clausewatch` is optional.
    """
    text = _BLOCK.sub("", document.read_text(encoding="utf-8"))
    for span in _SPAN.findall(text):
        words = span.split()
        if words[0] == "clausewatch":
            yield words[1:]
        elif words[0] in COMMANDS:
            yield words


def resolved(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that these words call, and the remaining words. Raises KeyError for an unknown command."""
    command: click.Command = main
    rest = words
    while isinstance(command, click.Group):
        names = [word for word in rest if not word.startswith("-")]
        if not names or names[0].isupper() or names[0] == "…":
            return command, rest
        inner = command.get_command(click.Context(command), names[0])
        if inner is None:
            raise KeyError(names[0])
        command, rest = inner, rest[rest.index(names[0]) + 1 :]
    return command, rest
