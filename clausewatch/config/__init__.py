"""The configuration: reads one TOML file into validated, frozen data."""

from clausewatch.config.loading import load
from clausewatch.config.model import Configuration, HeadList, Stamping

__all__ = ["Configuration", "HeadList", "Stamping", "load"]
