"""Runs `clausewatch run` once for good and hostile sites in a sealed network.

Reports the results and the used resources.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from archive.questions.history import document, versions_of
from archive.storage.database import open_archive
from tests.crawler.hostile.attacks import attack
from tests.crawler.hostile.sealed import seal
from tests.crawler.hostile.world import PORT, world
from tests.processes import family, memory
from tests.sources import PROJECT

SETTINGS = {"timeout": "10 s", "retries": 0, "delay": "0 s", "worker_time": "10 s"}
OUTCOMES = text(
    "select policy.name, fetch.outcome, fetch.reason, fetch.detail from fetch join policy on policy.id = policy_id"
)


@dataclass
class Cost:
    """Resources that a run and all its child processes used."""

    memory: int = 0
    """Peak memory in bytes. Memory that several processes share counts once."""
    parts: list[int] = field(default_factory=list)
    """Memory of each process at the peak, in bytes. The main process comes first."""


def main() -> None:
    task = json.loads(sys.argv[1])
    seal()
    with tempfile.TemporaryDirectory() as name, world(None, attack) as found:
        folder = Path(name)
        (folder / "clausewatch.toml").write_text(configuration(task["hosts"], task.get("settings", {})))
        began = time.monotonic()
        run = subprocess.Popen(
            [sys.executable, "-m", "clausewatch", "--config", str(folder / "clausewatch.toml"), "run"],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with watching(run.pid) as cost:
            said, _ = run.communicate(timeout=540)
        seconds = time.monotonic() - began
        results = outcomes(folder)
    result = {"results": results, "seconds": seconds, "listened": found.seconds, "said": said, "code": run.returncode}
    result |= {"memory": cost.memory, "parts": cost.parts, "accepted": found.accepted}
    result["asked"] = [[each.host, each.path] for each in found.asked]
    print(json.dumps(result))


def configuration(hosts: list[str], settings: dict[str, Any]) -> str:
    """Return a configuration with a policy for each host. Each policy has one page."""
    lines = ["[crawl]", *(f"{key} = {json.dumps(value)}" for key, value in (SETTINGS | settings).items())]
    for host in hosts:
        lines += ["[[policy]]", f'name = "{host}"', f'url = "http://{host}.test:{PORT}/privacy"', 'languages = ["en"]']
    return "\n".join(lines)


def outcomes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the archive has about each policy: the result of the visit, and the sentinels in the text of the
    first version.
    """
    with open_archive(f"sqlite:///{folder / 'clausewatch.db'}") as archive:
        with archive.engine.connect() as connection:
            rows = connection.execute(OUTCOMES).all()
        found = {}
        for name, outcome, reason, detail in rows:
            first = next(iter(versions_of(archive, name)), None) if outcome == "changed" else None
            words = "" if first is None else document(archive, first).text
            found[name] = {"outcome": outcome, "reason": reason, "detail": detail, "text": sentinels(words)}
        return found


def sentinels(words: str) -> list[str]:
    return [place for place in ("before", "within", "after") if f"Sentinel {place} it." in words]


@contextlib.contextmanager
def watching(process: int) -> Iterator[Cost]:
    """Measure the memory of a process and its descendants until the block ends."""
    cost, ended = Cost(), threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            parts = [memory(each)[0] for each in family(process)]
            if sum(parts) > cost.memory:
                cost.memory, cost.parts = sum(parts), parts

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield cost
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    main()
