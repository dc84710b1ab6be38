"""Sends nasty texts through every field of every form, every parameter of every page, and every field of the API."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from bs4 import BeautifulSoup
from fastapi.routing import APIRoute

from tests.chance import seeded
from tests.clausewatch.desk.nasty import ELEMENTS, ELSEWHERE, HANDLERS, all_parts, nasty_texts
from tests.clausewatch.desk.running import Opened, opened_with_a_change
from tests.clausewatch.desk.test_roles import path_of, routes

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
EACH = 40 if LONG else 1
"""Number of texts for each field."""
SEED = 2020

VALID = {
    "name": "Teahouse", "policy": "Teahouse", "kind": "comment", "finding": "1:0", "text": "noted", "number": "1",
    "words": "partners", "since": "2026-01-01", "person": "reviewer", "language": "en", "zone": "UTC", "session": "1",
    "token": "1", "role": "reader", "days": "3", "change": "1",
}  # fmt: skip
"""Valid values of fields. Only one field of a request has a nasty text."""

LEFT_OUT = {"/sign-out", "/account/password", "/account/sessions", "/people/remove"}
"""Forms that would end the session. Their fields are numbers, passwords and names of people that are also sent
elsewhere.
"""


@pytest.fixture(scope="module")
def desk(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened_with_a_change(empty_archive, tmp_path_factory.mktemp("desk"), api_requests=100_000) as running:
        yield running


def problems(page: str) -> list[str]:
    """Return what a browser would run or load from elsewhere on a page, or what our templates never write."""
    wrong = []
    for element in BeautifulSoup(page, "lxml").find_all(True):
        addresses = [str(element.get(name, "")) for name in ("src", "href", "action", "formaction", "data", "srcdoc")]
        if any(not address.startswith(("/", "#", "?")) or address.startswith("//") for address in addresses if address):
            wrong.append(str(element)[:200])
        if any(name.startswith("on") or name == "style" for name in element.attrs):
            wrong.append(str(element)[:200])
        if element.name in ("svg", "img", "object", "embed", "style", "base", "math", "video"):
            wrong.append(str(element)[:200])
    return wrong


def texts(chance: random.Random) -> list[str]:
    return nasty_texts(chance.randrange(10**9), EACH)


def fields(route: APIRoute) -> list[str]:
    """Return the names of a route's parameters."""
    return [field.alias for field in (*route.dependant.query_params, *route.dependant.body_params)]


def test_the_texts_are_nasty_and_the_check_notices_them_without_escaping() -> None:
    made = nasty_texts(SEED, 2000)
    assert len(set(made)) == 2000
    for part in (*ELEMENTS, *HANDLERS, ELSEWHERE, "\u202e", "\r\n"):
        assert any(part in text for text in made), part
    unescaped = [text for text in made if problems(f"<p>{text}</p>")]
    assert len(unescaped) > 300
    assert not problems("<p>plain</p><a href='/policies'>Policies</a>")


def test_nasty_texts_do_nothing_on_pages(desk: Opened) -> None:
    chance, operator, sent = seeded(SEED), desk.session("operator"), 0
    for route in routes(desk):
        if route.path in LEFT_OUT:
            continue
        for field in fields(route):
            for text in texts(chance):
                values: dict[str, Any] = {name: VALID[name] for name in fields(route) if name in VALID} | {field: text}
                answer = send(desk, operator, route, values)
                assert answer.status_code < 500, (route.path, field, text)
                assert not answer.headers.get("location", "/").startswith(("//", "http")), (route.path, field, text)
                assert "nasty" not in answer.cookies.get_dict()
                if answer.headers.get("content-type", "").startswith("text/html"):
                    assert not problems(answer.text), (route.path, field, text)
                sent += 1
    assert sent > 50 * EACH
    for path in ("/", "/changes/1", "/policy?name=Teahouse", "/access", "/tokens", "/people", "/watch"):
        assert not problems(desk.get(operator, path).text), path


def send(desk: Opened, browser: requests.Session, route: APIRoute, values: Mapping[str, Any]) -> requests.Response:
    encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in values.items()}
    if "POST" in (route.methods or ()):
        return desk.post(browser, path_of(route), **encoded)
    return browser.get(desk.address + path_of(route), params=encoded, allow_redirects=False, timeout=60)


def test_nasty_parts_of_addresses_are_answered(desk: Opened) -> None:
    operator = desk.session("operator")
    for part in all_parts() if LONG else seeded(SEED).sample(list(all_parts()), 15):
        for path in ("/changes/", "/alerts/", "/link/", "/static/", "/"):
            quoted = quote(part.encode("utf-8", "surrogatepass"), safe="")
            answer = operator.get(f"{desk.address}{path}{quoted}", allow_redirects=False, timeout=60)
            assert answer.status_code < 500, (path, part)
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert not problems(answer.text), (path, part)


def test_nasty_texts_are_refused_or_kept_as_text_by_the_api(desk: Opened) -> None:
    chance, headers = seeded(SEED), {"Authorization": f"Bearer {desk.token('operator', 'operator')}"}
    document = requests.get(f"{desk.address}/api/v1/openapi.json", headers=headers, timeout=60).json()
    for path, methods in document["paths"].items():
        address = desk.address + path.replace("{number}", "1")
        for parameter in methods.get("get", {}).get("parameters", ()):
            valid = {
                entry["name"]: VALID.get(entry["name"], "1")
                for entry in methods["get"]["parameters"]
                if entry["required"] and entry["in"] == "query"
            }
            for text in texts(chance) if parameter["in"] == "query" else ():
                answer = requests.get(
                    address,
                    params=valid | {parameter["name"]: text.encode("utf-8", "surrogatepass")},
                    headers=headers,
                    timeout=60,
                )
                assert answer.status_code < 500, (path, parameter["name"], text)
                assert "json" in answer.headers["content-type"]
        for text in texts(chance) if "post" in methods else ():
            body = {
                "policy": text,
                "text": text,
                "kind": text,
                "person": text,
                "due_on": text,
                "findings": [{"finding": text}],
            }
            assert requests.post(address, json=body, headers=headers, timeout=60).status_code == 422, (path, text)


def test_a_note_keeps_a_nasty_text_and_no_page_runs_it(desk: Opened) -> None:
    headers, operator = {"Authorization": f"Bearer {desk.token('operator', 'operator')}"}, desk.session("operator")
    for text in nasty_texts(SEED + 1, 10 * EACH):
        body = {"policy": "Teahouse", "text": text}
        answer = requests.post(f"{desk.address}/api/v1/policy/note", json=body, headers=headers, timeout=60)
        assert answer.status_code in (200, 422), text
        if answer.status_code == 200:
            kept = answer.json()["text"] or ""
            assert all(sign.isprintable() for sign in kept), text
            assert [sign for sign in text if sign.isprintable() and sign != " "] == [
                sign for sign in kept if sign != " "
            ]
            assert not problems(desk.get(operator, "/policy?name=Teahouse").text), text
