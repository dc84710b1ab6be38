"""Tests which role each route needs. Each route is requested once in each role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from fastapi import FastAPI
from fastapi.routing import APIRoute

from archive.access.people import PERMISSIONS, add_person, remove_person
from clausewatch.desk.application import MissingRoleError, create_app, door_of, require_doors
from clausewatch.desk.archive_watch import ArchiveWatch
from clausewatch.desk.entry import Desk, PageDoor
from clausewatch.desk.failures import API
from clausewatch.desk.guesses import Guesses
from tests.clausewatch.desk.running import BEGAN, ROLES, Opened, opened_with_a_change

EXPECTED = {
    "/": "see",
    "/sign-in": None,
    "/link/{key}": None,
    "/link": None,
    "/sign-out": None,
    "/changes/{number}": "see",
    "/changes/{number}/file": "see",
    "/changes/{number}/assignment": "review",
    "/alerts/{number}": "see",
    "/reviews": "review",
    "/reviews/quiet": "review",
    "/stored": "see",
    "/policies": "see",
    "/policy": "see",
    "/policy/note": "review",
    "/text": "see",
    "/search": "see",
    "/calendar": "see",
    "/report": "see",
    "/report/file": "see",
    "/deliveries": "see",
    "/deliveries/again": "operate",
    "/policy/visit": "review",
    "/policy/checks": "see",
    "/policy/evidence": "audit",
    "/text/file": "see",
    "/people": "operate",
    "/people/link": "operate",
    "/people/role": "operate",
    "/people/end": "operate",
    "/people/remove": "operate",
    "/watch": "see",
    "/access": "audit",
    "/tokens": "operate",
    "/tokens/end": "operate",
    "/account": "see",
    "/account/password": "see",
    "/account/settings": "see",
    "/account/sessions": "see",
    "/account/feeds": "see",
    "/account/feeds/end": "see",
    "/feeds/{secret}/changes.atom": "see",
    "/feeds/{secret}/calendar.ics": "see",
}
"""The permission that each route needs. A new route must be added here."""

VALUES = {"{number}": "1", "{key}": "nothing", "{secret}": "nothing"}


@pytest.fixture(scope="module")
def desk(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened_with_a_change(empty_archive, tmp_path_factory.mktemp("desk")) as running:
        yield running


def application(desk: Opened) -> FastAPI:
    return create_app(Desk(desk.configuration, desk.archive, Guesses()), ArchiveWatch(desk.archive))


def routes(desk: Opened) -> list[APIRoute]:
    """Return the routes of pages. `test_api_roles.py` tests the routes for programs."""
    every = [route for route in application(desk).routes if isinstance(route, APIRoute)]
    return [route for route in every if route.path != "/static/{name}" and not route.path.startswith(API)]


def path_of(route: APIRoute) -> str:
    return re.sub(r"\{\w+\}", lambda match: VALUES[match[0]], route.path)


def test_every_route_needs_the_permission_that_is_stated(desk: Opened) -> None:
    doors = {route.path: door_of(route) for route in routes(desk)}
    assert {path: door.permission for path, door in doors.items() if door is not None} == EXPECTED


def test_a_route_without_a_role_is_refused(desk: Opened) -> None:
    app = application(desk)
    app.add_api_route("/secret", lambda: "everything")
    with pytest.raises(MissingRoleError, match="/secret"):
        require_doors(app)


def is_let_in(answer: requests.Response) -> bool:
    """Whether the role of the request was sufficient. An error about a missing field or finding also shows that the
    role was sufficient, because the role is checked first.
    """
    led_away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    return not led_away and answer.status_code not in (401, 403)


@pytest.mark.parametrize("who", ["nobody", *ROLES, "ended session"])
def test_routes_let_in_exactly_the_roles_with_the_permission(desk: Opened, who: str) -> None:
    for route in routes(desk):
        browser = requests.Session() if who == "nobody" else desk.session(who if who in ROLES else "operator")
        if who == "ended session":
            desk.post(browser, "/sign-out")
            browser.cookies.clear()
            browser.cookies.update(ended_cookie(desk))
        needed = EXPECTED[route.path]
        allowed = needed is None or any(who == role and needed in PERMISSIONS[role] for role in ROLES)
        if "GET" in (route.methods or ()):
            answer = desk.get(browser, path_of(route))
        else:
            answer = desk.post(browser, path_of(route), kind="comment", finding="1:0", session="1", language="en")
        if route.path.startswith("/feeds/"):
            assert answer.status_code == 404, (who, route.path)  # only a secret lets a program in, and not a session
            continue
        if route.path in ("/sign-out", "/sign-in") and answer.status_code in (303, 401):
            continue  # these routes send everybody to the form for signing in
        assert is_let_in(answer) == allowed, (who, route.path, answer.status_code)


def ended_cookie(desk: Opened) -> dict[str, str]:
    browser = desk.session("operator")
    kept = browser.cookies.get_dict()
    assert is_let_in(desk.get(browser, "/account"))
    desk.post(browser, "/sign-out")
    return kept


def test_a_removed_person_is_signed_out_at_once(desk: Opened) -> None:
    browser = desk.session("auditor")
    assert is_let_in(desk.get(browser, "/"))
    remove_person(desk.archive.writer, "auditor")
    assert not is_let_in(desk.get(browser, "/"))
    add_person(desk.archive.writer, "auditor", "auditor", BEGAN)


@pytest.mark.parametrize("key", ["", "0" * 64])
def test_every_post_needs_the_key_of_our_own_forms(desk: Opened, key: str) -> None:
    posts = [route for route in routes(desk) if "POST" in (route.methods or ())]
    assert len(posts) > 4
    for route in posts:
        browser = desk.session("operator")
        sent = {"form_key": key, "kind": "acknowledge", "finding": "1:0"}
        answer = browser.post(desk.address + route.path, data=sent, timeout=60, allow_redirects=False)
        assert answer.status_code == 403, route.path
    browser = desk.session("operator")
    other = requests.Session()
    stolen = {"form_key": desk.get(other, "/sign-in").text.split('name="form_key" value="')[1][:64]}
    answer = browser.post(desk.address + "/sign-out", data=stolen, timeout=60, allow_redirects=False)
    assert answer.status_code == 403
    assert desk.post(browser, "/sign-out").status_code == 303  # control: with the right key it succeeds


def test_a_form_from_another_site_is_refused_even_with_the_right_key(desk: Opened) -> None:
    browser = desk.session("operator")
    browser.headers["sec-fetch-site"] = "cross-site"
    assert desk.post(browser, "/sign-out").status_code == 403
    browser.headers["sec-fetch-site"] = "same-origin"
    assert desk.post(browser, "/sign-out").status_code == 303


def test_a_door_without_permission_is_stated_too() -> None:
    assert PageDoor(None) != PageDoor("see")
