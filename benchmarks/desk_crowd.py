"""Measures what a run and the desk cost each other: 50 people look at pages and review while a run goes on, on SQLite.

    python benchmarks/desk_crowd.py [--policies 120] [--people 50] [--rounds 3] [--delay 0.4]

A server on loopback has the policies. In each round, every policy changes, and then a real run visits all of them.
Rounds with people and rounds with an idle desk alternate. Each person requests a page every 20 seconds, and every 12
seconds somebody reviews a finding. `run` and `serve` are processes of their own. A further program asks for the write
lock of the archive twice a second, and measures how long it waits. The exit code is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from sqlalchemy import func, select

from archive.access.people import add_person
from archive.access.sessions import start_session
from archive.recording.reviews import unreviewed
from archive.storage.database import Archive, open_archive
from archive.storage.tables import ReviewRow
from benchmarks.questions import SEED, sentence
from tests.clausewatch.desk.running import form_key_in
from tests.smtp import free_port

PAGE_EVERY, REVIEW_EVERY, LOCK_EVERY = 20.0, 12.0, 0.5
"""Seconds between two requests of a person, between two reviews, and between two questions for the write lock."""
CPU, WAIT = 1.05, 2.0
"""Maximum CPU time of a run with people, compared with a run beside an idle desk; maximum wait in seconds."""
PLACES = ("/", "/policies", "/changes/1", "/policy?name=Policy+1", "/text?policy=Policy+2", "/calendar", "/watch",
          "/search?words=data", "/report", "/?severity=high", "/deliveries", "/account")  # fmt: skip
PARTNERS = ("our advertising partners", "data brokers", "our affiliates", "insurers", "a payment provider", "couriers")


class Site:
    """A server with the policies. In each edition, every policy names other recipients."""

    def __init__(self) -> None:
        self.edition = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.page(self.path).encode() if self.path != "/robots.txt" else b""
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path: str) -> str:
        """Return the page of a policy in the present edition."""
        chance = random.Random(f"{SEED}{path}")  # noqa: S311 - no secret
        paragraphs = "".join(f"<p>{sentence(chance, 'en')}</p>" for _ in range(60))
        partner = PARTNERS[self.edition % len(PARTNERS)]
        shared = f"<h2>Who receives your data</h2><p>We share your personal data with {partner}.</p>"
        return f"<html lang=en><title>Privacy policy</title><main><h1>Privacy policy</h1>{shared}{paragraphs}</main>"


@dataclass
class Crowd:
    """People at the desk, and what they noticed."""

    address: str
    secrets: Sequence[str]
    """The sessions of the people."""
    archive: Archive
    ended: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    """Seconds until each page was complete."""
    reviews: list[float] = field(default_factory=list)
    """Seconds until each review was recorded."""

    def start(self) -> list[threading.Thread]:
        """Let all people begin, spread over the first twenty seconds."""
        tasks = [lambda number=number: self._look(number) for number in range(len(self.secrets))]
        threads = [threading.Thread(target=task) for task in (*tasks, self._review)]
        for thread in threads:
            thread.start()
        return threads

    def _browser(self, number: int) -> requests.Session:
        browser = requests.Session()
        browser.cookies.set("clausewatch", self.secrets[number], domain="127.0.0.1")
        return browser

    def _look(self, number: int) -> None:
        browser, chance = self._browser(number), random.Random(number)  # noqa: S311 - no secret
        wait = PAGE_EVERY * number / len(self.secrets)
        while not self.ended.wait(wait):
            place, began = chance.choice(PLACES), time.monotonic()
            try:
                status = browser.get(self.address + place, timeout=60).status_code
                self.errors += [f"{place}: {status}"] if status != 200 else []
            except requests.RequestException as error:
                self.errors.append(f"{place}: {error}")
            self.waits.append(time.monotonic() - began)
            wait = max(PAGE_EVERY - (time.monotonic() - began), 0)

    def _review(self) -> None:
        number = 0
        while not self.ended.wait(REVIEW_EVERY):
            number += 1
            browser = self._browser(number % len(self.secrets))
            waiting = unreviewed(self.archive)
            if not waiting:
                self.errors.append("no finding waits")
                continue
            fields = {"kind": "acknowledge", "finding": f"{waiting[-1].recorded.id}:0"}
            fields["form_key"] = form_key_in(browser.get(f"{self.address}/link/none", timeout=60).text)
            began = time.monotonic()
            answer = browser.post(f"{self.address}/reviews", data=fields, allow_redirects=False, timeout=60)
            self.reviews.append(time.monotonic() - began)
            self.errors += [f"review: {answer.status_code}"] if answer.status_code != 303 else []


def lock_waits(file: Path, ended: threading.Event, waits: list[float]) -> None:
    """Ask for the write lock again and again. Add the seconds of each wait to `waits`."""
    with sqlite3.connect(file, timeout=60, isolation_level=None) as connection:
        while not ended.wait(LOCK_EVERY):
            began = time.monotonic()
            connection.execute("BEGIN IMMEDIATE")
            waits.append(time.monotonic() - began)
            connection.execute("ROLLBACK")
    connection.close()


def run_cpu(command: Sequence[str]) -> float:
    """Run a command to its end. Return its CPU time in seconds, with that of its worker processes."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the run ended with exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def configure(folder: Path, site: Site, policies: int, delay: float) -> tuple[Path, int]:
    """Write the configuration. Return it, and the port of the desk."""
    port, file = free_port(), folder / "clausewatch.toml"
    lines = [f'database = "sqlite:///{folder}/watch.db"', "[desk]", f"port = {port}", "[crawl]", 'every = "1h"']
    lines += [f'delay = "{delay} s"', 'allow_private = ["127.0.0.1"]', 'contact = "desk@example.org"']
    for number in range(1, policies + 1):
        url = f"http://127.0.0.1:{site.server.server_port}/{number}"
        lines += ["[[policy]]", f'name = "Policy {number}"', f'url = "{url}"']
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file, port


