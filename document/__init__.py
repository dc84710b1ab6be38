"""Floor 1: what a page says, and whether it is a policy at all. Pure: bytes and facts in, frozen data out."""

from document.reading import read
from document.screening import Screening, screen
from document.serialization import from_json, to_json

__all__ = ["Screening", "from_json", "read", "screen", "to_json"]
