"""Tests `clausewatch run` as cron and people call it, with real processes, a real site and a real mail server."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from archive.recording.policies import mark_tried
from archive.storage.database import open_archive
from clausewatch.config import load
from clausewatch.operation.run import Courier
from tests.desk import Desk
from tests.server import Answer, Site, serving
from tests.smtp import MailServer, mail_server
from tests.sources import PROJECT

POLICY = """<html lang="en"><head><title>Privacy policy</title></head><body><main>
<h1>Privacy policy of the Ferry</h1>
<p>This policy explains which personal data the Ferry holds about its passengers and what they can ask of us.</p>
<h2>1. What we collect</h2>
<p>We collect your name, your e-mail address and the crossing that you book with us.</p>
<h2>2. Whom we share it with</h2>
<p>{sharing}</p>
<p>The harbour office receives the list of passengers, as the law on shipping asks.</p>
<h2>3. Your rights</h2>
<p>You have the right to access your personal data, to have it corrected and to have it deleted.</p>
<p>We answer within 14 days, free of charge.</p>
<h2>4. Contact</h2>
<p>Write to data@ferry.example.</p>
</main></body></html>"""
BEFORE = POLICY.format(sharing="We do not share your personal data with advertisers.")
PATIENCE = 120.0
"""Maximum waiting time in seconds, enough for a very busy machine."""
AFTER = POLICY.format(sharing="We share your personal data with advertisers.")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def changed(desk: Desk, site: Site, mail: MailServer) -> None:
    """Watch a policy, and change its section on sharing."""
    desk.configure({"Ferry": site.serve("/privacy", BEFORE)}, mail=mail.url)
    assert desk.clausewatch("run").code == 0
    site.serve("/privacy", AFTER)


def test_a_material_change_is_reported_once(desk: Desk) -> None:
    with serving() as site, mail_server() as mail:
        changed(desk, site, mail)
        assert mail.received == []
        second = desk.clausewatch("run", "--all", "--exit-code")
        third = desk.clausewatch("run", "--all", "--exit-code")
        [message] = mail.received
    assert second.out == "1 policy checked: 1 changed (1 material); 1 alert sent\n"
    assert second.code == 10
    assert third.out == "1 policy checked: 1 unchanged\n"
    assert third.code == 0
    assert "Ferry" in message.subject
    assert message.recipients == ("officer@example.org",)
    assert "Whom we share it with" in message.text


def test_the_next_run_sends_failed_messages(desk: Desk) -> None:
    with serving() as site, mail_server() as mail:
        changed(desk, site, mail)
        mail.stop()
        down = desk.clausewatch("run", "--all")
        before = desk.folder / "before.db"
        shutil.copy(desk.folder / "clausewatch.db", before)
        mail.start()
        up = desk.clausewatch("run")
        assert len(mail.received) == 1
        sent_meanwhile(f"sqlite:///{before}", desk)
        assert len(mail.received) == 2
    assert "0 alerts sent; 1 to be retried" in down.out
    assert down.code == 0
    assert "1 alert sent" in up.out


def sent_meanwhile(database: str, desk: Desk) -> None:
    """Send the waiting messages of an archive before a run has ended, as happens in a long crawl."""
    with open_archive(database) as archive:
        courier = Courier(archive, load(desk.configuration), interval=0.05)
        with courier.delivering():
            wait_until(lambda: courier.sent.total() == 1)


def test_a_policy_that_cannot_be_fetched_does_not_prevent_other_checks(desk: Desk) -> None:
    with serving() as site:
        policies = {"Ferry": site.serve("/ferry", BEFORE), "Gone": site.url("/gone")}
        desk.configure(policies | {"Deaf": "http://127.0.0.1:1/privacy"})
        said = desk.clausewatch("run")
    assert said.code == 1
    assert said.out == "3 policies checked: 1 first seen, 1 not comparable, 1 failed\n"
    assert "Deaf: failed, 127.0.0.1:1 refuses the connection" in said.err
    assert "Gone: not comparable, " in said.err
    assert "Traceback" not in said.err


def test_a_paused_policy_is_not_fetched_even_if_it_is_named(desk: Desk) -> None:
    with serving() as site:
        policies = {"Ferry": site.serve("/ferry", BEFORE), "Tram": site.serve("/tram", BEFORE)}
        desk.configure(policies, policy_lines={"Tram": ["paused = true"]})
        everything = desk.clausewatch("run", "--all")
        due = desk.clausewatch("run")
        named = desk.clausewatch("run", "--policy", "Tram")
        assert "/tram" not in site.visits()
    assert everything.out == "1 policy checked: 1 first seen\n"
    assert due.out == "No policy is due, of 2 watched, 1 paused; --all checks them anyway\n"
    assert named.code == 2
    assert "Tram is paused, so it is not fetched" in named.err


def test_a_dry_run_says_what_a_run_would_do_and_contacts_no_server(desk: Desk) -> None:
    with serving() as site:
        policies = {"Ferry": site.serve("/ferry", BEFORE), "Tram": site.serve("/tram", BEFORE)}
        desk.configure(policies, crawl={"delay": '"3 s"'})
        first = desk.clausewatch("run", "--dry-run")
        assert not (desk.folder / "clausewatch.db").exists()
        desk.configure(policies)
        desk.clausewatch("run", "--policy", "Tram")
        visits = dict(site.visits())
        second, named = desk.clausewatch("run", "--dry-run"), desk.clausewatch("run", "--dry-run", "--policy", "Tram")
        desk.configure(policies | {"Post": site.serve("/post", BEFORE)}, policy_lines={"Ferry": ["paused = true"]})
        everything = desk.clausewatch("run", "--dry-run", "--all")
        assert site.visits() == visits
    assert first.code == 0
    assert first.out.startswith("2 of 2 watched would be checked; nothing was fetched.")
    assert "1 host, 3 requests, robots.txt of each host included:" in first.out
    assert "It takes at least 6 s: one host receives 3 of them, 3 s apart" in first.out
    assert rows(second.out) == [["1", "Ferry", "never", "checked"]]
    assert rows(named.out) == [["1", "Tram", "last", "tried"]]
    assert everything.out.startswith("2 of 3 watched, 1 paused would be checked")
    assert [row[1] for row in rows(everything.out)] == ["Tram", "Post"]


def rows(text: str) -> list[list[str]]:
    """Return the first four words of each row that a dry run prints."""
    table = text.split("\n\n")[1].splitlines()[1:]
    return [line.split()[:4] for line in table]


def test_a_policy_is_checked_before_it_is_due_only_if_it_is_named(desk: Desk) -> None:
    with serving() as site:
        desk.configure({"Ferry": site.serve("/ferry", BEFORE), "Tram": site.serve("/tram", BEFORE)})
        desk.clausewatch("run")
        early = desk.clausewatch("run")
        named = desk.clausewatch("run", "--policy", "Tram")
        assert (site.visits()["/ferry"], site.visits()["/tram"]) == (1, 2)
    assert (early.code, early.out) == (0, "No policy is due, of 2 watched; --all checks them anyway\n")
    assert named.out == "1 policy checked: 1 unchanged\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--policy", "Fery"), "there is no policy 'Fery'; did you mean 'Ferry'?"),
        (("--policy", "Ferry", "--all"), "Give --all or --policy, not both."),
    ],
)
def test_wrong_usage_is_reported_before_anything_is_done(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    desk.configure({"Ferry": "http://127.0.0.1:1/privacy"})
    said = desk.clausewatch("run", *arguments)
    assert said.code == 2
    assert words in said.err
    assert not (desk.folder / "clausewatch.db").exists()


def test_a_run_that_begins_during_another_run_ends_at_once(desk: Desk) -> None:
    with serving() as site:
        ended = Event()
        site.pages["/privacy"] = Answer(BEFORE.encode(), until=ended)
        desk.configure({"Ferry": site.url("/privacy")})
        with subprocess.Popen(desk.command("run"), cwd=desk.folder, stdout=subprocess.PIPE, text=True) as first:
            wait_until(lambda: site.visits()["/privacy"] == 1)
            second = desk.clausewatch("run", "--all")
            ended.set()
            out, _ = first.communicate(timeout=PATIENCE)
        assert site.visits()["/privacy"] == 1
    assert second.code == 4
    assert f"process {first.pid}" in second.err
    assert (first.returncode, out) == (0, "1 policy checked: 1 first seen\n")


def test_a_run_that_is_locked_out_imports_neither_scrapy_nor_sqlalchemy(desk: Desk) -> None:
    desk.configure({"Ferry": "http://127.0.0.1:1/privacy"})
    program = f"""
