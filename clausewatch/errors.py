"""The errors that a user should read about, and their exit codes.

    ClausewatchError
    ├── ConfigurationError        the file, an environment variable, a channel: exit code 2
    ├── UnconfiguredPolicyError   a policy that is not in the configuration: exit code 2
    └── RunInProgressError        another run holds the lock: exit code 4

The archive's own `StorageError` ends with exit code 3. Every other exception is a defect of the program, and shows its
traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of commands. Cron jobs, CI jobs and tests depend on these numbers."""

    FINE = 0
    TROUBLE = 1
    """A policy failed or was not comparable, a delivery was given up, or a row of a batch could not be read."""
    USAGE = 2
    """Wrong usage or configuration."""
    STORAGE = 3
    LOCKED = 4
    """Another run holds the lock."""
    MATERIAL = 10
    """A material change was found, with the option `--exit-code`."""


PRECEDENCE = (ExitCode.STORAGE, ExitCode.USAGE, ExitCode.LOCKED, ExitCode.MATERIAL, ExitCode.TROUBLE, ExitCode.FINE)


def leading(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the most important exit code; FINE if there are none."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.FINE)


class ClausewatchError(Exception):
    """An expected error. The message says what is wrong, where, and what to do; no traceback is shown."""

    exit_code = ExitCode.TROUBLE


class ConfigurationError(ClausewatchError):
    """The configuration is invalid. `problems` lists everything that is wrong with it."""

    exit_code = ExitCode.USAGE

    def __init__(self, source: str, problems: Iterable[str]) -> None:
        self.source = source
        """The file, as the user wrote its path."""
        self.problems = tuple(problems)
        """One sentence for each problem, beginning with its location in the file."""
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.source}: {self.problems[0]}"
        listed = "\n".join(f"  {problem}" for problem in self.problems)
        return f"{self.source}: {len(self.problems)} problems\n{listed}"


class UnconfiguredPolicyError(ClausewatchError):
    """A policy was named that is not in the configuration."""

    exit_code = ExitCode.USAGE

    def __init__(self, name: str, names: Iterable[str]) -> None:
        self.name = name
        super().__init__(f"there is no policy {name!r}; {suggestion(name, names)}")


class PausedPolicyError(ClausewatchError):
    """A policy was requested whose fetching is paused in the configuration."""

    exit_code = ExitCode.USAGE

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is paused, so it is not fetched: take `paused` out of the configuration to resume it")


class RunInProgressError(ClausewatchError):
    """Another run holds the lock."""

    exit_code = ExitCode.LOCKED


_SHOWN = 20


def suggestion(word: str, names: Iterable[str]) -> str:
    """Return a hint: the name that was probably meant, or else up to `_SHOWN` of the known names."""
    choices = list(dict.fromkeys(names))
    folded = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    if not choices:
        return "there is none"
    more = f" and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else ""
    return f"known: {', '.join(choices[:_SHOWN])}{more}"
