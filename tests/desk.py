"""Provides a user's folder with a configuration file. Tests run `clausewatch` in this folder, as cron does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import forking
from tests.forking import Ended
from tests.sources import PROJECT

CRAWL = {
    "every": '"1h"',
    "delay": '"0 s"',
    "timeout": '"60 s"',
    "retries": "0",
    "allow_private": '["127.0.0.1"]',
    "contact": '"desk@example.org"',
}
"""Settings that make a crawl of a test quick. `timeout` is long enough for a busy machine."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a configuration."""

    folder: Path

    @property
    def configuration(self) -> Path:
        return self.folder / "clausewatch.toml"

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'clausewatch.db'}"

    def configure(
        self,
        policies: Mapping[str, str],
        *,
        mail: str = "",
        crawl: Mapping[str, str] | None = None,
        policy_lines: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Write the configuration with these policies. `policies` has the address of each policy, by its name.

        If `mail` names a channel, also add a subscriber.
        """
        lines = ["[crawl]", *(f"{key} = {value}" for key, value in (CRAWL | dict(crawl or {})).items())]
        for name, url in policies.items():
            lines += ["[[policy]]", f'name = "{name}"', f'url = "{url}"', *(policy_lines or {}).get(name, ())]
        if mail:
            lines += ["[channels]", f'post = "{mail}"']
            who = ['name = "Officer"', 'via = ["post:officer@example.org"]', "welcome = false"]
            lines += ["[[subscriber]]", *who]
        self.configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "clausewatch", "--config", str(self.configuration), *arguments]

    def clausewatch(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        """Run a command with additional environment variables, and wait for its end."""
        if environment and "LD_PRELOAD" in environment:  # a library is loaded only when a program starts
            known = {**os.environ, **environment}
            done = subprocess.run(
                self.command(*arguments),
                cwd=PROJECT,
                env=known,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            return Ended(done.returncode, done.stdout, done.stderr)
        words = ("--config", str(self.configuration), *arguments)
        return forking.run("clausewatch", *words, folder=self.folder, environment=environment)
