"""The context of all commands: the configuration and the archive. Both are opened on first use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clausewatch.output.run_log import RunLog
from languages import ADDED, LanguageError

if TYPE_CHECKING:
    from archive.storage.database import Archive
    from clausewatch.config import Configuration
    from differ.judgement.profiles import Profile


class CommandContext:
    """The configuration and the archive of a command."""

    def __init__(self, config_path: Path | None = None) -> None:
        self.config_path = config_path or Path("clausewatch.toml")
        """Path of the configuration file, as the user wrote it."""
        self.config_is_named = config_path is not None
        """Whether the user gave the path with `--config`. Such a file must exist."""
        self.log = RunLog()
        """Log for the error that ends the command. `clausewatch run` replaces it with a log in the chosen format."""

    def configuration(self) -> Configuration:
        """Return the configuration. It is loaded only once. Raises ConfigurationError if it is invalid."""
        return self._configuration

    def checked_configuration(self) -> Configuration:
        """Return the configuration, and also check its channels. Commands that send messages need this check. Raises
        ConfigurationError. The check is slow, because it imports Apprise. So a command that needs the lock for runs
        must get the lock before this check. If the same file was checked before, the channels are not checked again.
        """
        from clausewatch.config import load
        from clausewatch.config.checked import recall, remember

        _check_added_languages()
        known = recall(self.config_path) is not None
        checked = load(self.config_path, check_channel=None if known else _address_problem)
        used = checked.redacted.values
        return replace(checked, token=remember(checked.path, checked.written_database, checked.env_file, used))

    def own_profiles(self) -> Mapping[str, Profile]:
        """Return the configuration's own profiles. Commands that also work without a configuration use this function.
        If the user gave no path and the default file does not exist, the result is empty. Raises ConfigurationError.
        """
        has_file = self.config_is_named or self.config_path.exists()
        return self.configuration().profiles if has_file else {}

    def archive(self) -> Archive:
        """Open the archive. Use the result in a `with` statement, which closes it. Raises StorageError."""
        from archive.storage.database import open_archive

        configuration = self.configuration()
        return open_archive(configuration.database, configuration.busy_timeout, group=configuration.database_group)

    @cached_property
    def _configuration(self) -> Configuration:
        from clausewatch.config import load

        _check_added_languages()
        return load(self.config_path)


def _address_problem(address: str, recipient: str) -> str | None:
    from notifier.channels import address_problem  # without channels, Apprise is not imported

    return address_problem(address, recipient)


def _check_added_languages() -> None:
    """Raise LanguageError if a language that the user added has problems. The error lists all of them."""
    if not os.environ.get(ADDED):
        return
    from clausewatch.inspection.language_survey import survey

    problems = [problem for report in survey() for problem in report.problems]
    if problems:
        raise LanguageError("\n".join(["a language cannot be used:", *(f"  {problem}" for problem in problems)]))


pass_context = click.make_pass_decorator(CommandContext)
