"""Tests that an archive records a run that was not completed, and that the next run notifies the operator."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from threading import Event

import psutil
import pytest

from tests.clausewatch.operation.test_run import BEFORE, PATIENCE, wait_until
from tests.desk import Desk
from tests.server import Answer, Site, serving
from tests.smtp import MailServer, mail_server


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def configure(desk: Desk, mail: MailServer, addresses: dict[str, str]) -> None:
    """Configure these policies and a subscriber who is also an operator."""
    desk.configure(addresses, mail=mail.url)
    with desk.configuration.open("a", encoding="utf-8") as file:
        file.write("operator = true\n")


def killed_run(desk: Desk, site: Site) -> None:
    """Kill a run while it waits for a page."""
    site.pages["/privacy"] = Answer(BEFORE.encode(), until=Event())
    with subprocess.Popen(desk.command("run"), cwd=desk.folder) as run:
        wait_until(lambda: site.visits()["/privacy"] == 1)
        in_progress = desk.clausewatch("status")
        run.kill()
    assert "crashed" not in in_progress.out
    site.serve("/privacy", BEFORE)


def test_a_killed_run_shows_in_status_and_the_next_run_reports_it_once(desk: Desk) -> None:
    with serving() as site, mail_server() as mail:
        configure(desk, mail, {"Ferry": site.url("/privacy")})
        killed_run(desk, site)
        status, check = desk.clausewatch("status"), desk.clausewatch("status", "--check")
        for _ in range(2):
            assert desk.clausewatch("run", "--all").code == 0
        after = desk.clausewatch("status")
        [message] = mail.received
    assert "crashed: the run that began " in status.out
    assert "it was killed, or the machine went down" in " ".join(status.out.split())
    assert check.out.startswith("crashed: the run that began ")
    assert (status.code, check.code) == (1, 1)
    assert message.subject == "Clausewatch: a run was not completed"
    assert "crashed" not in after.out
    assert after.code == 0


def kill_fork_servers(run: psutil.Process, ended: Event) -> None:
    """Kill every process from which a run forks its workers, as soon as the process starts."""
    while not ended.wait(0.005):
        with suppress(psutil.NoSuchProcess):
            for child in run.children(recursive=True):
                with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                    if any("forkserver" in word for word in child.cmdline()):
                        child.kill()


def test_a_run_that_loses_its_workers_ends_at_once_with_one_line_and_is_recorded(desk: Desk) -> None:
    ended = Event()
    with serving() as site, mail_server() as mail:
        addresses = {f"Ferry {number}": site.serve(f"/privacy?{number}", BEFORE) for number in range(6)}
        configure(desk, mail, addresses)
        with subprocess.Popen(
            desk.command("run"), cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as run:
            killer = threading.Thread(target=kill_fork_servers, args=(psutil.Process(run.pid), ended))
            killer.start()
            try:
                out, err = run.communicate(timeout=PATIENCE)
            finally:
                ended.set()
                killer.join()
        status = desk.clausewatch("status")
        assert desk.clausewatch("run", "--all").code == 0
        [message] = mail.received
    assert (run.returncode, out) == (1, "")
    [line] = err.splitlines()
    assert line.startswith("Error: no worker process can be started")
    assert "0 of 6 policies were recorded" in line
    assert "no worker process can be started" in " ".join(status.out.split())
    assert "no worker process can be started" in " ".join(message.text.split())
