"""Tests the page on which operators manage people."""

from __future__ import annotations

import re
from html import unescape

import requests

from archive.access.log import accesses
from archive.access.people import password_hash, people, person_named, set_password
from archive.access.tokens import add_feed, feed_reader
from clausewatch.desk.passwords import hash_password
from tests.clausewatch.desk.running import BEGAN, Opened

LINK = re.compile(r"<code>http://127\.0\.0\.1:\d+(/link/[\w-]{43})</code>")


def link_in(answer: requests.Response) -> str:
    match = LINK.search(unescape(answer.text))
    assert match is not None
    return match[1]


def sign_in(desk: Opened, link: str) -> requests.Session:
    browser = requests.Session()
    assert desk.post(browser, "/link", key=link.rpartition("/")[2]).status_code == 303
    return browser


def may_read(desk: Opened, browser: requests.Session) -> bool:
    return desk.get(browser, "/").status_code == 200


def test_a_new_person_signs_in_with_the_link_that_is_shown_once(desk: Opened) -> None:
    operator = desk.session("operator")
    answer = desk.post(operator, "/people", name=" Ratna  Dewi ", role="reviewer")
    assert answer.headers["cache-control"] == "no-store"
    link = link_in(answer)
    assert link not in desk.get(operator, "/people").text
    assert person_named(desk.archive.reader, "Ratna Dewi").role == "reviewer"
    ratna = sign_in(desk, link)
    assert desk.post(ratna, "/account/password", password="x" * 12, again="x" * 12).status_code == 303
    assert may_read(desk, ratna)
    assert "signs in with a password" in desk.get(operator, "/people").text


def test_a_name_that_is_taken_or_none_is_refused(desk: Opened) -> None:
    operator = desk.session("operator")
    for name, problem in (("reader", "already a person"), (" ", "A name needs"), ("a\x1bb", "A name needs")):
        answer = desk.post(operator, "/people", name=name, role="reader")
        assert answer.status_code == 422
        if name != " ":
            assert problem in answer.text
    assert desk.post(operator, "/people", name="Budi", role="king").status_code == 422
    assert len(people(desk.archive.reader)) == 4


def test_a_changed_role_counts_at_once_and_the_last_operator_stays(desk: Opened) -> None:
    operator, officer = desk.session("operator"), desk.session("reviewer")
    assert desk.get(officer, "/people").status_code == 403
    assert desk.post(operator, "/people/role", name="reviewer", role="operator").status_code == 303
    assert desk.get(officer, "/people").status_code == 200
    assert desk.post(officer, "/people/role", name="operator", role="reader").status_code == 303
    assert desk.get(operator, "/people").status_code == 403
    for path, more in (("role", {"role": "reader"}), ("end", {}), ("remove", {})):
        answer = desk.post(officer, f"/people/{path}", name="reviewer", **more)
        assert (answer.status_code, "last operator" in answer.text) == (422, True), path
    assert desk.post(officer, "/people/role", name="reviewer", role="operator").status_code == 303
    assert desk.post(officer, "/people/role", name="nobody", role="reader").status_code == 404


def test_a_new_link_replaces_a_forgotten_password(desk: Opened) -> None:
    operator, officer = desk.session("operator"), desk.session("reviewer")
    person = person_named(desk.archive.reader, "reviewer")
    set_password(desk.archive.writer, person.id, hash_password("old password 1"), keep_session="")
    officer = desk.session("reviewer")
    link = link_in(desk.post(operator, "/people/link", name="reviewer"))
    assert not may_read(desk, officer)
    assert password_hash(desk.archive.reader, "reviewer") is None
    again = sign_in(desk, link)
    assert desk.post(again, "/account/password", password="new password 2", again="new password 2").status_code == 303


def test_ended_access_ends_every_secret_and_a_new_link_lets_the_person_in_again(desk: Opened) -> None:
    operator, officer = desk.session("operator"), desk.session("reviewer")
    secret = add_feed(desk.archive.writer, person_named(desk.archive.reader, "reviewer").id, "atom", BEGAN)
    old = link_in(desk.post(operator, "/people/link", name="reviewer"))
    officer = desk.session("reviewer")
    assert desk.post(operator, "/people/end", name="reviewer").status_code == 303
    assert not may_read(desk, officer)
    assert feed_reader(desk.archive.reader, secret, "atom") is None
    assert desk.post(requests.Session(), "/link", key=old.rpartition("/")[2]).status_code == 410
    assert "cannot sign in" in desk.get(operator, "/people").text
    assert may_read(desk, sign_in(desk, link_in(desk.post(operator, "/people/link", name="reviewer"))))
    assert desk.post(operator, "/people/remove", name="reviewer").status_code == 303
    assert "reviewer" not in [person.name for person in people(desk.archive.reader)]
    noted = [(entry.deed, entry.about) for entry in accesses(desk.archive.reader, 6) if entry.deed != "sign-in"]
    deeds = ["person removed", "person link", "person ended", "person link"]
    assert noted == [(deed, "reviewer") for deed in deeds]
