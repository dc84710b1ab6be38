"""Counts the messages that Clausewatch and other monitors lose or repeat when mail servers fail or the monitor is
killed.

    python benchmarks/peers/lost.py --bin /path/to/venv/bin [--kills 25] [--only urlwatch]

`--bin` is the folder of an environment with urlwatch and webchanges (`pip install urlwatch webchanges`). The
environment that runs this file must contain Clausewatch. Each program watches one page and sends mails to one server.
Both are on loopback, and the settings are the defaults. In each round, the page names a new recipient of data, and the
program runs three times in the same way as from cron. A round is *told* if one mail names the recipient as new, *lost*
if no mail does, and *repeated* if several mails do. The time of a kill is random. The time is between the request for
the page and the usual end of the run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tests.certificates import self_signed
from tests.notifier.faults import MAIL_FAULTS, FaultyMail, faulty_mail
from tests.server import Site, serving

PART = "<h2>{0}. Letters</h2><p>We keep the letters of programme {0} for a year, and show them to its editor alone.</p>"
PAGE = (
    "<html lang='en'><title>Privacy policy</title><main><h1>Privacy policy</h1><h2>Who receives your data</h2>"
    "<p>We share your name and your address with Recipient{number} Ltd.</p>{rest}</main></html>"
)
REST = "".join(PART.format(number) for number in range(2, 12))
LONGEST = 120.0
"""Seconds after which a run that does not end is killed."""


@dataclass
class Program:
    """A monitor that watches one page. It works in its own folder."""

    name: str
    folder: Path
    command: list[str]
    site: Site
    mail: FaultyMail
    rounds: int = 0
    usual: list[float] = field(default_factory=list)
    """Seconds from the request for the page to the end of the run, for runs that were not killed."""
    codes: list[int] = field(default_factory=list)
    """Exit codes of the runs of this round."""

    def change(self) -> None:
        """Begin a round: make the page name a new recipient."""
        self.rounds += 1
        self.codes.clear()
        self.site.serve("/privacy", PAGE.format(number=self.rounds, rest=REST))

    def run(self, kill_after: float | None = None) -> None:
        """Run the monitor once. If `kill_after` is given, kill the monitor this number of seconds after it requested
        the page."""
        before = self.site.visits()["/privacy"]
        process = subprocess.Popen(
            self.command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        began = time.monotonic()
        asked: float | None = None
        while process.poll() is None and time.monotonic() - began < LONGEST:
            if asked is None and self.site.visits()["/privacy"] > before:
                asked = time.monotonic()
            if asked is not None and kill_after is not None and time.monotonic() - asked >= kill_after:
                break
            time.sleep(0.002)
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        elif asked is not None and kill_after is None:
            self.usual.append(time.monotonic() - asked)
        self.codes.append(process.wait())

    def told(self) -> int:
        """Return the number of mails about the last change."""
        return sum(self._newest(received.text) == self.rounds for received in self.mail.received)

    def _newest(self, text: str) -> int:
        named = [int(number) for number in re.findall(r"Recipient(\d+)", text.replace("\n", " "))]
        return max(named, default=0)


def clausewatch(folder: Path, site: Site, mail: FaultyMail, _: Path) -> list[str]:
    """Write its configuration, and return its command."""
    (folder / "clausewatch.toml").write_text(
        '[crawl]\ndelay = "0 s"\nallow_private = ["127.0.0.1"]\n'
        f'[channels]\npost = "mailto://127.0.0.1:{mail.port}/?from=a@clausewatch.example&mode=insecure"\n'
        f'[[policy]]\nname = "Page"\nurl = "{site.url("/privacy")}"\nlanguages = ["en"]\n'
        '[[subscriber]]\nname = "Desk"\nvia = ["post:desk@example.org"]\nwelcome = false\n'
    )
    return [sys.executable, "-m", "clausewatch", "run", "--all"]


SMTP = """
    enabled: true
    from: a@peer.example
    to: desk@example.org
    subject: changed
    method: smtp
    html: false
    smtp:
      host: 127.0.0.1
      port: {port}
      starttls: false
      auth: false
      user: ''
