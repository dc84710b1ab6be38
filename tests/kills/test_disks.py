"""Tests commands on a disk that is full or fails. They report this, and nothing in the archive is corrupt. As soon as
there is space again, the messages are sent.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require
from tests.kills.killing import Killing
from tests.kills.programs import Ended, under
from tests.kills.soundness import Witness, undone
from tests.kills.stand import Stand, standing

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
RUN = ("run", "--all", "--verbose")
SEND = ("notify", "send")
WORDS = "the disk is full|the disk could not be read or written|cannot be opened; check that its folder"
"""Matches error messages about the disk."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a disk of 4 MiB. Only root can mount such a disk."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@contextlib.contextmanager
def watching(folder: Path, archive: Path) -> Iterator[Stand]:
    """Run a setup whose next run has something to report."""
    with standing(folder, f"sqlite:///{archive}") as stand:
        stand.configure(names=("Lodge",))
        assert stand.call(*RUN).code == 0
        stand.publish("Lodge")
        yield stand


def test_a_full_disk_is_reported_and_the_messages_are_sent_when_there_is_space(tmp_path: Path, disk: Path) -> None:
    """The free space varies between nothing and 400 KiB. So there may be no space for a version, or no space to
    record that a message was sent."""
    with watching(tmp_path, disk / "watch.db") as stand:
        killing, ballast, failed = Killing(stand, 0), disk / "ballast", 0
        for left in range(0, 400, 8 if LONG else 150):
            fill(ballast, left * 1024)
            child = stand.call(*RUN)
            ballast.unlink()
            failed += judge(stand, killing.witness, Ended(child.code or 0, child.said()))
        assert failed
        assert killing.finish() == []


def fill(ballast: Path, left: int) -> None:
    """Write a file so large that `left` bytes stay free on the disk."""
    free = shutil.disk_usage(ballast.parent).free
    ballast.write_bytes(bytes(max(0, free - left)))


def test_a_limit_on_the_size_of_files_is_reported(tmp_path: Path) -> None:
    """The limit works like a disk quota. If a file exceeds the limit, the kernel sends a signal. The signal does not
    kill the command."""
    archive = tmp_path / "watch.db"
    with watching(tmp_path, archive) as stand:
        killing, failed = Killing(stand, 0), 0
        size = archive.stat().st_size // 1024
        for limit in range(4, size + 100, 40 if LONG else size):
            ended = under(stand, ["bash", "-c", f'ulimit -f {limit}; exec "$@"', "limited"], *RUN)
            failed += judge(stand, killing.witness, ended)
        assert failed
        assert killing.finish() == []


SYSCALLS = ("pwrite64", "fdatasync", "ftruncate")
FAILURES = [(call, error) for call in SYSCALLS for error in ("ENOSPC", "EIO") if (call, error) != ("ftruncate", "EIO")]
SAMPLE = {("pwrite64", "ENOSPC"): (3,), ("fdatasync", "EIO"): (2,)}
"""Numbers of the calls that fail in a short test, for each system call and error."""


@pytest.mark.parametrize(("call", "error"), FAILURES if LONG else list(SAMPLE))
def test_a_command_whose_write_fails_never_reports_success(tmp_path: Path, call: str, error: str) -> None:
    """The sender is run repeatedly, and in each run a different write to the archive fails: the first write, then the
    second, and so on to the last. After ENOSPC all later writes fail too. After EIO, later writes succeed.
    """
    require(shutil.which("strace") is not None, "strace")
    archive, injected = tmp_path / "watch.db", 0
    with watching(tmp_path, archive) as stand:
        killing = Killing(stand, 0)
        for number in range(1, 60) if LONG else SAMPLE[call, error]:
            wait_in_the_outbox(stand)
            trace = tmp_path / f"trace-{number}"
            ended = under(stand, failing(archive, trace, call, error, number), *SEND)
            hit = trace.read_text(encoding="utf-8").count("(INJECTED)")
            injected += bool(hit)
            judge(stand, killing.witness, ended)
            if LONG and not hit:
                break
        assert injected, "no failure was injected, so the test tested nothing"
        print(f"{call} {error}: {injected} failures")
        assert killing.finish() == []


def failing(archive: Path, trace: Path, call: str, error: str, number: int) -> list[str]:
    """Return the start of a command line that makes the system call with this number on the archive's files fail. If
    the error is ENOSPC, all later calls fail too.
    """
    lasts = "+" if error == "ENOSPC" else ""
    files = [word for suffix in ("", "-wal", "-shm", "-journal") for word in ("-P", f"{archive}{suffix}")]
    inject = f"inject={call}:error={error}:when={number}{lasts}"
    return ["strace", "-f", "-qq", "-o", str(trace), *files, "-e", f"trace={call}", "-e", inject]


def wait_in_the_outbox(stand: Stand) -> None:
    """Make a run find a new edition while neither server can be reached, so that the messages wait."""
    stand.mail.stop()
    stand.hook.status = 503
    stand.publish("Lodge")
    assert stand.call(*RUN).code == 0
    stand.hook.status = 200
    stand.mail.start()


def judge(stand: Stand, witness: Witness, ended: Ended) -> bool:
    """Check that a command succeeded completely or reported the failure. Return whether the command failed."""
    assert "Traceback" not in ended.said, ended.said
    assert witness.look() == []
    if ended.code == 0:
        assert undone(stand) == [], ended.said
        return False
    assert ended.code == 3, ended.said
    assert re.search(WORDS, ended.said), ended.said
    return True
