"""Writes the log of a run in one of three formats: plain lines, lines with the time and the run's number in front, or
JSON.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import click

FORMATS = ("plain", "timed", "json")
"""The formats of a log. `plain` suits a person at a terminal, `timed` a file, `json` a program that collects logs."""


class RunLog:
    """Writes the lines of one run in one format."""

    def __init__(self, form: str = "plain", redacted: Callable[[str], str] = str) -> None:
        self.form = form
        self.run: int | None = None
        """Number of the run. None until the archive has given the run a number."""
        self._redacted = redacted

    def write(self, level: int, event: str, message: str, details: Mapping[str, object] | None = None) -> None:
        """Write one event. `level` is a level of the module `logging`.

        JSON goes to standard output. In the other formats, warnings and errors go to standard error, and `details` are
        left out.
        """
        line = self.line(datetime.now(UTC), level, event, message, details or {})
        click.echo(line, err=self.form != "json" and level >= logging.WARNING)

    def line(self, time: datetime, level: int, event: str, message: str, details: Mapping[str, object]) -> str:
        """Return the line of an event. In the format `timed`, each line of the message begins with the time."""
        message = self._redacted(message)
        moment = time.isoformat(timespec="seconds").replace("+00:00", "Z")
        if self.form == "json":
            run = {} if self.run is None else {"run": self.run}
            level_name = logging.getLevelName(level).lower()
            entry = {"time": moment, **run, "level": level_name, "event": event, **details, "message": message}
            return json.dumps(entry, ensure_ascii=False)
        if self.form == "timed":
            start = moment if self.run is None else f"{moment} run {self.run}"
            return "\n".join(f"{start}: {line}" for line in message.splitlines())
        return message

    def handler(self, level: int) -> logging.Handler | None:
        """Return a handler for the messages that libraries log at `level` or above. Return None in the format `plain`,
        because Scrapy then uses its own handler.
        """
        if self.form == "plain":
            return None
        handler = logging.StreamHandler(sys.stdout if self.form == "json" else sys.stderr)
        handler.setLevel(level)
        handler.setFormatter(_RecordFormatter(self))
        return handler


class _RecordFormatter(logging.Formatter):
    """Formats what a library logs as a line of a run's log."""

    def __init__(self, log: RunLog) -> None:
        super().__init__()
        self._log = log

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        if self._log.form == "timed":
            message = f"{record.levelname} {record.name}: {message}"
        time = datetime.fromtimestamp(record.created, UTC)
        return self._log.line(time, record.levelno, "log", message, {"logger": record.name})
