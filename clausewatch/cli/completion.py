"""Completes the names of policies in a shell."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import click

LARGEST = 50_000_000
"""Maximum size in bytes of a configuration that is read. Reading a larger file would take too long while somebody
types.
"""

_SPECIAL = re.compile(r"([^\w@%+=:,./-])")


def policy_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the configured policies whose names begin with the typed letters, in upper or lower case.

    If the file cannot be read, nothing is completed, and no error is shown.
    """
    named = ctx.find_root().params.get("config_path") or os.environ.get("CLAUSEWATCH_CONFIG") or "clausewatch.toml"
    path = Path(named)
    try:
        if path.stat().st_size > LARGEST:
            return []
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("policy")
    except (OSError, ValueError):
        return []
    names = [table.get("name") for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []
    texts = [name.strip().replace("$$", "$") for name in names if isinstance(name, str)]
    return [_typed(name) for name in texts if name.casefold().startswith(incomplete.casefold())]


def _typed(name: str) -> str:
    """Return a name in the form that the shell needs. Other shells quote special characters themselves, but for bash
    they are quoted here. Backslashes are doubled for bash, because click's function for bash reads each name with
    `read`, which makes one backslash of two.
    """
    is_bash = os.environ.get("_CLAUSEWATCH_COMPLETE", "").startswith("bash")
    return _SPECIAL.sub(r"\\\\\1", name) if is_bash else name
