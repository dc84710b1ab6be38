"""The configuration: reads one TOML file into validated, frozen data."""

from clausewatch.config.loading import load
from clausewatch.config.model import Configuration, Stamping

__all__ = ["Configuration", "Stamping", "load"]
