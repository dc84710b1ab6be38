"""Measures every page of the desk and every answer of its API, for a large archive.

    python benchmarks/desk_answers.py [--policies 10000] [--versions 20] [--requests 20] [--database URL]
        [--small URL --small-policies 1000]

The archive is built as in `questions.py`; see there. The rights and recipients of its policies are as in
`inventories.py`. If `--small` names a second archive, with fewer policies, each page is also requested for that
archive, and the growth of its CPU time is shown. A page of less than 5 ms counts as 5 ms. The real server runs as a
process of its own. Each page is requested for different policies. The figures are CPU times of the server for each
request: the median, and the time that 95 % of the requests stay under. The server's memory is shown at the end. For
PostgreSQL, the elapsed time matters too, because the database server does a part of the work. The exit code is 1 if a
target is missed. This works on Linux only, because the CPU time comes from /proc.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import requests

from archive.access.people import add_person, people
from archive.access.sessions import start_session
from archive.access.tokens import add_token
from archive.storage.database import Archive, open_archive
from benchmarks.inventories import add_inventories
from benchmarks.questions import QUESTIONS, built

MEDIAN, SLOW = 100.0, 250.0
"""Maximum CPU times of a request in milliseconds. The first is for the median, and the second is for 95 %."""
MEMORY = 200e6
"""Maximum memory of the server in bytes."""
GROWTH = 2.0
"""Maximum growth of a page's median CPU time from the small archive to the large archive."""
LEAST = 5.0
"""CPU time in milliseconds below which growth is not noticed."""
WARM = 2
"""Number of requests before the measurement. The first request of a page compiles its template."""

