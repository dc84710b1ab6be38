"""Floor 2: decides whether two documents can be compared, what changed, and whether it matters.

All functions are pure. Each function is loaded on first use, because a command that only reads the archive needs none
of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from differ.judgement.profiles import load_profile as load_profile
    from differ.judgement.profiles import profile_names as profile_names
    from differ.judgement.profiles import tailored as tailored
    from differ.visits.comparability import comparability as comparability
    from differ.visits.comparing import compare as compare

_MODULES = {
    "comparability": "visits.comparability",
    "compare": "visits.comparing",
    "load_profile": "judgement.profiles",
    "profile_names": "judgement.profiles",
    "tailored": "judgement.profiles",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'differ' has no attribute {name!r}")
    return getattr(import_module(f"differ.{_MODULES[name]}"), name)
