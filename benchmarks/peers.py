"""Measures the CPU time that Clausewatch and other monitors need to check an unchanged page of `rotating.py`.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install urlwatch webchanges html2text beautifulsoup4
    python -m venv /tmp/peercd && /tmp/peercd/bin/pip install changedetection.io
    unshare --net sh -c 'ip link set lo up; exec python benchmarks/peers.py --pages 100 \
        --peers /tmp/peers/bin --changedetection /tmp/peercd/bin'

The benchmark needs its own network namespace, because a new changedetection.io watches two pages of its makers. All
monitors check the pages once. After that, they check the pages again in turn, so that other load on the machine affects
all of them. The result is the median of these checks. Each check includes the start of the program, except for
changedetection.io, which is a server that stays running. No monitor may report a change. The links contain tokens, so
html2text leaves links out of the text. The benchmark fails if Clausewatch needs more than a fifth of the time of the
fastest other monitor.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from crawling import addresses, adopt_orphans, configure, cpu_seconds, serving

from tests.processes import family

TIMES = 5.0
PORT = 5999


Look = Callable[[], float]
"""A function that checks all pages again, and returns the CPU seconds."""
Watching = Callable[[Path, Sequence[str]], AbstractContextManager[Look]]
"""A function that makes a monitor check pages for the first time. The monitor works in its own folder."""


@contextmanager
def ours(folder: Path, pages: Sequence[str]) -> Iterator[Look]:
    """Make Clausewatch watch the pages."""
    configure(folder, pages)
    run = [sys.executable, "-m", "clausewatch", "run", "--all"]
    cpu_seconds(run, folder)

    def look() -> float:
        seconds, said = cpu_seconds(run, folder)
        assert f"{len(pages)} unchanged" in said, said
        return seconds

    yield look


def urlwatch(programs: Path, method: str) -> Watching:
    """Return the function that makes urlwatch watch pages. `method` is urlwatch's method to convert HTML to text."""
    links = "\n      ignore_links: true\n      ignore_images: true" if method == "pyhtml2text" else ""
    filters = f"  - html2text:\n      method: {method}{links}\n"
    names = ("--urls", "jobs.yaml", "--config", "c.yaml", "--hooks", "h.py", "--cache", "cache.db")
    return _from_command_line([str(programs / "urlwatch"), *names], filters)


def webchanges(programs: Path) -> Watching:
    """Return the function that makes webchanges watch pages."""
    names = ("--jobs", "jobs.yaml", "--config", "c.yaml", "--hooks", "h.py", "--database", "w.db")
    return _from_command_line([str(programs / "webchanges"), *names], "  - html2text:\n      ignore_links: true\n")


def _from_command_line(command: list[str], filters: str) -> Watching:
    @contextmanager
    def watching(folder: Path, pages: Sequence[str]) -> Iterator[Look]:
        jobs = (f"name: p{n}\nurl: {url}\nfilter:\n{filters}" for n, url in enumerate(pages))
        (folder / "jobs.yaml").write_text("---\n".join(jobs), encoding="utf-8")
        assert "NEW: p0" in cpu_seconds(command, folder)[1]

        def look() -> float:
            seconds, said = cpu_seconds(command, folder)
            assert not any(word in said for word in ("CHANGED: ", "ERROR: ", "NEW: ")), said[:2000]
            return seconds

        yield look

    return watching


