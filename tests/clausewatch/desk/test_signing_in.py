"""Tests signing in by link and by password, guessing passwords, and what a browser may keep."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import requests

from archive.access.log import accesses
from archive.access.people import person_named, set_password
from archive.access.sessions import make_link
from clausewatch.desk.guesses import MOST, MOST_FROM_ONE, RESERVED, Guesses
from clausewatch.desk.passwords import hash_password, matches
from clausewatch.desk.rates import Rates, TooOftenError
from tests.clausewatch.desk.running import Opened

PASSWORD = "seven wet umbrellas"
HOUR = timedelta(hours=1)


def with_password(desk: Opened, name: str = "reviewer") -> None:
    set_password(
        desk.archive.writer, person_named(desk.archive.reader, name).id, hash_password(PASSWORD), keep_session=""
    )


def link_of(desk: Opened, name: str = "reviewer") -> str:
    return make_link(desk.archive.writer, person_named(desk.archive.reader, name).id, datetime.now(UTC), HOUR)


def signs_in(desk: Opened, password: str, browser: requests.Session | None = None) -> int:
    """Return the status of the answer to a name and a password."""
    browser = browser or requests.Session()
    return desk.post(browser, "/sign-in", name="reviewer", password=password).status_code


def test_a_link_survives_programs_that_scan_mails_and_then_works_once(desk: Opened) -> None:
    key = link_of(desk)
    for method in ("GET", "HEAD") * 10:
        requests.request(method, f"{desk.address}/link/{key}", timeout=60)
    person, other = requests.Session(), requests.Session()
    answer = desk.post(person, "/link", key=key)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert desk.get(person, "/").status_code == 200
    assert desk.post(other, "/link", key=key).status_code == 410
    assert desk.get(other, "/").status_code == 303


def test_a_person_sets_a_password_and_signs_in_with_it(desk: Opened) -> None:
    browser, elsewhere = desk.session("reviewer"), desk.session("reviewer")
    short = desk.post(browser, "/account/password", password="short", again="short")
    assert (short.status_code, "at least 12" in short.text) == (422, True)
    assert desk.post(browser, "/account/password", password=PASSWORD, again=PASSWORD + "x").status_code == 422
    assert "Set a password first." in desk.get(browser, "/account").text
    answer = desk.post(browser, "/account/password", password=PASSWORD, again=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Set a password first." not in desk.get(browser, "/account").text
    assert desk.get(browser, "/").status_code == 200
    assert desk.get(elsewhere, "/").status_code == 303
    assert signs_in(desk, PASSWORD) == 303
    assert signs_in(desk, PASSWORD.upper()) == 401
    changed = {"password": PASSWORD[::-1], "again": PASSWORD[::-1]}
    assert desk.post(browser, "/account/password", **changed, old="guessed").status_code == 422
    answer = desk.post(browser, "/account/password", **changed, old=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?saved=password")
    assert [deed.deed for deed in accesses(desk.archive.reader, 9)] == ["password", "refused", "sign-in", "password"]


def test_signing_in_gives_a_new_secret_and_ends_the_session_before(desk: Opened) -> None:
    with_password(desk)
    browser = requests.Session()
    browser.cookies.set("clausewatch", "planted by somebody else", domain="127.0.0.1")
    assert signs_in(desk, PASSWORD, browser) == 303
    first = browser.cookies["clausewatch"]
    assert first != "planted by somebody else"
    assert signs_in(desk, PASSWORD, browser) == 303
    again = requests.Session()
    again.cookies.set("clausewatch", first, domain="127.0.0.1")
    assert desk.get(again, "/").status_code == 303
    assert desk.get(browser, "/").status_code == 200


def test_cookies_are_kept_from_scripts_and_other_sites(desk: Opened) -> None:
    with_password(desk)
    browser = requests.Session()
    answer = desk.post(browser, "/sign-in", name="reviewer", password=PASSWORD)
    cookies = answer.raw.headers.getlist("set-cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie for cookie in cookies)
    assert desk.get(browser, "/sign-in").status_code == 303


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:1",
    ],
)
def test_signing_in_leads_to_no_other_server(desk: Opened, to: str) -> None:
    answer = desk.post(requests.Session(), "/link", key=link_of(desk, "reader"), to=to)
    assert answer.headers["location"] == "/account"
    with_password(desk)
    browser = requests.Session()
    assert desk.post(browser, "/sign-in", name="reviewer", password=PASSWORD, to=to).headers["location"] == "/"
    assert desk.get(browser, "/sign-in?to=" + quote(to)).headers["location"] == "/"
    there = desk.get(browser, "/sign-in?to=/changes/1")  # control
    assert there.headers["location"] == "/changes/1"


def test_somebody_without_an_account_is_told_what_this_is_and_comes_back_after_signing_in(desk: Opened) -> None:
    answer = desk.get(requests.Session(), "/changes/1?view=sides")
    assert answer.headers["location"] == "/sign-in?to=/changes/1%3Fview%3Dsides"
    shown = desk.get(requests.Session(), answer.headers["location"])
    assert "Ask the person who runs Clausewatch" in shown.text
    assert 'name="to" value="/changes/1?view=sides"' in shown.text
    in_indonesian = desk.get(requests.Session(), "/sign-in", **{"accept-language": "id-ID,id;q=0.9"})
    assert '<html lang="id">' in in_indonesian.text


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def checked(guesses: Guesses, attempts: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> int:
    """Return how many of these attempts are checked. An attempt is a pair of a name and an address."""
    count = 0
    for name, address in attempts:
        try:
            with guesses.checking(name, address):
                count += 1
        except TooOftenError:
            pass
    return count


def test_ten_thousand_guesses_cost_few_hashes_and_the_true_person_still_gets_in() -> None:
    clock = Clock()
    guesses = Guesses(Rates(clock))
    many = [(f"name {number % 700}", f"10.0.{number % 256}.{number // 256}") for number in range(10_000)]
    assert checked(guesses, many) == MOST - RESERVED
    with guesses.checking("Ratna", "10.0.0.1", "a known browser"):
        pass
    clock.now += 61
    assert checked(guesses, [("Ratna", "192.0.2.1")]) == 1  # nobody is locked out


def test_one_name_and_one_address_are_slowed_and_the_wait_is_stated() -> None:
    clock = Clock()
    assert checked(Guesses(Rates(clock)), [("Ratna", f"10.0.0.{number}") for number in range(200)]) == MOST_FROM_ONE
    assert checked(Guesses(Rates(clock)), [(f"name {number}", "10.0.0.1") for number in range(200)]) == MOST_FROM_ONE
    guesses = Guesses(Rates(clock))
    checked(guesses, [("Ratna", "10.0.0.1")] * MOST_FROM_ONE)
    clock.now += 20
    with pytest.raises(TooOftenError) as refused, guesses.checking("Ratna", "10.0.0.1"):
        pass
    assert refused.value.seconds == pytest.approx(40)


def test_at_most_two_hashes_are_made_at_the_same_time() -> None:
    guesses, running, most, lock = Guesses(), [0], [0], threading.Lock()

    def guess(number: int) -> None:
        with guesses.checking(f"name {number}", f"10.0.0.{number}"):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            hash_password("x" * 12)
            with lock:
                running[0] -= 1

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 2


def test_the_server_slows_guesses_before_it_hashes(desk: Opened) -> None:
    with_password(desk)
    known = requests.Session()
    assert signs_in(desk, PASSWORD, known) == 303
    desk.post(known, "/sign-out")
    statuses = [signs_in(desk, f"guess {number} of many") for number in range(MOST_FROM_ONE + 5)]
    assert statuses.count(401) == MOST_FROM_ONE - 1  # the first checked password was the person's
    assert statuses[-1] == 429
    assert signs_in(desk, PASSWORD) == 429
    assert signs_in(desk, PASSWORD, known) == 303


def test_a_password_is_hashed_even_if_the_person_is_unknown() -> None:
    assert not matches("the password of nobody", None)
    assert matches(PASSWORD, hash_password(PASSWORD))
