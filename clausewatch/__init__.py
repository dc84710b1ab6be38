"""Floor 5, the top floor: the command line, the configuration, and the cron pass. It calls only the lower floors.

Python programs can import `read`, `compare` and `open_archive`; see docs/python.md. Each of these functions is loaded
on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clausewatch.api import ArchiveReader, Judgement, Reading, compare, open_archive, read

__all__ = ["ArchiveReader", "Judgement", "Reading", "compare", "open_archive", "read"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'clausewatch' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module("clausewatch.api"), name)
