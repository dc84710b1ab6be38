"""Provides a setup for tests that kill commands: a site whose policies change, a mail server, a webhook receiver, and
the commands.

Each edition of a policy names a new recipient of personal data. This is a material change. The mail server and the
webhook receiver must each get exactly one message about the change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.desk import CRAWL
from tests.kills.commands import Child, start
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


@dataclass
class Stand:
    """The folder and the servers of a setup. `editions` has the number of published editions for each policy."""

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
        # Each change is sent in a separate message, so that the order of messages can be checked.
        lines += ["[messages]", "roundup_from = 10000"]
        lines += ["[channels]", f'post = "{self.mail.url}"']
        lines += [f'hook = "webhook://:{SECRET}@127.0.0.1:{self.hook.port}/hook"']
        lines += ["[[subscriber]]", 'name = "Officer"', 'via = ["post:officer@example.org", "hook"]', "welcome = false"]
        self.configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def publish(self, name: str) -> None:
        """Publish the next edition of a policy."""
        self.editions[name] = edition = self.editions.get(name, 0) + 1
        self.site.serve("/" + name, POLICY.format(name=name, sharing=sharing(edition)))

    def start(self, *words: str, until: int | None = None, **more: str) -> Child:
        """Start a command. If `until` is a number, the command is killed at the point with this number. `more` are
        environment variables."""
        self.started += 1
        return start(self.folder, self.started, words, until, more)

    def call(self, *words: str) -> Child:
        """Run a command until it ends."""
        child = self.start(*words)
        child.end()
        return child


def sharing(edition: int) -> str:
    """Return the sentence about recipients in an edition. Each edition names a different recipient."""
    return f"We share your personal data with the advertising company {numeral(edition)} Promotions Ltd."


def numeral(number: int) -> str:
    """Return a made-up name for a number. A name is recognised as a recipient, but a number is not."""
    letters = "bdfgklmnprstvz"
    word = ""
    while True:
        number, rest = divmod(number, len(letters))
        word = letters[rest] + "aeio"[rest % 4] + word
        if not number:
            return word.capitalize() + "x"


@contextlib.contextmanager
def standing(folder: Path, database: str) -> Iterator[Stand]:
    """Return a setup in this folder, and run its servers."""
    with serving() as site, mail_server() as mail, sink() as hook:
        yield Stand(folder, database, site, mail, hook)
