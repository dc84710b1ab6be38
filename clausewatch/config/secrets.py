"""Removes secrets from texts before they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_SHORTEST = 3
"""Minimum length of a masked value. If values such as "a" were masked, every text would become unreadable."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces each value of a variable in a text with `${NAME}`."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables that the configuration uses, with their values."""

    def __call__(self, text: str) -> str:
        """Return a text in which the values are replaced."""
        # The longest value is replaced first, because one value can contain a shorter value.
        for name, value in sorted(self.values.items(), key=lambda item: -len(item[1])):
            if len(value) >= _SHORTEST:
                text = text.replace(value, f"${{{name}}}").replace(quote(value, safe=""), f"${{{name}}}")
        return text
