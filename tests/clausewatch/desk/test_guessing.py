"""Guesses passwords and tokens at the real server. A sample runs always, and 10,000 guesses with CLAUSEWATCH_LONG=1."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
import requests

from archive.access.log import accesses
from clausewatch.desk.entry import WRONG_TOKENS
from clausewatch.desk.guesses import MOST, MOST_FROM_ONE, RESERVED
from tests.chance import seeded
from tests.clausewatch.desk.running import Opened, form_key
from tests.clausewatch.desk.test_signing_in import PASSWORD, with_password

GUESSES = 10_000 if os.environ.get("CLAUSEWATCH_LONG") else 120
AT_ONCE = 4


def guess(attempt: Callable[[requests.Session, int], int]) -> tuple[Counter[int], int]:
    """Make all guesses, some at the same time. Return the number of answers by status, and the minutes that began."""
    answers: Counter[int] = Counter()
    began = time.monotonic()

    def some(first: int) -> None:
        browser = requests.Session()
        counted = Counter(attempt(browser, number) for number in range(first, GUESSES, AT_ONCE))
        with lock:
            answers.update(counted)

    lock = threading.Lock()
    threads = [threading.Thread(target=some, args=(first,)) for first in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, 1 + int((time.monotonic() - began) / 60)


@pytest.mark.parametrize("names", [1, 500])
def test_guessing_passwords_is_limited_and_the_true_person_still_gets_in(desk: Opened, names: int) -> None:
    with_password(desk)
    known = requests.Session()
    signed_in = {"name": "reviewer", "password": PASSWORD}
    assert desk.post(known, "/sign-in", **signed_in).status_code == 303
    desk.post(known, "/sign-out")
    keys: dict[int, str] = {}

    def attempt(browser: requests.Session, number: int) -> int:
        key = keys.get(id(browser)) or keys.setdefault(id(browser), form_key(desk, browser))
        name = "reviewer" if names == 1 else f"person {number % names}"
        fields = {"form_key": key, "name": name, "password": f"guess {number}"}
        sent = browser.post(f"{desk.address}/sign-in", data=fields, allow_redirects=False, timeout=60)
        assert sent.status_code == 401 or int(sent.headers["retry-after"]) > 0
        return sent.status_code

    answers, minutes = guess(attempt)
    assert sum(answers.values()) == GUESSES
    assert 0 < answers[401] <= min(MOST_FROM_ONE, MOST - RESERVED) * minutes
    assert set(answers) == {401, 429}
    assert desk.post(known, "/sign-in", **signed_in).status_code == 303  # the person's own browser is not slowed down


def test_guessing_tokens_is_limited_and_a_true_token_still_gets_in(desk: Opened) -> None:
    true = desk.token("operator", "operator")
    chance = seeded(20)

    def attempt(browser: requests.Session, number: int) -> int:
        near = true[: chance.randrange(len(true))] + secrets.token_urlsafe(32)
        guessed = chance.choice((near, true.swapcase(), f"{true}x", secrets.token_urlsafe(32), str(number)))
        sent = browser.get(f"{desk.address}/api/v1/me", headers={"Authorization": f"Bearer {guessed}"}, timeout=60)
        return sent.status_code

    answers, minutes = guess(attempt)
    assert sum(answers.values()) == GUESSES
    assert 0 < answers[401] <= WRONG_TOKENS * minutes
    assert set(answers) == {401, 429}
    noted = [entry for entry in accesses(desk.archive.reader, GUESSES) if entry.deed == "token refused"]
    assert len(noted) == answers[401]
    valid = requests.get(f"{desk.address}/api/v1/me", headers={"Authorization": f"Bearer {true}"}, timeout=60)
    assert valid.status_code == 200
