"""Tests feeds and calendars at secret addresses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
import requests
from icalendar import Calendar
from lxml import etree
from sqlalchemy import select

from archive.access.log import accesses
from archive.access.people import end_access, set_role
from archive.storage.tables import FeedRow
from clausewatch.desk.pages.feeds import MOST
from tests.clausewatch.desk.running import Opened, record_changes

ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESS = re.compile(r"<code>(http://127\.0\.0\.1:\d+/feeds/([\w-]{43})/[\w.]+)</code>")


def new_address(desk: Opened, browser: requests.Session, kind: str) -> str:
    """Make a secret address, and return its path."""
    answer = desk.post(browser, "/account/feeds", kind=kind)
    match = ADDRESS.search(unescape(answer.text))
    assert match is not None
    assert answer.headers["cache-control"] == "no-store"
    assert match[2] not in desk.get(browser, "/account").text
    with desk.archive.reader.reading() as session:
        assert all(match[2] not in row.sha256 for row in session.scalars(select(FeedRow)))
    return urlsplit(match[1]).path


def fetch(desk: Opened, path: str, **headers: str) -> requests.Response:
    return desk.get(requests.Session(), path, **headers)


@pytest.fixture
def path(desk: Opened) -> str:
    return new_address(desk, desk.session("reader"), "atom")


def test_a_feed_lists_changes_that_lead_to_the_desk(desk: Opened, path: str) -> None:
    assert etree.fromstring(fetch(desk, path).content).findall(f"{ATOM}entry") == []  # all are older than 90 days
    record_changes(desk.archive.writer, {"Forge": 1}, started=datetime.now(UTC) - timedelta(days=2))
    answer = fetch(desk, path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    (entry,) = etree.fromstring(answer.content).findall(f"{ATOM}entry")
    links = {link.get("rel"): link.get("href") for link in entry.findall(f"{ATOM}link")}
    assert links["alternate"] == f"{desk.address}/changes/9"
    assert links["related"].startswith("https://")
    assert path.split("/")[2] not in answer.text  # the feed may be passed on, the secret not


def test_an_unchanged_feed_is_not_sent_again(desk: Opened, path: str) -> None:
    tag = fetch(desk, path).headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}'):
        again = fetch(desk, path, **{"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert fetch(desk, path, **{"if-none-match": '"x"'}).status_code == 200
    assert fetch(desk, path).headers["cache-control"] == "private, no-cache"


def test_a_calendar_has_days_with_links_to_the_desk(desk: Opened) -> None:
    reader = desk.session("reader")
    officer = desk.session("reviewer")
    path = new_address(desk, reader, "calendar")
    assert list(Calendar.from_ical(fetch(desk, path).content).walk("VEVENT")) == []
    soon = datetime.now(UTC).date() + timedelta(days=9)
    desk.post(officer, "/changes/3/assignment", person="reviewer", due=soon.isoformat())
    (event,) = Calendar.from_ical(fetch(desk, path).content).walk("VEVENT")
    assert event["url"] == f"{desk.address}/changes/3"
    assert event["summary"] == "Orchard: review is due"


def test_feeds_and_calendars_are_in_the_language_that_the_person_chose(desk: Opened) -> None:
    reader, officer = desk.session("reader"), desk.session("reviewer")
    addresses = [new_address(desk, reader, kind) for kind in ("atom", "calendar")]
    desk.post(reader, "/account/settings", language="id", zone="Asia/Jakarta")
    record_changes(desk.archive.writer, {"Forge": 1}, started=datetime.now(UTC) - timedelta(days=2))
    soon = datetime.now(UTC).date() + timedelta(days=9)
    desk.post(officer, "/changes/3/assignment", person="reviewer", due=soon.isoformat())
    feed = fetch(desk, addresses[0]).text
    assert 'xml:lang="id"' in feed
    for words in (
        "<title>semua kebijakan: perubahan tentang pembagian data dan hak subjek data</title>",
        "<title>Forge: pembagian data berubah (kritis), versi 2</title>",
        "pembagian data (kritis, material) di ",
        "Aturan recipient-added: GDPR 13(1)(e). Temuan 21.",
    ):
        assert words in feed
    events = Calendar.from_ical(fetch(desk, addresses[1]).content).walk("VEVENT")
    assert "Orchard: tenggat peninjauan" in [event["summary"] for event in events]
    assert all(str(event["description"]).startswith("Perubahan ke versi 2, pertama kali") for event in events)


def test_an_address_ends_at_once_and_leads_to_nothing_else(desk: Opened, path: str) -> None:
    reader, secret = desk.session("reader"), path.split("/")[2]
    assert fetch(desk, f"/feeds/{secret}/calendar.ics").status_code == 404
    assert fetch(desk, "/feeds/wrong/changes.atom").status_code == 404
    browser = requests.Session()
    browser.cookies.set("clausewatch", secret, domain="127.0.0.1")
    assert desk.get(browser, "/").status_code == 303  # the secret of a feed is not a session
    assert browser.post(desk.address + path, timeout=60).status_code == 405
    with desk.archive.reader.reading() as session:
        number = session.scalars(select(FeedRow.id)).one()
    desk.post(desk.session("reviewer"), "/account/feeds/end", feed=number)
    assert fetch(desk, path).status_code == 200  # only its person can end it
    assert desk.post(reader, "/account/feeds/end", feed=number).status_code == 303
    assert fetch(desk, path).status_code == 404


def test_an_address_follows_the_rights_of_its_person(desk: Opened, path: str) -> None:
    set_role(desk.archive.writer, "reader", "auditor")
    assert fetch(desk, path).status_code == 200
    end_access(desk.archive.writer, "reader")
    assert fetch(desk, path).status_code == 404


def test_a_feed_can_be_limited_and_an_unknown_policy_is_an_error(desk: Opened, path: str) -> None:
    assert b"<title>Bakery: changes to sharing</title>" in fetch(desk, path + "?policy=Bakery&topic=sharing").content
    assert fetch(desk, path + "?policy=Backery").status_code == 404
    assert fetch(desk, path + "?tag=unknown").status_code == 404


def test_a_person_has_a_limited_number_of_addresses(desk: Opened) -> None:
    reader = desk.session("reader")
    for _ in range(MOST):
        assert desk.post(reader, "/account/feeds", kind="atom").status_code == 200
    assert desk.post(reader, "/account/feeds", kind="atom").status_code == 422
    assert desk.post(reader, "/account/feeds", kind="rss").status_code == 422
    assert {entry.deed for entry in accesses(desk.archive.reader, MOST)} == {"feed added"}