import atexit, sys
atexit.register(lambda: print(*(name for name in ("scrapy", "sqlalchemy", "twisted") if name in sys.modules)))
from clausewatch.cli import main
main({["--config", str(desk.configuration), "run"]!r})
"""
    lock = desk.folder / "clausewatch.db.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    assert done.returncode == 4
    assert done.stdout.strip() == ""


def test_a_killed_run_leaves_no_lock_and_loses_nothing(desk: Desk) -> None:
    """The policy whose fetch was interrupted by the kill is still due."""
    with serving() as site:
        site.pages["/privacy"] = Answer(BEFORE.encode(), until=Event())
        desk.configure({"Ferry": site.url("/privacy")})
        with subprocess.Popen(desk.command("run"), cwd=desk.folder) as first:
            wait_until(lambda: site.visits()["/privacy"] == 1)
            first.kill()
        site.serve("/privacy", BEFORE)
        assert desk.clausewatch("run").out == "1 policy checked: 1 first seen\n"


def test_an_interrupted_run_ends_properly_and_says_that_policies_were_not_checked(desk: Desk) -> None:
    with serving() as site:
        stopped = Event()
        policies = {f"Ferry {n}": site.url(f"/slow?{n}") for n in range(4)}
        site.pages |= {f"/slow?{n}": Answer(BEFORE.encode(), until=stopped) for n in range(4)}
        desk.configure(policies, crawl={"concurrency": "1"})
        with subprocess.Popen(
            desk.command("run"), cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as run:
            wait_until(lambda: len(site.asked) >= 2)
            run.send_signal(signal.SIGTERM)
            stopped.set()
            out, err = run.communicate(timeout=PATIENCE)
        again = desk.clausewatch("run")
    assert run.returncode == 1
    assert "not checked: the run was stopped" in err
    assert out.startswith(("1 policy checked", "2 policies checked"))
    assert again.code == 0


def test_a_run_exits_with_3_if_the_archive_cannot_be_opened(desk: Desk) -> None:
    desk.configure({"Ferry": "http://127.0.0.1:1/privacy"})
    (desk.folder / "clausewatch.db").write_bytes(b"this is a text and no database" * 100)
    said = desk.clausewatch("run")
    assert said.code == 3
    assert "clausewatch.db" in said.err
    assert "Traceback" not in said.err


def test_a_run_stops_and_exits_with_3_if_the_archive_fails_in_the_middle(desk: Desk) -> None:
    """The run does not claim that it recorded anything, and shows no traceback."""
    with serving() as site:
        full = Event()
        site.pages["/privacy"] = Answer(BEFORE.encode(), until=full)
        desk.configure({"Ferry": site.url("/privacy")})
        with subprocess.Popen(
            desk.command("run"), cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as run:
            wait_until(lambda: site.visits()["/privacy"] == 1)
            resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (4096, 4096))  # as if the disk were full
            full.set()
            out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 3, err
    assert out == ""
    assert "Traceback" not in err
    assert "everything but the last step was recorded" in err
    assert "Before that, 0 of 1 policies were recorded, and 1 not: the next run checks them" in err


def test_on_a_terminal_a_run_shows_a_progress_bar_and_the_same_summary(desk: Desk) -> None:
    with serving() as site:
        desk.configure({"Ferry": site.serve("/privacy", BEFORE)})
        seen = on_terminal(desk.command("run"), desk.folder)
    assert "Checking" in seen
    assert "1/1" in seen
    assert "1 policy checked: 1 first seen" in seen


def test_scrapy_crawl_records_and_the_next_run_delivers(desk: Desk) -> None:
    with serving() as site, mail_server() as mail:
        changed(desk, site, mail)
        desk.configure({"Ferry": site.url("/privacy"), "Tram": site.serve("/tram", BEFORE)}, mail=mail.url)
        crawl(desk)
        assert site.visits()["/tram"] == 1, "a policy that is new in the file is due"
        assert site.visits()["/privacy"] == 1, "one that was just checked is not"
        make_due(desk)
        crawl(desk)
        assert site.visits()["/privacy"] == 2
        assert mail.received == []
        assert "1 alert sent" in desk.clausewatch("run").out
        assert len(mail.received) == 1


@pytest.mark.parametrize("how", ["run", "scrapy crawl"])
def test_each_policy_is_judged_by_its_own_profile(desk: Desk, how: str) -> None:
    """The change is that data are kept longer.

    This is about neither sharing nor rights, so it is material only if the configuration says so.
    """
    with serving() as site:
        page = site.serve("/privacy", BEFORE.replace("with us.", "with us. We keep it for two years."))
        desk.configure({"Ferry": page, "Tram": page}, policy_lines={"Tram": ['profile = "ours"']})
        with desk.configuration.open("a", encoding="utf-8") as file:
            file.write('[profile.ours]\nmaterial = ["collection", "retention", "use"]\n')
        desk.clausewatch("run")
        site.serve("/privacy", BEFORE.replace("with us.", "with us. We keep it for nine years."))
        if how == "run":
            assert desk.clausewatch("run", "--all").out.startswith("2 policies checked: 2 changed (1 material)")
        else:
            make_due(desk)
            crawl(desk)
    shown = {name: desk.clausewatch("history", name, "--format", "json").out for name in ("Ferry", "Tram")}
    assert ['"material": true' in shown[name] for name in ("Ferry", "Tram")] == [False, True], shown


def crawl(desk: Desk) -> None:
    """Run `scrapy crawl policies` with the file scrapy.cfg of the project."""
    project = PROJECT
    environment = os.environ | {"CLAUSEWATCH_CONFIG": str(desk.configuration)}
    command = [sys.executable, "-m", "scrapy", "crawl", "policies"]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def make_due(desk: Desk) -> None:
    """Record in the archive that all policies were last tried an hour ago, so that they are due."""
    with open_archive(desk.database) as archive:
        mark_tried(archive, ["Ferry", "Tram"], datetime.now(UTC) - timedelta(hours=1))


def wait_until(holds: object, seconds: float = PATIENCE) -> None:
    """Wait until a condition is true."""
    assert callable(holds)
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def on_terminal(command: list[str], folder: Path) -> str:
    """Run a command on its own terminal, and return everything that a person would see."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    seen = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux raises OSError when the other end of the terminal is closed
            break
        if not part:
            break
        seen += part
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, seen
    return seen.decode()


