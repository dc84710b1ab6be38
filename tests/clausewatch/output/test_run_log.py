"""Tests the formats of a run's log."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from clausewatch.output.run_log import RunLog

TIME = datetime(2026, 3, 31, 14, 30, 5, 999, UTC)


def line(form: str, message: str, run: int | None = 12, **details: object) -> str:
    log = RunLog(form, lambda text: text.replace("hunter2", "****"))
    log.run = run
    return log.line(TIME, logging.WARNING, "policy", message, details)


def test_a_plain_line_is_the_message_alone() -> None:
    assert line("plain", "Ferry: failed", policy="Ferry") == "Ferry: failed"


def test_each_line_of_a_timed_message_begins_with_the_time_and_the_run() -> None:
    assert line("timed", "first\nsecond") == "2026-03-31T14:30:05Z run 12: first\n2026-03-31T14:30:05Z run 12: second"


def test_an_error_before_the_run_has_a_number_still_has_a_time() -> None:
    assert line("timed", "Error: locked", run=None) == "2026-03-31T14:30:05Z: Error: locked"
    assert "run" not in json.loads(line("json", "Error: locked", run=None))


def test_a_line_of_json_has_the_details_and_stays_one_line() -> None:
    written = line("json", "Fähre: failed,\nno answer", policy="Fähre", material=False)
    assert "\n" not in written
    assert json.loads(written) == {
        "time": "2026-03-31T14:30:05Z",
        "run": 12,
        "level": "warning",
        "event": "policy",
        "policy": "Fähre",
        "material": False,
        "message": "Fähre: failed,\nno answer",
    }


@pytest.mark.parametrize("form", ["plain", "timed", "json"])
def test_secrets_are_masked_in_every_format(form: str) -> None:
    assert "hunter2" not in line(form, "mailtos://hunter2@mail.example refused")


@pytest.mark.parametrize("form", ["timed", "json"])
def test_what_a_library_logs_has_the_same_format(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    handler = RunLog(form, lambda text: text.replace("hunter2", "****")).handler(logging.WARNING)
    assert handler is not None
    logger = logging.Logger("sending")
    logger.addHandler(handler)
    logger.info("not shown")
    try:
        int("hunter2")
    except ValueError:
        logger.exception("cannot send to %s", "hunter2")
    out, err = capsys.readouterr()
    if form == "json":
        entry = json.loads(out)
        assert (entry["level"], entry["event"], entry["logger"]) == ("error", "log", "sending")
        assert entry["message"].startswith("cannot send to ****\nTraceback")
    else:
        assert "Z: ERROR sending: cannot send to ****\n" in err
        assert err.splitlines()[-1].endswith("'****'")
    assert "hunter2" not in out + err
    assert "not shown" not in out + err


def test_scrapy_keeps_its_own_handler_in_a_plain_log() -> None:
    assert RunLog().handler(logging.WARNING) is None
