"""The formats in which commands print their answers."""

from __future__ import annotations

import click

FORMATS = click.Choice(["text", "json", "html"])
