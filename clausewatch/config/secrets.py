"""Removes secrets from everything that is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

MASK = "***"
_SHORTEST = 3
"""A shorter value is not masked: masking every "a" of a text would hide the text, not a secret."""

_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")
_TELLING = re.compile(r"(?i)([?&][^=&#\s]*(?:pass|pwd|secret|token|key)[^=&#\s]*=)[^&#\s]*")


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


def masked_url(url: str) -> str:
    """Return a database URL without its password, also if the password is in the query."""
    return _TELLING.sub(rf"\g<1>{MASK}", _USERINFO.sub(_without_password, url))


def _without_password(match: re.Match[str]) -> str:
    user, colon, _ = match[0].partition(":")
    return f"{user}:{MASK}@" if colon else match[0]
