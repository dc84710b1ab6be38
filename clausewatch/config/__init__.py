"""Reads the configuration from one TOML file. The result is validated and cannot be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clausewatch.config.loading import load
    from clausewatch.config.model import Configuration, HeadList, Stamping

__all__ = ["Configuration", "HeadList", "Stamping", "load"]


def __getattr__(name: str) -> Any:
    # The modules for validation take long to import, and a run that has nothing to do does not need them.
    if name not in __all__:
        raise AttributeError(f"module 'clausewatch.config' has no attribute {name!r}")
    import importlib

    module = "loading" if name == "load" else "model"
    return getattr(importlib.import_module(f"clausewatch.config.{module}"), name)
