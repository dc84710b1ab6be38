"""Formats answers as standalone HTML pages. The pages load nothing, run nothing and print well. Save them as UTF-8."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from clausewatch.output.terminal import printable
from clausewatch.output.times import day, moment

if TYPE_CHECKING:
    from jinja2 import Environment


def page(template: str, **answer: object) -> str:
    """Return a page made from an answer and a template in `clausewatch/templates`.

    All texts are escaped. Templates make invisible characters in texts from outside visible.
    """
    return _environment().get_template(template).render(made_at=datetime.now(UTC), **answer)


def page_templates(package: str) -> Environment:
    """Return the page templates of a package. They escape all texts, and fail if a value is missing."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # few answers are pages

    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _environment() -> Environment:
    from clausewatch.output.change_text import look_notes, review_notes, rewrite_lines, version_notes
    from clausewatch.output.inventory_text import change_notes
    from clausewatch.output.redline_words import STATUS_WORDS, body, heading, is_kept, verdict_phrase

    environment = page_templates("clausewatch")
    environment.filters.update(visible=printable, moment=moment, day=day)
    environment.globals.update(
        status_words=STATUS_WORDS,
        heading=heading,
        body=body,
        is_kept=is_kept,
        verdict=verdict_phrase,
        notes=version_notes,
        look_notes=look_notes,
        review_notes=review_notes,
        rewrite_lines=rewrite_lines,
        change_notes=change_notes,
    )
    return environment