def test_a_timed_log_has_the_time_and_the_run_in_each_line_and_sorts_problems_by_name(desk: Desk) -> None:
    with serving() as site:
        policies = {"Ferry": site.serve("/ferry", BEFORE), "Gone": site.url("/gone"), "Bus": site.url("/bus")}
        desk.configure(policies | {"Deaf": "http://127.0.0.1:1/privacy"})
        plain = desk.clausewatch("run", "--all")
        timed = desk.clausewatch("run", "--all", "--log-format", "timed")
    lines = [*timed.out.splitlines(), *timed.err.splitlines()]
    assert [line for line in lines if not re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ run 2: ", line)] == []
    assert [line.split(": ")[1] for line in timed.err.splitlines()] == ["Bus", "Deaf", "Gone"]
    assert [line.partition("run 2: ")[2] for line in timed.err.splitlines()] == plain.err.splitlines()
    assert timed.out.endswith("run 2: 4 policies checked: 1 unchanged, 2 not comparable, 1 failed\n")
    assert timed.code == plain.code == 1


def test_a_json_log_has_an_object_for_each_policy_and_for_the_run(desk: Desk) -> None:
    with serving() as site, mail_server() as mail:
        changed(desk, site, mail)
        done = desk.clausewatch("run", "--all", "--log-format", "json")
        refused = desk.clausewatch("run", "--policy", "Barge", "--log-format", "json")
    policy, summary = map(json.loads, done.out.splitlines())
    assert done.err == ""
    assert (policy["run"], policy["policy"], policy["outcome"]) == (2, "Ferry", "changed")
    assert (policy["material"], policy["severity"], policy["topics"]) == (True, "critical", ["sharing"])
    assert summary["event"] == "summary"
    assert summary["outcomes"] == {"changed": 1}
    assert summary["messages"] == {"sent": 1, "held": 0, "waiting": 0, "given_up": 0}
    assert (refused.code, refused.err) == (2, "")
    error = json.loads(refused.out)
    assert (error["level"], error["event"]) == ("error", "error")
    assert "Barge" in error["message"]


def test_a_log_in_json_has_the_log_of_scrapy_in_json_too(desk: Desk) -> None:
    with serving() as site:
        desk.configure({"Ferry": site.serve("/ferry", BEFORE)})
        done = desk.clausewatch("run", "--verbose", "--log-format", "json")
    entries = [json.loads(line) for line in done.out.splitlines()]
    assert done.err == ""
    assert any("Crawled (200)" in entry["message"] for entry in entries if entry["event"] == "log")
    assert [entry["event"] for entry in entries if entry["event"] != "log"] == ["policy", "summary"]
