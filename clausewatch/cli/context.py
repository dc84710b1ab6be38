"""The context of all commands: the configuration and the archive, each opened on first use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
        """Whether the user named the file. If so, it must exist."""

    def configuration(self) -> Configuration:
        """Return the configuration, loaded once. Raise ConfigurationError if it is invalid."""
        return self._configuration

    def checked_configuration(self) -> Configuration:
        """Return the configuration with its channels checked too, for commands that send. Raises ConfigurationError.

        It imports Apprise, so a command that needs the lock must take the lock first.
        """
        from clausewatch.config import load
        from notifier.channels import address_problem

        _check_added_languages()
        return load(self.config_path, check_channel=address_problem)

    def own_profiles(self) -> Mapping[str, Profile]:
        """Return the configuration's profiles; empty if no file is named and the default file does not exist.

        It is for commands that work without a configuration. Raises ConfigurationError.
        """
        has_file = self.config_is_named or self.config_path.exists()
        return self.configuration().profiles if has_file else {}

    def archive(self) -> Archive:
        """Open the archive; use it in a `with` statement. Raises StorageError."""
        from archive.storage.database import open_archive

        configuration = self.configuration()
        return open_archive(configuration.database, configuration.busy_timeout, group=configuration.database_group)

    @cached_property
    def _configuration(self) -> Configuration:
        from clausewatch.config import load

        _check_added_languages()
        return load(self.config_path)


def _check_added_languages() -> None:
    """Raise LanguageError with all problems of the languages that the user added."""
    if not os.environ.get(ADDED):
        return
    from clausewatch.inspection.language_survey import survey

    problems = [problem for report in survey() for problem in report.problems]
    if problems:
        raise LanguageError("\n".join(["a language cannot be used:", *(f"  {problem}" for problem in problems)]))


pass_context = click.make_pass_decorator(CommandContext)
