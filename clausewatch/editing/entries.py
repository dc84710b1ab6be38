"""Converts policies to the keys of their `[[policy]]` tables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from archive.model import Policy
from clausewatch.config.quantities import duration_text, parse_duration
from clausewatch.editing.segments import Value

Entry = Mapping[str, Value]
"""The keys of a `[[policy]]` table with their values. Dollar signs in values are single here, but doubled in the file.
"""


COLUMNS = (
    *("name", "url", "urls", "languages", "profile", "tags", "select", "remove", "render", "every", "owner", "paused"),
    "renamed_from",
)
"""The keys of a policy, in the order in which they are written."""


def entry_of(policy: Policy) -> dict[str, Value]:
    """Return the keys that configure a policy. Keys with default values are left out, except `every`."""
    options = policy.options
    keys: dict[str, Value] = {
        "name": policy.name,
        "url": policy.url if len(policy.urls) == 1 else "",
        "urls": list(policy.urls) if len(policy.urls) > 1 else [],
        "languages": list(options.languages),
        "profile": "" if policy.profile == "default" else policy.profile,
        "tags": list(policy.tags),
        "select": list(options.select),
        "remove": list(options.remove),
        "render": options.rendered,
        "every": duration_text(policy.every),
        "owner": policy.owner,
        "paused": policy.paused,
        "renamed_from": policy.renamed_from or "",
    }
    return normalised(keys)


def normalised(entry: Entry) -> dict[str, Value]:
    """Return an entry with each value in the form that `entry_of` uses. So equal policies have equal entries."""
    keys: dict[str, Value]
    keys = {key: value for key, value in entry.items() if value and (key, value) != ("profile", "default")}
    if isinstance(every := keys.get("every"), str):
        with suppress(ValueError):  # the check of the file reports an invalid duration
            keys["every"] = duration_text(parse_duration(every))
    if isinstance(urls := keys.get("urls"), list) and len(urls) == 1 and "url" not in keys:
        keys["url"] = urls[0]
        del keys["urls"]
    return keys


def as_written(value: Value) -> Value:
    """Return a value as the file must write it. In the file, a dollar sign begins a variable, so it is doubled."""
    if isinstance(value, list):
        return [text.replace("$", "$$") for text in value]
    return value.replace("$", "$$") if isinstance(value, str) else value
