"""Compares two CPU times: a run of Clausewatch in which no page changed, and a plain Scrapy spider that only downloads
the same pages.

    python benchmarks/crawling.py [--pages 1000] [--most 3.5] [--replay FOLDER] [--rounds 1]

With `--replay`, the pages are the real pages of a folder with histories, repeated under distinct addresses. Each round
measures both programs in turn, and the result is the median of the rounds. The first visit and the second visit are not
measured: after the second visit, Clausewatch knows which tags of a page are volatile.

A local server (`rotating.py`) gives pages of about 250 kB with new tokens in each response. The result is the ratio of
the two CPU times. Each CPU time includes all processes and their start. The benchmark fails if the ratio is above
`--most`, or if Clausewatch reports a change.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

PROJECT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
HOSTS = 8
SUBREAPER = 36
"""Linux's constant PR_SET_CHILD_SUBREAPER."""

BARE = """
import sys
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
class Bare(Spider):
    name = "bare"
    async def start(self):
        for url in sys.argv[1:]:
            yield Request(url)
    def parse(self, response):
        assert len(response.body) > 10_000
process = CrawlerProcess({"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False})
process.crawl(Bare)
process.start()
"""


@contextmanager
def serving(replay: Path | None = None) -> Iterator[list[str]]:
    """Serve the pages in a separate process during a `with` block. Yield the addresses of the server's hosts.

    `replay` is the folder of real histories whose pages are served.
    """
    command = [sys.executable, str(HERE / "rotating.py"), "--hosts", str(HOSTS)]
    command += ["--replay", str(replay)] if replay else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield [server.stdout.readline().strip() for _ in range(HOSTS)]
        finally:
            server.kill()


def addresses(hosts: Sequence[str], pages: int) -> list[str]:
    """Return an address for each page. The pages are spread evenly over the hosts."""
    return [f"{hosts[number % len(hosts)]}/{number}" for number in range(pages)]


def adopt_orphans() -> None:
    """Become the parent of all descendants whose parent ended, so that their CPU time is counted."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def children() -> set[int]:
    """Return the child processes of this process."""
    task = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(map(int, task.read_text(encoding="ascii").split()))


def cpu_seconds(command: Sequence[str], folder: Path) -> tuple[float, str]:
    """Run a command. Return the CPU seconds of all its processes, and its output."""
    known, before = children(), getrusage(RUSAGE_CHILDREN)
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    for orphan in children() - known:
        os.waitpid(orphan, 0)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, said.stdout + said.stderr


def configure(folder: Path, pages: Sequence[str]) -> None:
    """Write a configuration that watches all the pages."""
    head = 'database = "sqlite:///a.db"\n[crawl]\ndelay = "0 s"\nallow_private = ["127.0.0.0/8"]\n'
    policies = (f'[[policy]]\nname = "House {n}"\nurl = "{url}"\nlanguages = ["en"]\n' for n, url in enumerate(pages))
    (folder / "clausewatch.toml").write_text(head + "".join(policies), encoding="utf-8")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000, help="how many policies are watched (1000)")
    parser.add_argument("--most", type=float, default=3.5, help="the ratio above which it ends with 1 (3.5)")
    parser.add_argument("--replay", type=Path, help="the folder of real histories whose pages are served")
    parser.add_argument("--rounds", type=int, default=1, help="how often both programs are measured in turn (1)")
    asked = parser.parse_args()
    adopt_orphans()
    run = [sys.executable, "-m", "clausewatch", "run", "--all"]
    with serving(asked.replay) as hosts, tempfile.TemporaryDirectory() as name:
        folder, pages = Path(name), addresses(hosts, asked.pages)
        configure(folder, pages)
        _, first = cpu_seconds(run, folder)
        assert f"{asked.pages} first seen" in first, first
        cpu_seconds(run, folder)
        bares, all_ours = [], []
        for _ in range(asked.rounds):
            bares.append(cpu_seconds([sys.executable, "-c", BARE, *pages], folder)[0])
            seconds, said = cpu_seconds(run, folder)
            assert f"{asked.pages} unchanged" in said, said
            all_ours.append(seconds)
        bare, ours = statistics.median(bares), statistics.median(all_ours)
    print(f"{asked.pages} pages, new tokens in each answer, nothing changed; CPU ms a page")
    print(f"  bare Scrapy  {bare / asked.pages * 1000:7.2f}")
    print(f"  Clausewatch  {ours / asked.pages * 1000:7.2f}")
    print(f"  ratio        {ours / bare:7.2f}")
    sys.exit(ours / bare > asked.most)


if __name__ == "__main__":
    main()
