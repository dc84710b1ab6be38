"""Floor 1: extracts a page's text and decides whether the page is a policy.

Its functions have no side effects. They get bytes and facts, and return frozen data. Each function is loaded on first
use, because a command that only reads the archive needs few of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from document.html.selectors import SelectorError as SelectorError
    from document.html.selectors import check_selector as check_selector
    from document.identity import identity_words as identity_words
    from document.identity import text_identity as text_identity
    from document.reading import is_current as is_current
    from document.reading import joined as joined
    from document.reading import read as read
    from document.reading import read_all as read_all
    from document.sameness.fingerprint import fingerprint as fingerprint
    from document.sameness.fingerprint import fingerprint_all as fingerprint_all
    from document.sameness.page_digest import PageDigest as PageDigest
    from document.sameness.page_digest import digest_of as digest_of
    from document.sameness.page_digest import has_digest as has_digest
    from document.sameness.volatile_parts import differs_only_in_volatile_parts as differs_only_in_volatile_parts
    from document.screening import Screening as Screening
    from document.screening import screen as screen
    from document.serialization import from_json as from_json
    from document.serialization import to_json as to_json

_MODULES = {
    "PageDigest": "sameness.page_digest",
    "Screening": "screening",
    "SelectorError": "html.selectors",
    "check_selector": "html.selectors",
    "digest_of": "sameness.page_digest",
    "differs_only_in_volatile_parts": "sameness.volatile_parts",
    "fingerprint": "sameness.fingerprint",
    "fingerprint_all": "sameness.fingerprint",
    "from_json": "serialization",
    "has_digest": "sameness.page_digest",
    "identity_words": "identity",
    "is_current": "reading",
    "joined": "reading",
    "read": "reading",
    "read_all": "reading",
    "screen": "screening",
    "text_identity": "identity",
    "to_json": "serialization",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'document' has no attribute {name!r}")
    return getattr(import_module(f"document.{_MODULES[name]}"), name)
