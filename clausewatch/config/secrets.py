"""Removes secrets from everything that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_SHORTEST = 3
"""A shorter value is not masked: masking every "a" of a text would hide the text, not a secret."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces the value of a variable in a text by `${NAME}`."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables that the configuration used, with their values."""

    def __call__(self, text: str) -> str:
        """Return a text without the values."""
        # The longest first: one value can contain another.
        for name, value in sorted(self.values.items(), key=lambda item: -len(item[1])):
            if len(value) >= _SHORTEST:
                text = text.replace(value, f"${{{name}}}").replace(quote(value, safe=""), f"${{{name}}}")
        return text
