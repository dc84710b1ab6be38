"""The configuration: one TOML file into validated, frozen data."""

from clausewatch.config.loading import load
from clausewatch.config.model import Configuration

__all__ = ["Configuration", "load"]
