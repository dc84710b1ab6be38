"""Writes docs/keys.md from the tables of the configuration. Run it with `python -m tests.keys_page`."""

from __future__ import annotations

import json
from datetime import time, timedelta
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from clausewatch.config import tables
from clausewatch.config.desk_table import DeskTable
from clausewatch.config.quantities import duration_text, parse_size, size_text
from clausewatch.config.subscriber_table import SubscriberTable
from tests.sources import PROJECT

PAGE = PROJECT / "docs" / "keys.md"

KEYS: dict[str, tuple[type[BaseModel], ...]] = {
    "At the top": (tables.FileTable,),
    "`[crawl]`": (tables.FULL_CRAWL_TABLE,),
    "`[messages]`": (tables.MessagesTable,),
    "`[evidence]`": (tables.EvidenceTable,),
    "`[watchdog]`": (tables.WatchdogTable,),
    "`[desk]`": (DeskTable,),
    "`[[policy]]`": (tables.PolicyTable,),
    "`[profile.NAME]`": (tables.ProfileTable, tables.RuleTable),
    "`[[subscriber]]`": (SubscriberTable,),
}
"""Models of the configuration's tables, by the heading in docs/configuration.md that describes them."""

INTRODUCTION = """\
# Keys of the configuration

This page is generated from the program. For each key, it gives the type of the value and the default.
[Configuration](configuration.md) explains what the keys mean.

A duration is a text with a unit, such as `"30 s"`, `"15 min"`, `"12h"` or `"7d"`. A size is a text like `"8 MB"`.
"""

KINDS: dict[Any, str] = {
    bool: "true or false",
    int: "whole number",
    str: "text",
    time: "time of day, as a text",
    timedelta: "duration",
    dict: "table",
}
"""The names of the types of values."""


def page() -> str:
    """Return the content of docs/keys.md."""
    parts = [INTRODUCTION]
    for heading, models in KEYS.items():
        for model in models:
            title = "`[[profile.NAME.rule]]`" if model is tables.RuleTable else heading
            rows = [row(name, field) for name, field in model.model_fields.items()]
            parts.append("\n".join([f"## {title}", "", "| key | value | default |", "|---|---|---|", *rows, ""]))
    return "\n".join(parts)


def row(name: str, field: FieldInfo) -> str:
    """Return the row of a key."""
    shown = kind(field.annotation, tuple(field.metadata))
    return f"| `{name}` | {shown} | {default(field, shown)} |"


def kind(annotation: Any, metadata: tuple[Any, ...] = ()) -> str:
    """Return a phrase for the type of a value. `metadata` are the validators of the type."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind(arguments[0], arguments[1:])
    if origin is Literal:
        return ", ".join(f'`"{choice}"`' for choice in arguments)
    if type(None) in arguments:  # None stands for a key that is left out
        return kind(arguments[0], metadata)
    if origin in (tuple, list):
        return f"list of {kind(arguments[0])}s"
    if any(isinstance(each, BeforeValidator) and each.func is parse_size for each in metadata):
        return "size"
    return KINDS.get(origin or annotation, "text")


def default(field: FieldInfo, shown: str) -> str:
    """Return the default of a key as it is written in the configuration."""
    value = field.default
    if field.is_required():
        return "required"
    if field.default_factory is not None or value in (None, "", ()):
        return "none"
    if shown == "duration":
        seconds = value if isinstance(value, timedelta) else timedelta(seconds=value)
        return f'`"{duration_text(seconds)}"`'
    return f'`"{size_text(value)}"`' if shown == "size" else f"`{json.dumps(value)}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