Address = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Served:
    """A running desk."""

    address: str
    process: psutil.Process
    browser: requests.Session
    """A browser in which an operator is signed in. It also sends the operator's token."""

    def ask(self, path: str) -> tuple[float, float]:
        """Request a path. Return the elapsed time and the server's CPU time in milliseconds."""
        before, began = self.cpu(), time.perf_counter()
        answer = self.browser.get(self.address + path, timeout=300)
        elapsed = time.perf_counter() - began
        if answer.status_code != 200:
            raise RuntimeError(f"{path} was answered with status {answer.status_code}")
        return 1000 * elapsed, 1000 * (self.cpu() - before)

    def cpu(self) -> float:
        """Return the CPU time of all threads of the server in seconds. `psutil` rounds it to hundredths."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def pages(policies: int, versions: int) -> dict[str, Address]:
    """Return the addresses of pages by name. The number of the request chooses a policy."""

    def name(number: int) -> str:
        return f"Lending+library+{1 + number * 7919 % policies}"

    def change(number: int) -> int:
        return versions * (number * 7919 % policies) + 2 + number % (versions - 1)

    def word(number: int) -> str:
        return requests.utils.requote_uri(QUESTIONS[number % len(QUESTIONS)].replace(" ", "+"))

    return {
        "inbox": lambda n: "/",
        "inbox of a tag, overdue": lambda n: "/?tag=vendor&overdue=true",
        "change": lambda n: f"/changes/{change(n)}",
        "change, side by side": lambda n: f"/changes/{change(n)}?view=sides",
        "policies": lambda n: "/policies",
        "policies by health": lambda n: "/policies?sort=health",
        "policy": lambda n: f"/policy?name={name(n)}",
        "text": lambda n: f"/text?policy={name(n)}",
        "text of a day": lambda n: f"/text?policy={name(n)}&day=2022-07-01",
        "search": lambda n: f"/search?words={word(n)}",
        "search in a policy": lambda n: f"/search?words=data&policy={name(n)}",
        "calendar": lambda n: "/calendar",
        "report of a quarter": lambda n: "/report?since=2026-04-01&until=2026-06-30",
        "deliveries": lambda n: "/deliveries",
        "watch": lambda n: "/watch",
        "access": lambda n: "/access",
        "account": lambda n: "/account",
        "API policies": lambda n: "/api/v1/policies",
        "API policy": lambda n: f"/api/v1/policy?policy={name(n)}",
        "API policy/checks": lambda n: f"/api/v1/policy/checks?policy={name(n)}",
        "API policy/note": lambda n: f"/api/v1/policy/note?policy={name(n)}",
        "API checks/unread": lambda n: "/api/v1/checks/unread",
        "API versions": lambda n: f"/api/v1/versions?policy={name(n)}",
        "API text": lambda n: f"/api/v1/text?policy={name(n)}",
        "API inventory": lambda n: f"/api/v1/inventory?policy={name(n)}",
        "API sentences": lambda n: f"/api/v1/sentences?policy={name(n)}",
        "API redline": lambda n: f"/api/v1/redline?policy={name(n)}&before=3&after=9",
        "API changes": lambda n: f"/api/v1/changes/{change(n)}",
        "API changes/redline": lambda n: f"/api/v1/changes/{change(n)}/redline",
        "API changes/assignment": lambda n: f"/api/v1/changes/{change(n)}/assignment",
        "API findings": lambda n: "/api/v1/findings?limit=100",
        "API finding": lambda n: f"/api/v1/findings/{1 + n * 7919 % (policies * (versions - 1))}",
        "API quiet-edits/missed": lambda n: "/api/v1/quiet-edits/missed",
        "API rules": lambda n: "/api/v1/rules",
        "API search": lambda n: f"/api/v1/search?words={word(n)}",
        "API recipients": lambda n: "/api/v1/recipients",
        "API rights": lambda n: "/api/v1/rights",
        "API rights/missing": lambda n: "/api/v1/rights/missing?right=erase",
        "API calendar": lambda n: "/api/v1/calendar",
        "API report of a quarter": lambda n: "/api/v1/report?since=2026-04-01T00:00:00Z&until=2026-06-30T00:00:00Z",
        "API deliveries": lambda n: "/api/v1/deliveries",
        "API runs": lambda n: "/api/v1/runs",
        "API problems": lambda n: "/api/v1/problems",
        "API head": lambda n: "/api/v1/head",
        "API access": lambda n: "/api/v1/access",
        "API me": lambda n: "/api/v1/me",
        "API openapi.json": lambda n: "/api/v1/openapi.json",
    }


@contextmanager
def served(url: str, folder: Path, *, port: int = 8149) -> Iterator[Served]:
    """Run the desk of an archive in a process of its own."""
    file = folder / "clausewatch.toml"
    file.write_text(f'database = "{url}"\n[desk]\nport = {port}\napi_requests = 100000\n', encoding="utf-8")
    with open_archive(url) as archive:
        browser = _operator(archive)
    command = [sys.executable, "-u", "-m", "clausewatch", "--config", str(file), "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout is not None
            running.stdout.readline()
            yield Served(f"http://127.0.0.1:{port}", psutil.Process(running.pid), _waited(browser, port))
        finally:
            running.terminate()


def _operator(archive: Archive) -> requests.Session:
    now = datetime.now(UTC)
    known = [person for person in people(archive) if person.name == "benchmark"]
    operator = known[0] if known else add_person(archive, "benchmark", "operator", now)
    browser = requests.Session()
    secret = start_session(archive, operator.id, now, timedelta(days=1))
    browser.cookies.set("clausewatch", secret, domain="127.0.0.1")
    token = add_token(archive, operator, "benchmark", "operator", now=now, ends_at=now + timedelta(days=1))
    browser.headers["Authorization"] = f"Bearer {token}"
    return browser


def _waited(browser: requests.Session, port: int) -> requests.Session:
    """Wait until the server answers."""
    for _ in range(600):
        try:
            browser.get(f"http://127.0.0.1:{port}/account", timeout=60)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            break
    return browser


def report(desk: Served, addresses: dict[str, Address], asked: int, small: Mapping[str, float]) -> bool:
    """Print the figures. Return whether every page meets its targets. `small` has the median CPU times of the pages for
    the small archive.
    """
    reached, medians = True, {}
    for name, address in addresses.items():
        for number in range(WARM):
            desk.ask(address(number))
        wall, cpu = zip(*(desk.ask(address(WARM + number)) for number in range(asked)), strict=True)
        median, slow = statistics.median(cpu), statistics.quantiles(cpu, n=20)[-1]
        growth = max(median, LEAST) / max(small.get(name, median), LEAST)
        met = median <= MEDIAN and slow <= SLOW and growth <= GROWTH
        figures = f"CPU {median:7.1f} ms   95 % under {slow:7.1f} ms   elapsed {statistics.median(wall):7.1f} ms"
        figures += f"   growth {growth:4.1f}" if small else ""
        medians[name] = median
        print(f"  {name:<28} {figures}{'' if met else '   MISSED'}", flush=True)
        reached &= met
    worst = max(medians, key=medians.__getitem__)
    middle = statistics.median(medians.values())
    print(f"  worst page: {worst}, {medians[worst]:.0f} ms; median of all pages: {middle:.0f} ms")
    memory = desk.process.memory_info().rss
    print(f"  memory of the server: {memory / 1e6:.0f} MB{'' if memory <= MEMORY else '   MISSED'}")
    return reached and memory <= MEMORY


def measured(desk: Served, addresses: dict[str, Address], asked: int) -> dict[str, float]:
    """Return the median CPU time of each page in milliseconds."""
    medians = {}
    for name, address in addresses.items():
        times = [desk.ask(address(number))[1] for number in range(WARM + asked)]
        medians[name] = statistics.median(times[WARM:])
    return medians


def prepared(url: str, policies: int, versions: int) -> None:
    """Build an archive with inventories, unless it exists."""
    with built(url, policies, versions) as archive:
        add_inventories(archive, policies, versions)


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark. Return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=10_000, help="(10000)")
    parser.add_argument("--versions", type=int, default=20, help="of each policy (20)")
    parser.add_argument("--requests", type=int, default=20, help="of each page (20)")
    parser.add_argument("--only", default="", help="only pages whose names contain this text")
    parser.add_argument("--database", help="URL of an empty archive, or of one that this program built")
    parser.add_argument("--small", help="URL of a second, smaller archive")
    parser.add_argument("--small-policies", type=int, default=1_000, help="(1000)")
    asked = parser.parse_args(words)

    def addresses(policies: int) -> dict[str, Address]:
        return {name: of for name, of in pages(policies, asked.versions).items() if asked.only in name}

    with tempfile.TemporaryDirectory() as folder:
        url, small = asked.database or f"sqlite:///{folder}/archive.db", {}
        if asked.small:
            prepared(asked.small, asked.small_policies, asked.versions)
            with served(asked.small, Path(folder)) as desk:
                small = measured(desk, addresses(asked.small_policies), asked.requests)
        prepared(url, asked.policies, asked.versions)
        with served(url, Path(folder)) as desk:
            return 0 if report(desk, addresses(asked.policies), asked.requests, small) else 1


if __name__ == "__main__":
    sys.exit(main())
