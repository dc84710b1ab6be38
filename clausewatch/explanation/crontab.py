"""Makes the crontab line that runs Clausewatch regularly."""

from __future__ import annotations

import hashlib
import shlex
import sys
from datetime import timedelta
from pathlib import Path

from clausewatch.config.model import Configuration

_STEPS = (30, 20, 15)
"""Possible numbers of minutes between two runs if a policy is due more than once an hour. Each divides 60."""


def crontab_line(configuration: Configuration, command: list[str]) -> str:
    """Return a line for `crontab -e`. `command` starts Clausewatch, and begins with an absolute path.

    The line starts a run every hour, or more often if a policy is due more often. A run fetches only due policies, and
    retries failed deliveries. The minute depends on the path of the configuration file. So different installations do
    not all send requests at the full hour.
    """
    log = configuration.path.with_suffix(".log")
    words = [*command, "--config", str(configuration.path), "run", "--log-format", "timed"]
    line = f"{shlex.join(words)} >> {shlex.quote(str(log))} 2>&1"
    # cron reads a % without a backslash as a line end
    return f"{_schedule(configuration)} {line.replace('%', chr(92) + '%')}"


def _schedule(configuration: Configuration) -> str:
    minute = hashlib.sha256(str(configuration.path).encode()).digest()[0] % 60
    shortest = min((policy.every for policy in configuration.policies if not policy.paused), default=timedelta(days=1))
    step = next((step for step in (60, *_STEPS) if timedelta(minutes=step) <= shortest), _STEPS[-1])
    minutes = ",".join(str(number) for number in range(minute % step, 60, step))
    return f"{minutes} * * * *"


def installed_command() -> list[str]:
    """Return the command that starts this installation of Clausewatch from any folder."""
    script = Path(sys.executable).parent / "clausewatch"
    return [str(script)] if script.is_file() else [sys.executable, "-m", "clausewatch"]
