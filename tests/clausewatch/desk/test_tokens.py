"""Tests how tokens of programs are added, listed and ended, at the desk and on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from archive.access.log import accesses
from archive.access.tokens import token_holder, tokens
from tests.clausewatch.desk.running import Opened
from tests.clausewatch.watched import call, configured, watched

SHOWN = re.compile(r"<code>([\w-]{43})</code>")


def test_an_operator_adds_and_ends_a_token_which_is_shown_once(desk: Opened) -> None:
    operator = desk.session("operator")
    added = desk.post(operator, "/tokens", name="monthly\n report", person="reviewer", role="reader", days="30")
    assert added.headers["cache-control"] == "no-store"
    [secret] = SHOWN.findall(added.text)
    holder = token_holder(desk.archive.reader, secret, datetime.now(UTC))
    assert holder is not None
    assert (holder.name, holder.person.name, holder.role) == ("monthly report", "reviewer", "reader")
    listed = desk.get(operator, "/tokens").text
    assert "monthly report" in listed
    assert secret not in listed
    assert desk.post(operator, "/tokens/end", token=holder.token).headers["location"] == "/tokens"
    assert tokens(desk.archive.reader) == ()
    deeds = [(entry.person, entry.deed, entry.about) for entry in accesses(desk.archive.reader, 2)]
    assert deeds == [
        ("operator", "token ended", "monthly report (reviewer)"),
        ("operator", "token added", "monthly report (reader, reviewer)"),
    ]
    assert secret not in str(accesses(desk.archive.reader, 200))


def test_a_token_with_too_high_a_role_or_without_a_name_is_refused(desk: Opened) -> None:
    operator = desk.session("operator")
    too_high = desk.post(operator, "/tokens", name="audit", person="reviewer", role="auditor")
    assert (too_high.status_code, "does not include the role of the token" in too_high.text) == (422, True)
    assert desk.post(operator, "/tokens", name=" ", person="reviewer").status_code == 422
    assert desk.post(operator, "/tokens", name="report", person="Nobody").status_code == 404
    for days in (0, 367, "x"):
        assert desk.post(operator, "/tokens", name="report", person="reviewer", days=days).status_code == 422, days
    assert tokens(desk.archive.reader) == ()


def test_tokens_are_managed_on_the_command_line(tmp_path: Path) -> None:
    watched(tmp_path)
    path = configured(tmp_path)
    assert "There are no tokens" in call(path, "desk", "token", "list").stdout
    call(path, "desk", "person", "add", "Ratna", "--role", "reviewer")
    added = call(path, "desk", "token", "add", "report", "--person", "Ratna", "--days", "3")
    secret = added.stdout.splitlines()[-1]
    assert re.fullmatch(r"[\w-]{43}", secret)
    listed = call(path, "desk", "token", "list").stdout
    assert re.search(r"1 +report +Ratna +reader +\S+ +never", listed)
    assert secret not in listed
    too_high = call(path, "desk", "token", "add", "audit", "--person", "Ratna", "--role", "operator")
    assert (too_high.exit_code, "does not include the role operator" in too_high.stderr) == (1, True)
    assert "no longer works" in call(path, "desk", "token", "end", "1").stdout
    assert call(path, "desk", "token", "end", "1").exit_code == 2
