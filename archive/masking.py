"""Masks the password in a database URL. Every message that shows a database URL uses this function."""

from __future__ import annotations

import re

MASK = "***"

_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")
_TELLING = re.compile(r"(?i)([?&][^=&#\s]*(?:pass|pwd|secret|token|key)[^=&#\s]*=)[^&#\s]*")


def masked_url(url: str) -> str:
    """Return a database URL without its password. The password may also be in the URL's query."""
    return _TELLING.sub(rf"\g<1>{MASK}", _USERINFO.sub(_without_password, url))


def _without_password(match: re.Match[str]) -> str:
    user, colon, _ = match[0].partition(":")
    return f"{user}:{MASK}@" if colon else match[0]
