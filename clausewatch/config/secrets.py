"""Removes secrets from all texts that are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_SHORTEST = 3
"""Minimum length of a value that is masked. Masking every "a" would only make the text unreadable."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces the values of variables in a text by `${NAME}`."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables that the configuration uses, with their values."""

    def __call__(self, text: str) -> str:
        """Return a text with the values replaced."""
        # The longest comes first, because one value can contain another.
        for name, value in sorted(self.values.items(), key=lambda item: -len(item[1])):
            if len(value) >= _SHORTEST:
                text = text.replace(value, f"${{{name}}}").replace(quote(value, safe=""), f"${{{name}}}")
        return text
