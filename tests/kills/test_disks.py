"""A command reports a full or failing disk, nothing is corrupt, and messages are sent once there is space."""

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
"""Matches messages about the disk."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of 4 MiB. Only root can make one."""
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


def test_a_full_disk_is_reported_and_what_was_due_is_sent_once_there_is_room(tmp_path: Path, disk: Path) -> None:
    """Different numbers of blocks are left: none, too few to record, too few to note what was sent."""
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
    """Write a file that leaves `left` bytes free on its disk."""
    free = shutil.disk_usage(ballast.parent).free
    ballast.write_bytes(bytes(max(0, free - left)))


def test_a_limit_on_the_size_of_files_is_reported(tmp_path: Path) -> None:
    """The limit acts like a quota. When it is exceeded, the kernel sends a signal, which does not kill the process."""
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
"""Calls that fail in a short test."""


@pytest.mark.parametrize(("call", "error"), FAILURES if LONG else list(SAMPLE))
def test_a_write_that_fails_is_never_a_silent_success(tmp_path: Path, call: str, error: str) -> None:
    """Each write to the archive fails in turn, from a sender's first to its last. ENOSPC lasts, EIO passes."""
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
    """Return the command that makes calls on the archive's files fail: call number `number` and, if the error lasts,
    all later ones."""
    lasts = "+" if error == "ENOSPC" else ""
    files = [word for suffix in ("", "-wal", "-shm", "-journal") for word in ("-P", f"{archive}{suffix}")]
    inject = f"inject={call}:error={error}:when={number}{lasts}"
    return ["strace", "-f", "-qq", "-o", str(trace), *files, "-e", f"trace={call}", "-e", inject]


def wait_in_the_outbox(stand: Stand) -> None:
    """Let a run find a new edition while neither server can be reached."""
    stand.mail.stop()
    stand.hook.status = 503
    stand.publish("Lodge")
    assert stand.call(*RUN).code == 0
    stand.hook.status = 200
    stand.mail.start()


def judge(stand: Stand, witness: Witness, ended: Ended) -> bool:
    """Check that a command reported its failure; return whether it failed."""
    assert "Traceback" not in ended.said, ended.said
    assert witness.look() == []
    if ended.code == 0:
        assert undone(stand) == [], ended.said
        return False
    assert ended.code == 3, ended.said
    assert re.search(WORDS, ended.said), ended.said
    return True
