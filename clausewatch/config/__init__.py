"""The configuration: one TOML file, read into validated data that cannot be changed."""

from clausewatch.config.loading import load
from clausewatch.config.model import Configuration, HeadList, Stamping

__all__ = ["Configuration", "HeadList", "Stamping", "load"]
