"""Tests that no secret shows.

The test writes a known secret into every secret field of the configuration. After a day of work, no secret may be found
anywhere else.
"""

from __future__ import annotations

import base64
import contextlib
import re
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from clausewatch.cli import main
from tests.certificates import self_signed
from tests.notifier.channels.test_secrets import everything_logged
from tests.notifier.sink import Sink, sink
from tests.postgresql import Cluster
from tests.server import Answer, Site, serving
from tests.smtp import MailServer, mail_server

CANARIES = {
    "MAIL_PASSWORD": "canary/mail:p@ss-1",
    "WEBHOOK_SECRET": "canary-webhook-secret-2",
    "HOOK_TOKEN": "canary-token-3",
    "SLACK": "TIiajkdnlazkcOXrIdevi7FQ",
    "TELEGRAM": "canary_telegram_token_5",
    "DATABASE_PASSWORD": "canary-database-6",
    "STAMP_TOKEN": "canary-stamp-7",
    "JSON_HEADER": "canary-header-8",
}

CONFIGURATION = """
env_file = "secrets.env"
{database}

[crawl]
every = "1h"
delay = "0 s"
timeout = "5 s"
retries = 0
allow_private = ["127.0.0.1"]

[evidence]
timestamp = "http://127.0.0.1:{closed}/stamp?token=${{STAMP_TOKEN}}"
timestamp_ca = "ca.pem"
timestamp_every = "0 s"
timestamp_timeout = "2 s"

[channels]
post = "mailto://watch:${{MAIL_PASSWORD}}@127.0.0.1:{mail}/?from=watch@clausewatch.example&mode=insecure"
letters = "mailto://127.0.0.1:{mail}/?from=watch@clausewatch.example"
hook = "webhook://:${{WEBHOOK_SECRET}}@127.0.0.1:{hook}/x?token=${{HOOK_TOKEN}}"
plain = "json://127.0.0.1:{hook}/${{HOOK_TOKEN}}?+X-Key=${{JSON_HEADER}}"
slack = "slack://T1JJ3T3L2/A1BRTD4JD/${{SLACK}}"
telegram = "tgram://123456789:${{TELEGRAM}}/12315544"

[[policy]]
name = "Teahouse"
url = "{site}/privacy"
languages = ["en"]

[[subscriber]]
name = "Privacy desk"
via = ["post:officer@example.org", "letters:officer@example.org", "hook", "plain", "slack", "telegram"]
"""

PAGE = (
    "<html lang='en'><title>Privacy</title><main><h1>Privacy policy</h1><h2>Who sees your data</h2><p>{}</p>{}</main>"
)
PART = "<h2>Part {0}</h2><p>We keep the letters of programme {0} for a year and show them to its editor alone.</p>"
FILLING = "".join(PART.format(number) for number in range(12))

DRIVER = """
import logging, sys
logging.basicConfig(level=1)
logging.disable(logging.NOTSET)
from clausewatch.cli import main
main()
"""
"""Program that runs the command line and makes all loggers log everything."""


