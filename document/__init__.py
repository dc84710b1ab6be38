"""Floor 1: extracts a page's text and decides whether the page is a policy.

Its functions have no side effects. They get bytes and facts, and return frozen data.
"""

from document.html.selectors import SelectorError, check_selector
from document.identity import identity_words, text_identity
from document.reading import is_current, joined, read, read_all
from document.sameness.fingerprint import fingerprint, fingerprint_all
from document.sameness.volatile_parts import differs_only_in_volatile_parts
from document.screening import Screening, screen
from document.serialization import from_json, to_json

__all__ = [
    "Screening",
    "SelectorError",
    "check_selector",
    "differs_only_in_volatile_parts",
    "fingerprint",
    "fingerprint_all",
    "from_json",
    "identity_words",
    "is_current",
    "joined",
    "read",
    "read_all",
    "screen",
    "text_identity",
    "to_json",
]
