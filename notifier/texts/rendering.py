"""Renders the templates of messages: everything in HTML is escaped, plain text is folded."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifier.texts.wording import marked

COLUMNS = 76
"""Of plain text."""


Render = Callable[[str, dict[str, Any]], str]
"""Fills a template by its name."""


def render(template: str, shown: dict[str, Any]) -> str:
    """Return a filled template, ended by one line break."""
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
    """Return what templates may ask for besides what Jinja has."""
    return {"fold": _fold, "marked": marked}


def _fold(text: str, indent: int = 0, hanging: int = 0) -> str:
    """Break a line of text, every line indented, and all but the first by so much more."""
    return textwrap.fill(
        text,
        COLUMNS,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
