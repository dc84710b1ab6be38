"""The errors that a user should read about, and their exit codes.

    ClausewatchError
    ├── ConfigurationError        the file, an environment variable or a channel is wrong: exit code 2
    ├── UnconfiguredPolicyError   a named policy is not in the configuration: exit code 2
    └── RunInProgressError        another run holds the lock: exit code 4

The archive's own `StorageError` ends with exit code 3. Every other exception is a defect of the program, and shows its
traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of commands. Users' cron jobs and CI jobs depend on these numbers."""

    FINE = 0
    TROUBLE = 1
    """Something needs attention: for example, a policy failed or was not comparable, or a message was given up."""
    USAGE = 2
    """Wrong usage or configuration."""
    STORAGE = 3
    LOCKED = 4
    """Another run holds the lock."""
    MATERIAL = 10
    """A material change was found. Only the option `--exit-code` gives this code."""


PRECEDENCE = (ExitCode.STORAGE, ExitCode.USAGE, ExitCode.LOCKED, ExitCode.MATERIAL, ExitCode.TROUBLE, ExitCode.FINE)


def leading(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the most important of these exit codes; FINE if there are none."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.FINE)


class ClausewatchError(Exception):
    """An expected error. Its message says what is wrong, where, and how to fix it. The user sees no traceback."""

    exit_code = ExitCode.TROUBLE


class ConfigurationError(ClausewatchError):
    """The configuration is invalid. `problems` lists everything that is wrong with it."""

    exit_code = ExitCode.USAGE

    def __init__(self, source: str, problems: Iterable[str]) -> None:
        self.source = source
        """Path of the configuration file, as the user wrote it."""
        self.problems = tuple(problems)
        """A sentence for each problem. It begins with the location in the file."""
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.source}: {self.problems[0]}"
        listed = "\n".join(f"  {problem}" for problem in self.problems)
        return f"{self.source}: {len(self.problems)} problems\n{listed}"


class UnconfiguredPolicyError(ClausewatchError):
    """The user named a policy that is not in the configuration."""

    exit_code = ExitCode.USAGE

    def __init__(self, name: str, names: Iterable[str]) -> None:
        self.name = name
        super().__init__(f"there is no policy {name!r}; {suggestion(name, names)}")


class PausedPolicyError(ClausewatchError):
    """The user asked for a check of a policy that is paused in the configuration."""

    exit_code = ExitCode.USAGE

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is paused, so it is not fetched: take `paused` out of the configuration to resume it")


class RunInProgressError(ClausewatchError):
    """Another run holds the lock."""

    exit_code = ExitCode.LOCKED


_SHOWN = 20


def suggestion(word: str, names: Iterable[str]) -> str:
    """Return a hint: the known name that is most similar to a word.

    If no name is similar, return up to `_SHOWN` known names.
    """
    choices = list(dict.fromkeys(names))
    folded = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    if not choices:
        return "there is none"
    more = f" and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else ""
    return f"known: {', '.join(choices[:_SHOWN])}{more}"
