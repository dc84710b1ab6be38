"""A watch that a test kills: a site whose policies change, a mail server, a webhook's receiver, and the commands.

Every edition of a policy is a new text with a new recipient of personal data: a material change that is to be told
once to each of two targets.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archive.faultpoints import VARIABLE
from tests.desk import CRAWL
from tests.notifier.sink import Sink, sink
from tests.server import Site, serving
from tests.smtp import MailServer, mail_server

POLICY = """<html lang="en"><head><title>Privacy policy</title></head><body><main>
<h1>Privacy policy of the {name}</h1>
<p>This policy explains which personal data the {name} holds about its guests and what they can ask of us.</p>
<h2>1. What we collect</h2>
<p>We collect your name, your e-mail address and the bookings that you make with us.</p>
<h2>2. Whom we share it with</h2>
<p>{sharing}</p>
<p>The town hall receives the list of overnight guests, as the law on lodging asks.</p>
<h2>3. Your rights</h2>
<p>You have the right to access your personal data, to have it corrected and to have it deleted.</p>
<p>We answer within 14 days, free of charge.</p>
<h2>4. Contact</h2>
<p>Write to data@lodge.example.</p>
</main></body></html>"""

NAMES = ("Lodge", "Mill", "Pier")
SECRET = "a-secret-of-the-tests-alone"
STARTING = 30.0
"""Seconds within which a command begins its work, however loaded the machine is."""


@dataclass
class Child:
    """One command under way, and what it has come to."""

    process: subprocess.Popen[str]
    points: Path
    log: Path

    def reached(self) -> list[str]:
        """Return the points that it reached so far, in order."""
        return [line.split(" ", 1)[1] for line in self._lines()]

    def worked(self) -> float:
        """Return the seconds between the first and the last point."""
        moments = [float(line.split(" ", 1)[0]) for line in self._lines()]
        return moments[-1] - moments[0] if moments else 0.0

    def wait_for_work(self) -> bool:
        """Wait until its work begins; return False where it ends before."""
        deadline = time.monotonic() + STARTING
        while not self._lines():
            if self.process.poll() is not None:
                return False
            assert time.monotonic() < deadline, "it does not begin to work"
            time.sleep(0.005)
        return True

    def end(self, timeout: float = 120.0) -> int:
        """Wait for its end; return its exit code."""
        return self.process.wait(timeout)

    def kill(self) -> bool:
        """Kill it with all of its workers; return whether it was still there."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait(30) == -signal.SIGKILL

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def _lines(self) -> list[str]:
        if not self.points.exists():
            return []
        return [line for line in self.points.read_text(encoding="utf-8").splitlines(keepends=True) if line[-1] == "\n"]


@dataclass
class Stand:
    """The folder, the servers, and how many editions each policy has had."""

    folder: Path
    database: str
    site: Site
    mail: MailServer
    hook: Sink
    editions: dict[str, int] = field(default_factory=dict)
    started: int = 0

    @property
    def configuration(self) -> Path:
        return self.folder / "clausewatch.toml"

    def configure(self, top: str = "", names: tuple[str, ...] = NAMES) -> None:
        """Write the configuration, and the first edition of each policy."""
        lines = [f'database = "{self.database}"', top, "[crawl]", *(f"{key} = {value}" for key, value in CRAWL.items())]
        for name in names:
            self.publish(name)
            lines += ["[[policy]]", f'name = "{name}"', f'url = "{self.site.url("/" + name)}"']
        lines += ["[channels]", f'post = "{self.mail.url}"']
        lines += [f'hook = "webhook://:{SECRET}@127.0.0.1:{self.hook.port}/hook"']
        lines += ["[[subscriber]]", 'name = "Officer"', 'via = ["post:officer@example.org", "hook"]', "welcome = false"]
        self.configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def publish(self, name: str) -> None:
        """Let a policy have its next edition."""
        self.editions[name] = edition = self.editions.get(name, 0) + 1
        self.site.serve("/" + name, POLICY.format(name=name, sharing=sharing(edition)))

    def start(
        self, *words: str, until: int | None = None, home: Path | None = None, more: Mapping[str, str] | None = None
    ) -> Child:
        """Start a command; `until` is the number of the point that kills it."""
        self.started += 1
        points, log = self.folder / f"points-{self.started}", self.folder / f"log-{self.started}"
        surroundings = os.environ | {VARIABLE: str(points) if until is None else f"{points}:{until}"}
        surroundings |= {"HOME": str(home or self.folder), **(more or {})}
        command = [sys.executable, "-m", "clausewatch", "--config", str(self.configuration), *words]
        with log.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=surroundings,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        return Child(process, points, log)

    def call(self, *words: str) -> Child:
        """Run a command to its end."""
        child = self.start(*words)
        child.end()
        return child


def sharing(edition: int) -> str:
    """Return what an edition says of recipients: each names another one."""
    return f"We share your personal data with the advertising company {numeral(edition)} Promotions Ltd."


def numeral(number: int) -> str:
    """Return a number as a made-up name: a word is a recipient, and a digit may be anything."""
    letters = "bdfgklmnprstvz"
    word = ""
    while True:
        number, rest = divmod(number, len(letters))
        word = letters[rest] + "aeio"[rest % 4] + word
        if not number:
            return word.capitalize() + "x"


@contextlib.contextmanager
def standing(folder: Path, database: str) -> Iterator[Stand]:
    """Run the servers of a watch that is kept in a folder."""
    with serving() as site, mail_server() as mail, sink() as hook:
        yield Stand(folder, database, site, mail, hook)