"""


def urlwatch(folder: Path, site: Site, mail: FaultyMail, programs: Path) -> list[str]:
    """Write its configuration, and return its command."""
    (folder / "jobs.yaml").write_text(f"kind: url\nname: Page\nurl: {site.url('/privacy')}\n")
    (folder / "config.yaml").write_text(f"report:\n  text:\n    line_length: 0\n  email:{SMTP.format(port=mail.port)}")
    files = ["--urls", "jobs.yaml", "--config", "config.yaml", "--cache", "cache.db", "--hooks", "hooks.py"]
    return [str(programs / "urlwatch"), *files]


def webchanges(folder: Path, site: Site, mail: FaultyMail, programs: Path) -> list[str]:
    """Write its configuration, and return its command."""
    (folder / "jobs.yaml").write_text(f"kind: url\nname: Page\nurl: {site.url('/privacy')}\n")
    (folder / "config.yaml").write_text(f"report:\n  email:{SMTP.format(port=mail.port)}")
    files = ["--jobs", "jobs.yaml", "--config", "config.yaml", "--database", "cache.db", "--hooks", "hooks.py"]
    return [str(programs / "webchanges"), *files]


PROGRAMS: dict[str, Callable[[Path, Site, FaultyMail, Path], list[str]]] = {
    "clausewatch": clausewatch,
    "urlwatch": urlwatch,
    "webchanges": webchanges,
}


def outcome(program: Program, accepted: int = 1) -> str:
    """Return the outcome of a round.

    `accepted` is the number of mails that may arrive. It is two if the server accepted a mail but did not confirm it.
    """
    told = program.told()
    return "lost" if not told else "told" if told <= accepted else "repeated"


def failing_servers(program: Program) -> None:
    """Run one round for each way in which a mail server can fail."""
    for fault in MAIL_FAULTS:
        if fault.name == "TLS breaks":
            continue  # the other programs are not configured to use TLS
        program.change()
        program.mail.faults = [fault.name]
        for _ in range(3):
            program.run()
        program.mail.faults = []
        note = " (permanent)" if fault.permanent else ""
        ended = f"{program.told()} mails, exit codes {' '.join(map(str, program.codes))}"
        print(f"{program.name:12} {fault.name + note:34} {outcome(program, 1 + fault.takes):9} {ended}", flush=True)


def kills(program: Program, count: int, seed: int) -> None:
    """Kill the program at a random time in each of `count` rounds."""
    chance = random.Random(seed)  # noqa: S311  nobody is to be kept from guessing
    longest = sorted(program.usual)[len(program.usual) // 2]
    found: Counter[str] = Counter()
    for _ in range(count):
        program.change()
        program.run(kill_after=chance.uniform(0, longest))
        program.run()
        program.run()
        found[outcome(program)] += 1
    print(f"{program.name:12} {count} kills within {longest:.2f} s of work: {dict(found)}")


def main() -> None:
    """Run the rounds, and print the outcome of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="where urlwatch and webchanges are")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=PROGRAMS)
    given = parser.parse_args()
    print(f"clausewatch {version('clausewatch')}")
    for name in [given.only] if given.only else PROGRAMS:
        with tempfile.TemporaryDirectory() as made, serving() as site:
            folder = Path(made)
            with faulty_mail(self_signed(folder)) as mail:
                command = PROGRAMS[name](folder, site, mail, given.bin)
                program = Program(name, folder, command, site, mail)
                for _ in range(3):
                    program.change()
                    program.run()
                if not program.told():
                    raise SystemExit(f"{name} sent nothing for a plain change: its configuration is wrong")
                failing_servers(program)
                kills(program, given.kills, given.seed)


if __name__ == "__main__":
    main()
