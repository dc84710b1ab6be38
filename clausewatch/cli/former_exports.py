"""The former options of `clausewatch export`. Each of them is a command now."""

from __future__ import annotations

from collections.abc import Mapping

import click

TAKES_VALUE: Mapping[str, bool] = {"--evidence": True, "--warc": False, "--csv": True, "--atom": False}
"""Former options, and whether a value follows. The value is the argument of today's command."""


class ExportGroup(click.Group):
    """A group that also accepts the former options, and names today's command on stderr."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        present = present_form(args)
        if present is not None:
            option, args = present
            click.echo(f"Hint: this is now `clausewatch export {args[0]}`; {option} still works.", err=True)
        return super().parse_args(ctx, args)


def present_form(args: list[str]) -> tuple[str, list[str]] | None:
    """Return the former option in the arguments, and the arguments of today's command; None if there is no such option.

    Raises click.UsageError if there are several former options, or if a value is missing.
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
