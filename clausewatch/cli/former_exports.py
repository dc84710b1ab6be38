"""Accepts the former options of `clausewatch export`, such as `--csv`. Each of them is now a command, such as `export
csv`.
"""

from __future__ import annotations

from collections.abc import Mapping

import click

TAKES_VALUE: Mapping[str, bool] = {"--evidence": True, "--warc": False, "--csv": True, "--atom": False}
"""The former options. True means that the option had a value. The value is now the argument of the command."""


class ExportGroup(click.Group):
    """A group of commands that still accepts the former options. If one is used, the command that replaces it is
    printed on stderr.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        present = present_form(args)
        if present is not None:
            option, args = present
            click.echo(f"Hint: this is now `clausewatch export {args[0]}`; {option} still works.", err=True)
        return super().parse_args(ctx, args)


def present_form(args: list[str]) -> tuple[str, list[str]] | None:
    """Return the former option in the arguments, and the arguments of the command that replaces it.

    Return None if there is no former option. Raises click.UsageError if there are several, or if a value is missing.
    """
    if not args or not args[0].startswith("-"):
        return None
    positions = [position for position, word in enumerate(args) if word.partition("=")[0] in TAKES_VALUE]
    if not positions:
        return None
    if len(positions) > 1:
        raise click.UsageError("Export one thing at a time: evidence, warc, csv or atom.")
    (at,) = positions
    option, _, value = args[at].partition("=")
    end = at + 1
    if TAKES_VALUE[option] and not value:
        end = at + 2
        value = "".join(args[at + 1 : end])
        if not value:
            raise click.UsageError(f"Option {option!r} requires an argument.")
    command = option.removeprefix("--")
    return option, [command, *([value] if value else []), *args[:at], *args[end:]]