def changedetection(programs: Path) -> Watching:
    """Return the function that makes changedetection.io watch pages, through its API."""

    @contextmanager
    def watching(folder: Path, pages: Sequence[str]) -> Iterator[Look]:
        command = [str(programs / "changedetection.io"), "-d", ".", "-h", "127.0.0.1", "-p", str(PORT)]
        allowed = {"ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "DISABLE_VERSION_CHECK": "true"}
        with subprocess.Popen(
            command, cwd=folder, env=os.environ | allowed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                _first_look(folder, pages)
                yield lambda: _next_look(folder, len(pages), server.pid)
            finally:
                server.kill()

    return watching


def _first_look(folder: Path, pages: Sequence[str]) -> None:
    for given in list(_asked(folder, "watch")):
        _asked(folder, f"watch/{given}", method="DELETE")
    for start in range(0, len(pages), 20):  # the server accepts 20 pages at once
        _asked(folder, "import", "\n".join(pages[start : start + 20]).encode())
    _looked(folder, 0, len(pages))


def _next_look(folder: Path, pages: int, server: int) -> float:
    time.sleep(5)  # the work of the server after a check must not be counted in the next check
    before, since = _cpu_of(server), int(time.time()) + 1
    time.sleep(1.1)
    seen = _looked(folder, since, pages)
    assert not any(each["last_changed"] >= since or each["last_error"] for each in seen)
    return _cpu_of(server) - before


def _looked(folder: Path, since: int, pages: int) -> list[dict[str, Any]]:
    """Check every page, and wait until all checks are done. Return the facts about each page."""
    _asked(folder, "watch?recheck_all=1")
    while True:
        time.sleep(4)
        watched: list[dict[str, Any]] = list(_asked(folder, "watch").values())
        if sum(each["last_checked"] > since for each in watched) >= pages:
            return watched


def _asked(folder: Path, path: str, body: bytes | None = None, method: str | None = None) -> Any:
    for _ in range(60):
        try:
            stored = json.loads((folder / "changedetection.json").read_text(encoding="utf-8"))
            headers = {"x-api-key": _key(stored), "Content-Type": "text/plain"}
            request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/v1/{path}", body, headers, method=method)
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - a constant scheme
                said = answer.read()
            return json.loads(said) if said.strip() else None
        except (OSError, KeyError, ValueError):  # the server is not ready, or its data is inconsistent
            time.sleep(1)
    raise TimeoutError(f"changedetection.io does not answer {path}")


def _key(stored: dict[str, Any]) -> str:
    return str(stored["settings"]["application"]["api_access_token"])


def _cpu_of(process: int) -> float:
    """Return the CPU seconds of a process and all its child processes so far.

    Time spent waiting for a disk does not count.
    """
    return sum(sum(each.cpu_times()[:4]) for each in family(process))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100, help="how many pages are watched (100)")
    parser.add_argument("--peers", type=Path, required=True, help="the folder of urlwatch and webchanges")
    parser.add_argument("--changedetection", type=Path, help="the folder of changedetection.io")
    parser.add_argument("--rounds", type=int, default=3, help="how often each looks again (3)")
    asked = parser.parse_args()
    adopt_orphans()
    watched = {
        "Clausewatch": ours,
        "urlwatch, html2text": urlwatch(asked.peers, "pyhtml2text"),
        "urlwatch, Beautiful Soup": urlwatch(asked.peers, "bs4"),
        "webchanges": webchanges(asked.peers),
    }
    if asked.changedetection is not None:
        watched["changedetection.io"] = changedetection(asked.changedetection)
    with ExitStack() as stack:
        pages = addresses(stack.enter_context(serving()), asked.pages)
        looks = {
            name: stack.enter_context(watching(Path(stack.enter_context(tempfile.TemporaryDirectory())), pages))
            for name, watching in watched.items()
        }
        rounds = [{name: look() / asked.pages * 1000 for name, look in looks.items()} for _ in range(asked.rounds)]
    medians = {name: statistics.median(each[name] for each in rounds) for name in watched}
    for name, median in medians.items():
        seen = ", ".join(f"{each[name]:.1f}" for each in rounds)
        print(f"{name:26} {median:7.1f} CPU ms a page, {median / medians['Clausewatch']:5.1f} times ours ({seen})")
    sys.exit(min(medians[name] for name in watched if name != "Clausewatch") < TIMES * medians["Clausewatch"])


if __name__ == "__main__":
    main()
