"""`clausewatch init`: writes a commented configuration to begin with."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

import click

from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.errors import ClausewatchError, ExitCode

ONLY_OWNER = 0o600


class ConfigurationWriteError(ClausewatchError):
    """The file to write already exists, or its folder cannot be written."""

    exit_code = ExitCode.USAGE


@click.command()
@pass_context
def init(context: CommandContext) -> None:
    """Create a clausewatch.toml with comments, and a file for its secrets.

    An existing file is not overwritten. `clausewatch --config FOLDER/NAME.toml init` creates the file in another place.
    """
    configuration = context.config_path
    secrets = configuration.with_suffix(".env")
    for path in (configuration, secrets):
        if path.exists():
            raise ConfigurationWriteError(
                f"{path} already exists, and nothing was written; move it away, or name another with `--config`"
            )
    _write(secrets, _template("template-env.txt"))
    _write(configuration, _template("template.toml").replace("@ENV_FILE@", secrets.name))
    click.echo(f"Wrote {configuration} and, for its secrets, {secrets}.")
    click.echo("Edit both. Then add your policies, and check the configuration:")
    click.echo("  clausewatch find DOMAIN --add    or, with an address: clausewatch policy add NAME ADDRESS")
    click.echo("  clausewatch config check")


def _template(name: str) -> str:
    return (resources.files("clausewatch.config") / name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_OWNER)
    except OSError as error:
        raise ConfigurationWriteError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
