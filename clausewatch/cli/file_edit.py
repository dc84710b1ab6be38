"""Shows, checks and writes an edit of the configuration file. Several commands use it."""

from __future__ import annotations

import sys

import click

from clausewatch.cli.context import CommandContext
from clausewatch.config import Configuration
from clausewatch.editing.file_edit import check_edit, differences, text_of, write_edit
from clausewatch.editing.policy_edits import PolicyEditor
from clausewatch.output.terminal import printable


class FileEdit:
    """An edit of the configuration file. At the end of its `with` block, the edit is checked, shown and written."""

    def __init__(self, context: CommandContext, dry_run: bool) -> None:
        self.configuration: Configuration = context.configuration()
        self.dry_run = dry_run
        self.before = text_of(self.configuration.path)
        self.editor = PolicyEditor(self.configuration, self.before)

    def __enter__(self) -> PolicyEditor:
        return self.editor

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is not None:
            return
        edit = self.editor.edit()
        # An invalid edit is refused before it is shown. Otherwise the user might believe that it was written.
        check_edit(self.configuration, edit)
        for line in differences(self.before, edit.text):
            click.echo(printable(line))
        if edit.text == self.before:
            click.echo("Nothing to change.")
            return
        if not self.dry_run:
            write_edit(self.configuration, self.before, edit)
        click.echo(
            "Valid, but not written." if self.dry_run else f"Written to {self.configuration.path}.", file=sys.stderr
        )
