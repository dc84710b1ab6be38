"""Tests the alarms for an operator who does not look at the status by hand: `status --check`, and the ping after each
run.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.recording.recorder import record
from archive.recording.runs import begin_run, end_run, run_times
from clausewatch.operation.guarded_http import RequestError, ping
from crawler.network.addresses import AllowList
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target
from notifier.channels.outcome import Failed
from tests.archive.visits import START, failed, refused
from tests.clausewatch.questions.test_status import just_tried
from tests.clausewatch.watched import CONFIGURATION, call, configured, opened, watched
from tests.desk import Desk
from tests.notifier.changes import WILL_NOT, record_change
from tests.server import Answer, serving
from tests.sources import PROJECT

NOW = datetime.now(UTC)
LOOPBACK = AllowList.of(["127.0.0.1"])
PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_bytes()


def just_ran(folder: Path, ago: timedelta = timedelta(0)) -> None:
    """Record a completed run that tried every policy, `ago` before now."""
    just_tried(folder)
    with opened(folder) as archive:
        end_run(archive, begin_run(archive, NOW - ago), NOW - ago)


def test_nothing_is_printed_if_nothing_is_wrong(tmp_path: Path) -> None:
    path = watched(tmp_path)
    just_ran(tmp_path)
    result = call(path, "status", "--check")
    assert (result.exit_code, result.output) == (0, "")


def test_each_problem_is_printed_on_a_line(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        for _ in range(3):
            record(archive, refused(START + timedelta(hours=60), 2), START)
    result = call(path, "status", "--check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "no run: no run was started yet; `clausewatch config check` prints the line for cron",
        "overdue: Teahouse: no run tried it since 2026-03-02 06:00 UTC; due every 12 h",
        "not read: Teahouse: 3 checks since 2026-03-04 18:00 UTC: the page asks for a password and holds no policy",
    ]


def test_a_trouble_counts_from_the_configured_number_of_visits(tmp_path: Path) -> None:
    watched(tmp_path)
    with opened(tmp_path) as archive:
        record(archive, failed(START + timedelta(hours=60)), START)
    just_ran(tmp_path)
    assert call(configured(tmp_path), "status", "--check").exit_code == 0
    path = configured(tmp_path, CONFIGURATION + "[watchdog]\ntrouble_after = 1\n")
    assert call(path, "status", "--check").stdout.startswith("not read: Teahouse: 1 check since")


def test_incomplete_runs_are_reported(tmp_path: Path) -> None:
    path = watched(tmp_path)
    just_ran(tmp_path, timedelta(hours=23))
    assert call(path, "status", "--check").exit_code == 0
    watched(tmp_path)
    just_ran(tmp_path, timedelta(hours=25))
    with opened(tmp_path) as archive:
        begin_run(archive, NOW)  # a run that was interrupted
        assert run_times(archive).ended_at == NOW - timedelta(hours=25)
    result = call(path, "status", "--check")
    assert result.exit_code == 1
    assert result.stdout.startswith("no run: no run was completed since ")
    assert "and a policy is due every 12 h\ncrashed: the run that began " in result.stdout


def test_status_also_reports_messages_that_were_given_up(tmp_path: Path) -> None:
    path = watched(tmp_path)
    just_ran(tmp_path)
    desk = Subscriber("Desk", (Target("post", "officer@example.org"),), welcome=False)
    with opened(tmp_path) as archive:
        outbox.register(archive, [desk], NOW)
        record_change(archive, WILL_NOT)
        outbox.plan_alerts(archive, [desk], NOW)
        (delivery,) = outbox.open_deliveries(archive, NOW)
        claimed = outbox.claim(archive, delivery.id, NOW)
        assert claimed is not None
        outbox.note_failed(archive, claimed, NOW, Failed("the mail server answered 550 \x1b[31mno", permanent=True))
    line = (
        "given up: 1 message was not accepted by post:officer@example.org for Desk: the mail server answered 550 "
        "\\x1b[31mno (`clausewatch notify send --dead` tries again)"
    )
    result = call(path, "status", "--check")
    assert (result.exit_code, result.stdout) == (1, f"{line}\n")
    whole = call(path, "status")
    assert whole.exit_code == 1
    assert line in " ".join(whole.stdout.split())


def test_status_check_fails_if_the_archive_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "watch.db").write_text("not a database, but long enough to be read as one. " * 20)
    assert call(configured(tmp_path), "status", "--check").exit_code == 3


def test_status_check_cannot_be_combined_with_a_format(tmp_path: Path) -> None:
    assert call(watched(tmp_path), "status", "--check", "--format", "json").exit_code == 2


def test_a_complete_run_pings_the_watchdog_and_notifies_operators(tmp_path: Path) -> None:
    """A failed ping is reported without the secret in its address. The run does not fail."""
    desk = Desk(tmp_path)
    with serving() as site:
        desk.configure({"Teahouse": site.serve("/privacy", PAGE)})
        site.serve("/ping/5ecret", "OK")
        with desk.configuration.open("a", encoding="utf-8") as file:
            file.write(f'[watchdog]\nping = "{site.url("/ping/5ecret")}"\nping_timeout = "2 s"\n')
        first = desk.clausewatch("run")
        assert (first.code, first.err) == (0, "")
        assert site.visits()["/ping/5ecret"] == 1
        assert desk.clausewatch("status", "--check").code == 0
        site.pages["/ping/5ecret"] = Answer(b"no", 503)
        second = desk.clausewatch("run", "--all")
        assert second.code == 0
        assert second.err == "The watchdog was not notified: 127.0.0.1 answered with the HTTP status 503.\n"
        assert "5ecret" not in desk.clausewatch("config", "check").out


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(status=302, headers=(("Location", "https://elsewhere.example/"),)), "127.0.0.1 answered with the HTTP"),
        (Answer(b"no", 500), "127.0.0.1 answered with the HTTP status 500"),
    ],
    ids=["redirect", "error"],
)
def test_a_watchdog_that_fails_is_reported_without_its_secret(answer: Answer, problem: str) -> None:
    with serving() as site:
        site.pages["/5ecret"] = answer
        with pytest.raises(RequestError) as caught:
            ping(site.url("/5ecret"), LOOPBACK, timeout=1)
    assert str(caught.value).startswith(problem)
    assert "5ecret" not in str(caught.value)


@pytest.mark.parametrize("drips", [b"", b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100], ids=["silent", "dripping"])
def test_a_run_does_not_wait_long_for_a_slow_watchdog(drips: bytes) -> None:
    """A run also stops waiting if the watchdog sends its response byte by byte and no single byte is late."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            conversation, _ = server.accept()
            with conversation, contextlib.suppress(OSError):
                for byte in drips:
                    conversation.send(bytes([byte]))
                    time.sleep(0.2)
                conversation.recv(10_000)
                conversation.recv(1)

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        with pytest.raises(RequestError, match=r"^127\.0\.0\.1 did not answer within 1 s$"):
            ping(f"http://127.0.0.1:{server.getsockname()[1]}/5ecret", LOOPBACK, timeout=1)
        assert time.monotonic() - began < 30
        thread.join(timeout=30)


def test_the_ping_reaches_the_watchdog() -> None:
    """The response of the watchdog does not matter."""
    with serving() as site:
        site.pages["/5ecret?token=1"] = Answer(b"OK", endless=True)
        ping(site.url("/5ecret?token=1"), LOOPBACK, timeout=5)
        assert site.visits() == {"/5ecret?token=1": 1}


def test_the_address_guard_does_not_apply_to_the_watchdog() -> None:
    with serving() as site:
        site.serve("/5ecret", "OK")
        with pytest.raises(RequestError, match="not a public address"):
            ping(site.url("/5ecret"), AllowList.of([]), timeout=5)
        assert site.asked == []


@pytest.mark.parametrize("address", ["ftp://ping.example/5ecret", "5ecret", "https://u:p5ecret@ping.example/"])
def test_the_error_for_a_wrong_watchdog_address_does_not_show_it(tmp_path: Path, address: str) -> None:
    path = configured(tmp_path, f'{CONFIGURATION}[watchdog]\nping = "{address}"\n')
    result = call(path, "status", "--check")
    assert result.exit_code == 2
    assert "watchdog.ping: " in result.output
    assert "5ecret" not in result.output
