"""Tests who may use the desk, and that passwords, sessions, links, tokens and secret addresses can be ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.access.log import accesses, drop_accesses, note_access
from archive.access.people import (
    Person,
    add_person,
    password_hash,
    people,
    person_named,
    remove_person,
    set_password,
    set_preferences,
)
from archive.access.secrets import hash_of
from archive.access.sessions import (
    end_session,
    is_known_browser,
    make_link,
    open_sessions,
    remember_browser,
    signed_in,
    start_session,
    touch_session,
    use_link,
)
from archive.access.tokens import (
    add_feed,
    add_token,
    end_feed,
    end_token,
    feed_reader,
    feeds,
    token_holder,
    tokens,
    touch_token,
)
from archive.errors import KnownPersonError, LastOperatorError, TokenRoleError, UnknownPersonError
from archive.storage.database import Archive
from archive.storage.tables import Base, PersonRow, SecretColumns
from archive.upkeep.restores import note_restored
from notifier.outbox.erasure import erase_person
from tests.archive.visits import HOUR, START

WEEK = timedelta(days=7)


@pytest.fixture
def ratna(archive: Archive) -> Person:
    add_person(archive, "Operator", "operator", START)
    return add_person(archive, "Ratna", "reviewer", START)


def test_two_people_cannot_have_one_name(archive: Archive, ratna: Person) -> None:
    with pytest.raises(KnownPersonError, match="choose another name"):
        add_person(archive, "Ratna", "reader", START)
    assert [person.name for person in people(archive)] == ["Operator", "Ratna"]


def test_the_last_operator_stays(archive: Archive, ratna: Person) -> None:
    with pytest.raises(LastOperatorError, match="add another operator first"):
        remove_person(archive, "Operator")
    with pytest.raises(LastOperatorError):
        erase_person(archive, "Operator", START)
    add_person(archive, "Second", "operator", START)
    remove_person(archive, "Operator")
    with pytest.raises(UnknownPersonError, match="known are"):
        person_named(archive, "Operator")


def test_a_session_ends_when_it_is_idle_when_it_is_old_and_when_it_is_ended(archive: Archive, ratna: Person) -> None:
    secret = start_session(archive, ratna.id, START, lasting=WEEK)
    who = signed_in(archive, secret, START + HOUR, idle=8 * HOUR)
    assert who is not None
    assert who.person == ratna
    assert who.should_touch(START + HOUR)
    assert signed_in(archive, secret, START + 8 * HOUR, idle=8 * HOUR) is None
    touch_session(archive, who.session, START + 7 * HOUR)
    assert signed_in(archive, secret, START + 8 * HOUR, idle=8 * HOUR) is not None
    assert signed_in(archive, secret, START + WEEK, idle=2 * WEEK) is None
    assert [session.person for session in open_sessions(archive, START, ratna.id)] == ["Ratna"]
    assert not end_session(archive, who.session, of=ratna.id + 1)
    assert end_session(archive, who.session, of=ratna.id)
    assert signed_in(archive, secret, START + 8 * HOUR, idle=8 * HOUR) is None


def test_a_link_works_once_and_for_a_while(archive: Archive, ratna: Person) -> None:
    first, second = (make_link(archive, ratna.id, START, lasting=HOUR) for _ in range(2))
    assert use_link(archive, first, START) == ratna
    assert use_link(archive, first, START) is None
    assert use_link(archive, second, START + HOUR) is None
    assert use_link(archive, "", START) is None


def test_a_new_password_ends_other_sessions_links_and_known_browsers(archive: Archive, ratna: Person) -> None:
    here, there = (start_session(archive, ratna.id, START, lasting=WEEK) for _ in range(2))
    link, browser = make_link(archive, ratna.id, START, lasting=HOUR), remember_browser(archive, ratna.id, START)
    assert is_known_browser(archive, browser, "Ratna")
    assert not is_known_browser(archive, browser, "Operator")
    assert password_hash(archive, "Ratna") is None
    set_password(archive, ratna.id, "hash", keep_session=hash_of(here))
    assert password_hash(archive, "Ratna") == (person_named(archive, "Ratna"), "hash")
    assert signed_in(archive, here, START, idle=HOUR) is not None
    assert signed_in(archive, there, START, idle=HOUR) is None
    assert use_link(archive, link, START) is None
    assert not is_known_browser(archive, browser, "Ratna")


def test_a_token_has_a_role_and_an_end(archive: Archive, ratna: Person) -> None:
    secret = add_token(archive, ratna, "report", "reader", now=START, ends_at=START + WEEK)
    holder = token_holder(archive, secret, START)
    assert holder is not None
    assert (holder.person, holder.name, holder.role) == (ratna, "report", "reader")
    assert token_holder(archive, secret, START + WEEK) is None
    [token] = tokens(archive)
    assert (token.name, token.person, token.role) == ("report", "Ratna", "reader")
    assert end_token(archive, token.id) == token
    assert end_token(archive, token.id) is None
    assert token_holder(archive, secret, START) is None


def test_the_last_use_of_a_token_is_recorded_once_an_hour(archive: Archive, ratna: Person) -> None:
    secret = add_token(archive, ratna, "report", "reader", now=START, ends_at=START + WEEK)
    holder = token_holder(archive, secret, START)
    assert holder is not None
    assert holder.should_touch(START)
    touch_token(archive, holder.token, START)
    later = token_holder(archive, secret, START + HOUR / 2)
    assert later is not None
    assert not later.should_touch(START + HOUR / 2)
    assert later.should_touch(START + HOUR)
    assert [token.used_at for token in tokens(archive, ratna.id)] == [START]
    assert tokens(archive, ratna.id + 1) == ()


def test_a_token_may_not_allow_more_than_its_person(archive: Archive, ratna: Person) -> None:
    with pytest.raises(TokenRoleError, match="'Ratna' has the role reviewer, which does not include the role auditor"):
        add_token(archive, ratna, "audit", "auditor", now=START, ends_at=START + WEEK)
    assert tokens(archive) == ()


def test_a_secret_address_is_for_one_kind_and_can_be_ended(archive: Archive, ratna: Person) -> None:
    secret = add_feed(archive, ratna.id, "atom", START)
    assert feed_reader(archive, secret, "atom") == ratna
    assert feed_reader(archive, secret, "calendar") is None
    [feed] = feeds(archive, ratna.id)
    end_feed(archive, feed.id, ratna.id + 1)
    assert feed_reader(archive, secret, "atom") == ratna
    end_feed(archive, feed.id, ratna.id)
    assert feed_reader(archive, secret, "atom") is None


def secrets_of(archive: Archive, person: Person) -> dict[str, str]:
    """Make every kind of secret for a person."""
    return {
        "session": start_session(archive, person.id, START, WEEK),
        "link": make_link(archive, person.id, START, WEEK),
        "token": add_token(archive, person, "report", "reader", now=START, ends_at=START + WEEK),
        "feed": add_feed(archive, person.id, "atom", START),
        "browser": remember_browser(archive, person.id, START),
    }


def who_gets_in(archive: Archive, made: dict[str, str]) -> dict[str, bool]:
    """Use each secret. Return for each of them whether it lets somebody in."""
    return {
        "session": signed_in(archive, made["session"], START, idle=HOUR) is not None,
        "token": token_holder(archive, made["token"], START) is not None,
        "feed": feed_reader(archive, made["feed"], "atom") is not None,
        "browser": is_known_browser(archive, made["browser"], "Ratna"),
        "link": use_link(archive, made["link"], START) is not None,
    }


@pytest.mark.parametrize("way", ["removed", "forgotten", "restored"])
def test_nothing_lets_a_removed_person_in(archive: Archive, ratna: Person, way: str) -> None:
    assert all(who_gets_in(archive, secrets_of(archive, ratna)).values())
    made = secrets_of(archive, ratna)
    if way == "removed":
        remove_person(archive, "Ratna")
    elif way == "forgotten":
        erased = erase_person(archive, "Ratna", START)
        assert erased is not None
        assert erased.at_desk
    else:
        note_restored(archive, START)
    assert not any(who_gets_in(archive, made).values())


def test_secrets_are_stored_as_hashes_only(archive: Archive, ratna: Person) -> None:
    made = secrets_of(archive, ratna)
    tables = [table for table in Base.metadata.sorted_tables if "sha256" in table.c and "person_id" in table.c]
    assert len(tables) == len(SecretColumns.__subclasses__()) == len(made)
    with archive.reading() as session:
        stored = [str(value) for table in tables for row in session.execute(select(table)) for value in row]
    assert {hash_of(secret) for secret in made.values()} <= set(stored)
    assert not set(made.values()) & set(stored)


def test_the_access_log_is_read_in_pages_erased_for_a_person_and_deleted_after_a_while(archive: Archive) -> None:
    for hour, person in enumerate(("Ratna", "Budi", "Ratna")):
        note_access(archive, START + hour * HOUR, person, "sign-in", about="Ratna" if person == "Budi" else "")
    newest, middle = accesses(archive, 2)
    assert [deed.person for deed in accesses(archive, 2, before=middle.id)] == ["Ratna"]
    assert newest.at == START + 2 * HOUR
    erased = erase_person(archive, "Ratna", START)
    assert erased is not None
    assert {(deed.person, deed.about) for deed in accesses(archive, 9)} == {("forgotten", ""), ("Budi", "forgotten")}
    drop_accesses(archive, START + 2 * HOUR)
    assert len(accesses(archive, 9)) == 1


def test_a_person_chooses_language_zone_and_keys(archive: Archive, ratna: Person) -> None:
    assert (ratna.language, ratna.zone, ratna.keys, ratna.has_password) == ("en", "UTC", True, False)
    set_preferences(archive, ratna.id, language="id", zone="Asia/Jakarta", keys=False)
    changed = person_named(archive, "Ratna")
    assert (changed.language, changed.zone, changed.keys) == ("id", "Asia/Jakarta", False)
    with archive.reading() as session:
        assert session.scalars(select(PersonRow.role).where(PersonRow.name == "Ratna")).one() == "reviewer"
