"""Renders message templates. HTML is escaped, and plain text is wrapped."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifier.texts.redline import marked

COLUMNS = 76
"""Line width of plain text."""


Render = Callable[[str, dict[str, Any]], str]
"""A function that fills the template with a given name."""


def render(template: str, shown: dict[str, Any]) -> str:
    """Return a filled template with one line break at its end."""
    return _environment().get_template(template).render(shown).strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("notifier"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters())
    return environment


def filters() -> dict[str, Callable[..., str]]:
    """Return our template filters, in addition to Jinja's."""
    return {"fold": _fold, "marked": marked}


def _fold(text: str, indent: int = 0, hanging: int = 0) -> str:
    """Wrap a line of text with an indent. `hanging` is a further indent for all lines after the first."""
    return textwrap.fill(
        text,
        COLUMNS,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
