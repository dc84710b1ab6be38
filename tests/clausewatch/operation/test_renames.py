"""Tests policies that get a new name and keep their address.

`run`, `config check` and `status` ask whether such a policy was renamed. Until the user answers, its subscribers still
get their alerts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clausewatch.operation.test_run import AFTER, BEFORE
from tests.desk import Desk
from tests.server import Site, serving
from tests.smtp import MailServer, mail_server

QUESTION = 'Boat: is it "Ferry", which left the configuration and had the same address?'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def renamed(desk: Desk, site: Site, mail: MailServer) -> None:
    """Watch a policy for a subscriber who chose this policy by name.

    Then change the name and the text of the policy.
    """
    address = site.serve("/privacy", BEFORE)
    configure(desk, mail, address, "Ferry")
    assert desk.clausewatch("run").code == 0
    configure(desk, mail, address, "Boat")
    site.serve("/privacy", AFTER)


def configure(desk: Desk, mail: MailServer, address: str, name: str, *lines: str) -> None:
    desk.configure({name: address}, mail=mail.url, policy_lines={name: lines})
    with desk.configuration.open("a", encoding="utf-8") as file:
        file.write(f'policies = ["{name}"]\n')


def test_each_command_asks_and_the_subscriber_is_still_notified(desk: Desk) -> None:
    with serving() as site, mail_server() as mail:
        renamed(desk, site, mail)
        run = desk.clausewatch("run", "--policy", "Boat")
        check, status = desk.clausewatch("config", "check"), desk.clausewatch("status")
        [message] = mail.received
    assert QUESTION in run.err
    assert (run.code, check.code, status.code) == (1, 1, 1)
    assert 'renamed_from = "Ferry"' in check.err
    assert "new = true" in check.err
    assert QUESTION in " ".join(status.out.split())
    assert message.subject.startswith("[critical] Ferry:")


@pytest.mark.parametrize(
    ("answer", "name", "versions"), [('renamed_from = "Ferry"', "Boat", "2"), ("new = true", "Boat", "1")]
)
def test_an_answer_ends_the_question(desk: Desk, answer: str, name: str, versions: str) -> None:
    with serving() as site, mail_server() as mail:
        renamed(desk, site, mail)
        assert desk.clausewatch("run", "--all").code == 1
        configure(desk, mail, site.url("/privacy"), "Boat", answer)
        codes = [desk.clausewatch("run", "--all").code, desk.clausewatch("config", "check").code]
        status = desk.clausewatch("status").out
    assert codes == [0, 0]
    (row,) = [line.split() for line in status.splitlines() if line.startswith(name)]
    assert versions in row