def forms(secret: str) -> set[str]:
    """Return the forms in which a secret could show: unchanged, URL-encoded, and in base64."""
    return {secret, quote(secret), quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")}


def shown(said: bytes | str) -> set[str]:
    """Return the names of the secrets that a text contains."""
    text = said if isinstance(said, str) else said.decode("utf-8", "replace")
    return {name for name, secret in CANARIES.items() if any(form in text for form in forms(secret))}


class Commands:
    """Runs commands in a folder with everything logged, and keeps their output and their arguments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: dict[str, str] = {}
        self.processes: list[bytes] = []
        self._done = threading.Event()

    def run(self, *arguments: str) -> int:
        """Run a command in a new process, and wait for its end."""
        command = [sys.executable, "-c", DRIVER, *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)
        self._keep(arguments, f"{done.stdout}\n{done.stderr}")
        return done.returncode

    def call(self, *arguments: str) -> int:
        """Run a command in this process. This is faster, because the modules are already imported."""
        with everything_logged() as lines:
            done = CliRunner().invoke(main, ["--config", str(self.folder / "clausewatch.toml"), *arguments])
        trace = "".join(traceback.format_exception(*done.exc_info)) if done.exc_info else ""
        self._keep(arguments, "\n".join([done.output, trace, *lines]))
        return done.exit_code

    def _keep(self, arguments: tuple[str, ...], said: str) -> None:
        self.said[f"{len(self.said)} {' '.join(arguments)}"] = said

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Read the command line of every process on this machine again and again."""
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    self.processes.append(file.read_bytes())


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def hook() -> Iterator[Sink]:
    with sink() as running:
        yield running


@pytest.fixture
def commands(tmp_path: Path, site: Site, mail: MailServer, hook: Sink) -> Commands:
    """Write a configuration and an environment file with all secrets, and return an object that runs commands in this
    folder.
    """
    self_signed(tmp_path).rename(tmp_path / "ca.pem")
    filled = CONFIGURATION.format(database="", closed=9, mail=mail.port, hook=hook.port, site=site.base)
    (tmp_path / "clausewatch.toml").write_text(filled)
    (tmp_path / "secrets.env").write_text("".join(f"{name}={secret}\n" for name, secret in CANARIES.items()))
    return Commands(tmp_path)


def test_no_secret_shows_during_a_day_of_work(commands: Commands, site: Site, mail: MailServer, hook: Sink) -> None:
    """On this day there are a first visit and a change.

    Some servers fail and repeat what they received. At the end, commands print the results as text and as HTML pages.
    """
    site.serve("/privacy", PAGE.format("We will not share your letters with others without your consent.", FILLING))
    told = " ".join(f"{CANARIES[name]} {quote(CANARIES[name], safe='')}" for name in ("HOOK_TOKEN", "JSON_HEADER"))
    hook.answers = [Answer(told.encode(), status, (("Location", "/x"),)) for status in (500, 429, 302)]
    mail.answer = f"451 {' '.join(forms(CANARIES['MAIL_PASSWORD']))}"
    with commands.watched():
        commands.run("run")
        site.serve("/privacy", PAGE.format("We may share your letters with others.", FILLING))
        commands.run("run", "--all", "--verbose")
        mail.answer = "250 kept"
        commands.run("notify", "send")
        commands.run("doctor", "Teahouse")
    commands.call("notify", "test", "Privacy desk")
    for words in ("config check", "status", "subscriptions", "history", "show Teahouse", "diff Teahouse", "verify"):
        commands.call(*words.split())
    commands.call("diff", "Teahouse", "--format", "html")
    commands.call("show", "Teahouse", "--format", "html")
    for said in commands.said.values():
        assert not shown(said)
    assert not shown(b"\n".join(commands.processes))
    assert any("] Teahouse: " in received.subject for received in mail.received)
    assert len(hook.taken) > 2
    messages = [str(received.mail) + received.text + received.html for received in mail.received]
    bodies = [taken.content.decode() for taken in hook.taken]
    assert not shown("\n".join([*messages, *bodies]))
    for file in commands.folder.rglob("*"):
        if file.is_file() and file.name not in ("secrets.env", "ca.pem"):
            assert not shown(file.read_bytes()), file


def test_the_search_finds_a_secret_that_shows(commands: Commands) -> None:
    """A control: the search finds the secrets in their own file.

    It also finds a secret that a command gets as an argument.
    """
    assert shown((commands.folder / "secrets.env").read_bytes()) == set(CANARIES)
    with commands.watched():
        subprocess.run([sys.executable, "-c", "import time; time.sleep(1)", CANARIES["SLACK"]], check=True)
    assert shown(b"\n".join(commands.processes)) == {"SLACK"}


@pytest.mark.parametrize(
    "broken",
    [
        ("[channels]\npost", '[channels]\npost = "mailto://"\npost'),
        ("[[policy]]", "[[policy"),
        ("slack://T1JJ3T3L2", "slak://T1JJ3T3L2"),
        ("tgram://123456789:", "tgram://"),
        ("&mode=insecure", "&cc=x@y.example"),
        ('name = "Teahouse"', 'name = ""'),
        ("[crawl]", "[crawl]\nproxy = 5"),
        ("webhook://:", "webhook://user:"),
        ("/stamp?", "/st amp?"),
    ],
    ids=lambda pair: pair[1][:24],
)
def test_an_invalid_configuration_shows_no_secrets(commands: Commands, broken: tuple[str, str]) -> None:
    file = commands.folder / "clausewatch.toml"
    file.write_text(file.read_text().replace(*broken, 1))
    assert commands.call("config", "check") == 2
    assert commands.call("notify", "test", "Privacy desk") == 2
    for said in commands.said.values():
        assert said.strip()
        assert not shown(said)


@pytest.mark.parametrize("reachable", [True, False])
def test_the_password_of_a_database_shows_nowhere(commands: Commands, postgresql: Cluster, reachable: bool) -> None:
    url = postgresql.url("postgres").replace("clausewatch@", "clausewatch:${DATABASE_PASSWORD}@")
    url = url if reachable else re.sub(r"@/.*", "@127.0.0.1:9/watch", url)
    file = commands.folder / "clausewatch.toml"
    file.write_text(f'database = "{url}"\n{file.read_text()}')
    codes = [commands.call(word) for word in ("status", "verify")]
    assert (3 in codes) is not reachable
    for said in commands.said.values():
        assert not shown(said)