def sessions(archive: Archive, people: int) -> list[str]:
    """Add people who may review, and return their sessions."""
    now = datetime.now(UTC)
    added = [add_person(archive, f"Person {number}", "reviewer", now) for number in range(people)]
    return [start_session(archive, person.id, now, timedelta(days=1)) for person in added]


def reviews_in(archive: Archive) -> int:
    """Return the number of reviews in the archive."""
    with archive.reading() as session:
        return session.scalar(select(func.count()).select_from(ReviewRow)) or 0


def report(idle: Sequence[float], busy: Sequence[float], crowd: Crowd, locks: Sequence[float]) -> bool:
    """Print the figures. Return whether all targets are met."""
    alone, beside = statistics.median(idle), statistics.median(busy)
    ratio = beside / alone
    recorded = reviews_in(crowd.archive)
    lost = len(crowd.reviews) - recorded
    print(f"CPU of a run: {alone:.1f} s beside an idle desk, {beside:.1f} s with people")
    print(f"  {ratio:.2f} times{'' if ratio <= CPU else '   MISSED'}")
    print(f"{len(crowd.waits)} pages, longest {max(crowd.waits):.1f} s; {len(crowd.errors)} errors {crowd.errors[:5]}")
    print(f"{len(crowd.reviews)} reviews, longest {max(crowd.reviews):.1f} s; {lost} lost")
    longest, usual, long = max(locks), statistics.median(locks), sum(wait >= WAIT for wait in locks)
    print(f"waits for the write lock: median {usual:.3f} s, longest {longest:.2f} s; {long} of {len(locks)} too long")
    return ratio <= CPU and not crowd.errors and not lost and longest < WAIT


def waited(address: str) -> None:
    """Wait until the desk answers."""
    for _ in range(600):
        try:
            requests.get(f"{address}/sign-in", timeout=60)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return


def measure(folder: Path, asked: argparse.Namespace) -> bool:
    """Run all rounds. Return whether all targets are met."""
    site = Site()
    file, port = configure(folder, site, asked.policies, asked.delay)
    command = [sys.executable, "-m", "clausewatch", "--config", str(file)]

    def run() -> float:
        site.edition += 1
        return run_cpu([*command, "run", "--all"])

    for _ in range(2):
        run()  # the second run finds the changes that are reviewed
    with open_archive(f"sqlite:///{folder}/watch.db") as archive:
        people = sessions(archive, asked.people)
        desk = subprocess.Popen([*command, "serve"], stdout=subprocess.DEVNULL)
        try:
            waited(f"http://127.0.0.1:{port}")
            crowd = Crowd(f"http://127.0.0.1:{port}", people, archive)
            idle, busy, locks = _rounds(run, crowd, folder / "watch.db", asked.rounds)
        finally:
            desk.terminate()
            desk.wait()
        return report(idle, busy, crowd, locks)


def _rounds(
    run: Callable[[], float], crowd: Crowd, file: Path, rounds: int
) -> tuple[list[float], list[float], list[float]]:
    """Return the CPU times of runs beside an idle desk and with people, and the waits for the write lock."""
    idle, busy, locks = [], [], list[float]()
    for _ in range(rounds):
        idle.append(run())
        crowd.ended.clear()
        threads = [*crowd.start(), threading.Thread(target=lock_waits, args=(file, crowd.ended, locks))]
        threads[-1].start()
        try:
            busy.append(run())
        finally:
            crowd.ended.set()
            for thread in threads:
                thread.join()
    return idle, busy, locks


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark. Return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=120, help="(120)")
    parser.add_argument("--people", type=int, default=50, help="(50)")
    parser.add_argument("--rounds", type=int, default=3, help="with people, and as many without (3)")
    parser.add_argument("--delay", type=float, default=0.4, help="seconds between two pages (0.4)")
    with tempfile.TemporaryDirectory() as folder:
        return 0 if measure(Path(folder), parser.parse_args(words)) else 1


if __name__ == "__main__":
    sys.exit(main())
