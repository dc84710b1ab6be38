"""The steps of the demo: prepare a folder, write a configuration, and visit the policies in the same way as cron."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from clausewatch.demo.editions import site_policies
from clausewatch.demo.mailbox import DemoMailbox
from clausewatch.demo.site import DemoSite
from clausewatch.errors import ClausewatchError, ExitCode

READER = "privacy-desk@demo.example"
"""Address of the subscriber to all policies of the demo."""

JAKARTA = "kantor-jakarta@demo.example"
"""Address of the subscriber to the Indonesian policy. This subscriber receives messages in Indonesian."""

MARK = "# Written by `clausewatch demo`. Use it as a model, or throw the folder away."
"""First line of the demo's configuration. A folder with such a file is the folder of an earlier demo."""

CRAWL_TIME = 120
"""Seconds after which a run of the demo is aborted."""


class DemoFolderError(ClausewatchError):
    """The folder for the demo's files cannot be used."""

    exit_code = ExitCode.USAGE


class DemoCrawlError(ClausewatchError):
    """A run of the demo failed."""


def prepare(output: Path | None) -> Path:
    """Return an empty folder: `output`, or a new temporary folder.

    The files of an earlier demo in `output` are removed. Raises DemoFolderError if `output` contains other files or
    cannot be written.
    """
    try:
        if output is None:
            return Path(tempfile.mkdtemp(prefix="clausewatch-demo-"))
        folder = output.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
    except OSError as error:
        where = output or "the folder for temporary files"
        raise DemoFolderError(f"{where} cannot be used: {error.strerror}; name a folder with --output") from error
    return folder


def _clear(folder: Path) -> None:
    entries = list(folder.iterdir())
    configuration = folder / "clausewatch.toml"
    if entries and not (configuration.is_file() and configuration.read_text("utf-8").startswith(MARK)):
        raise DemoFolderError(f"{folder} is not empty and holds no earlier demo: name another folder")
    for entry in entries:
        if entry.is_file():
            entry.unlink()


def configure(folder: Path, site: DemoSite, mailbox: DemoMailbox) -> Path:
    """Write a configuration that watches all policies of the site, and return its path."""
    template = (files("clausewatch.demo") / "configuration.toml.txt").read_text(encoding="utf-8")
    text = _TEMPLATES.from_string(template).render(
        mark=MARK, reader=READER, jakarta=JAKARTA, site=site, mailbox=mailbox, policies=site_policies()
    )
    path = folder / "clausewatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def crawl(configuration: Path) -> str:
    """Run `clausewatch run` for all policies, and return its summary.

    The command is a separate process, because Scrapy can run only once in a process. Raises DemoCrawlError.
    """
    command = [sys.executable, "-m", "clausewatch", "--config", str(configuration), "run", "--all"]
    try:
        done = subprocess.run(  # noqa: S603 - our own command, no shell
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=CRAWL_TIME,
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired as error:
        raise DemoCrawlError(f"the crawl was given up after {CRAWL_TIME} s: {' '.join(command)}") from error
    if done.returncode != ExitCode.FINE:
        output = (done.stderr or done.stdout).strip()
        raise DemoCrawlError(f"the crawl ended with exit code {done.returncode}: {' '.join(command)}\n{output}")
    return done.stdout.strip()


def _environment() -> dict[str, str]:
    """Return the environment of this process without the variables that Clausewatch reads."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CLAUSEWATCH_")}


_TEMPLATES = Environment(  # noqa: S701 - it renders TOML, which needs no HTML escaping
    undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
)
