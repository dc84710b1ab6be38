"""Tests the signed webhook: what a receiver gets, how a receiver verifies a message, and what the responses of a
receiver mean."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifier.audience.subscriptions import Channel
from notifier.channels import address_problem, send_message
from notifier.channels.outcome import Accepted, Failed
from notifier.channels.signed_post import LONGEST_WAIT, asked_wait
from notifier.texts.alert import alert_message
from tests.notifier.changes import WILL_NOT, clause, notice
from tests.notifier.sink import Sink
from tests.server import Answer
from tests.sources import PROJECT

SECRET = "CANARY-shared-secret"
MESSAGE = alert_message(notice(WILL_NOT))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

Verified = Callable[[dict[str, str], bytes, str], bool]


@pytest.fixture(scope="module")
def verified() -> Verified:
    """Return the verification that the documentation recommends to receivers."""
    (snippet,) = re.findall(r"```python\n(import base64.*?)```", (PROJECT / "docs/alerts.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(snippet, names)  # noqa: S102  our own documentation
    verified: Verified = names["verified"]
    return verified


@pytest.fixture
def channel(hook: Sink) -> Channel:
    return Channel("tickets", hook.signed(SECRET))


def test_the_documented_verification_accepts_a_message(hook: Sink, channel: Channel, verified: Verified) -> None:
    assert send_message(channel, "", MESSAGE) == Accepted()
    (taken,) = hook.taken
    assert verified(taken.headers, taken.content, SECRET)


@pytest.mark.parametrize("what", ["body", "secret", "id", "timestamp", "age"])
def test_the_documented_verification_refuses_a_changed_message(
    hook: Sink, channel: Channel, verified: Verified, what: str
) -> None:
    send_message(channel, "", MESSAGE)
    (taken,) = hook.taken
    headers, body, secret = dict(taken.headers), taken.content, SECRET
    if what == "body":
        body = body.replace(b"1", b"2", 1)
    elif what == "secret":
        secret += "x"
    elif what == "id":
        headers["webhook-id"] += "x"
    else:
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) - (1 if what == "timestamp" else 3600))
    assert not verified(headers, body, secret)


def test_the_body_has_exactly_the_documented_keys(hook: Sink, channel: Channel) -> None:
    send_message(channel, "", MESSAGE)
    (received,) = hook.received
    documentation = (PROJECT / "docs/alerts.md").read_text().partition("The body is JSON")[2].partition("\n### ")[0]
    rows = [line.split("|")[1] for line in documentation.splitlines() if line.startswith("| `")]
    assert set(received) == {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert received["version"] == 1
    assert received["kind"] == "alert"
    assert received["alerts"][0]["before"] == "We will not share your orders with others without your consent."
    assert received["later"]["first_seen"] == "2026-11-22T21:04:00+00:00"


def test_a_message_that_is_sent_again_has_the_same_key_and_the_same_bytes(hook: Sink, channel: Channel) -> None:
    send_message(channel, "", MESSAGE)
    send_message(channel, "", alert_message(notice(WILL_NOT)))
    first, second = hook.taken
    assert first.key == second.key == first.headers["webhook-id"]
    assert first.content == second.content
    assert len(hook.kept) == 1


def test_different_channels_and_different_messages_have_different_keys(hook: Sink, channel: Channel) -> None:
    send_message(channel, "", MESSAGE)
    send_message(Channel("others", channel.url), "", MESSAGE)
    send_message(channel, "", alert_message(notice(clause("{+We sell data.+}"), WILL_NOT)))
    assert len(hook.kept) == 3


def test_the_body_has_nothing_that_acts_in_a_web_page(hook: Sink, channel: Channel) -> None:
    hostile = "</script><script>alert(1)</script>\u2028\u202e&#60;\x1b[31m\x00 é"
    send_message(channel, "", alert_message(notice(clause("{+" + hostile + "+}"), policy=hostile)))
    (taken,) = hook.taken
    assert taken.content.isascii()
    assert not re.search(rb"[<>&\x00-\x1f]|\\u001b|\\u0000|\\u202[8e]", taken.content.replace(rb"\n", b""))
    assert "</script>" in json.loads(taken.content)["alerts"][0]["after"]


def test_parameters_of_the_address_go_to_the_receiver_except_our_own_parameters(hook: Sink) -> None:
    address = hook.signed(SECRET, "hook/a%20b?Team=pri%26vacy&empty=&rto=5&verify=no")
    assert send_message(Channel("tickets", address), "", MESSAGE) == Accepted()
    assert hook.taken[0].path == "/hook/a%20b?Team=pri%26vacy&empty="


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(s, s not in (408, 425, 429) and 400 <= s < 500) for s in (301, 302, 307, 400, 401, 403, 404, 408)]
    + [(409, True), (410, True), (413, True), (425, False), (429, False), (500, False), (502, False), (503, False)],
)
def test_refusals_are_permanent_or_temporary(hook: Sink, channel: Channel, status: int, permanent: bool) -> None:
    hook.status, hook.location = status, "/elsewhere" if status < 400 else ""
    outcome = send_message(channel, "", MESSAGE)
    assert isinstance(outcome, Failed)
    assert outcome.permanent == permanent
    assert str(status) in outcome.reason
    assert hook.asked == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_status_means_accepted(hook: Sink, channel: Channel, status: int) -> None:
    hook.status = status
    assert send_message(channel, "", MESSAGE) == Accepted()


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_can_say_when_to_try_again(hook: Sink, channel: Channel, status: int) -> None:
    hook.answers = [Answer(b"slow \x1b[31mdown", status, (("Retry-After", "120"),))]
    before = datetime.now(UTC)
    outcome = send_message(channel, "", MESSAGE)
    assert isinstance(outcome, Failed)
    assert outcome.not_before is not None
    assert timedelta(seconds=119) < outcome.not_before - before < timedelta(seconds=150)
    assert outcome.unreachable == (status == 429)
    assert outcome.reason == f"the receiver answered {status} slow [31mdown"


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", timedelta(0)),
        ("30", timedelta(seconds=30)),
        ("999999999999", LONGEST_WAIT),
        ("Sun, 22 Nov 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 22 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("Fri, 22 Nov 2030 12:05:00 GMT", LONGEST_WAIT),
        ("-5", None),
        ("soon", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_up_to_a_limit(value: str | None, wait: timedelta | None) -> None:
    assert asked_wait(value, NOW) == wait


@pytest.mark.parametrize("breaks", ["reset", "drop"])
def test_a_broken_connection_is_a_temporary_failure(hook: Sink, channel: Channel, breaks: Any) -> None:
    hook.answers = [Answer(breaks=breaks)]
    outcome = send_message(channel, "", MESSAGE)
    assert outcome == Failed("no answer from 127.0.0.1: the connection was refused or broke off", unreachable=True)


def test_a_receiver_that_does_not_respond_is_given_up_after_its_time_limit(hook: Sink) -> None:
    hook.answers = [Answer(breaks="silence", late=1)]
    outcome = send_message(Channel("tickets", hook.signed(SECRET, "hook?rto=0.2")), "", MESSAGE)
    assert outcome == Failed("no answer from 127.0.0.1: it took too long", unreachable=True)


@pytest.fixture
def dripping() -> Iterator[int]:
    """Run a server that sends a response one byte at a time and never ends it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            try:
                connection, _ = listener.accept()
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not stop.is_set():
                    connection.sendall(b"x")
                    time.sleep(0.05)
                connection.close()
            except OSError:
                return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        stop.set()
    thread.join(timeout=2)


def test_a_receiver_that_responds_byte_by_byte_is_given_up_after_the_time_limit(dripping: int) -> None:
    """Each byte arrives before the time-out of the socket, so this time-out does not end the endless response."""
    channel = Channel("tickets", f"webhook://:{SECRET}@127.0.0.1:{dripping}/")
    assert send_message(channel, "", MESSAGE, timeout=0.5) == Failed("no whole answer within 0.5 s", unreachable=True)


def test_no_outcome_log_or_error_shows_the_secret(
    hook: Sink, channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    hook.answers = [Answer(f"echo {SECRET}".encode(), 500), Answer(breaks="reset")]
    with caplog.at_level(1):
        logging.getLogger("apprise").setLevel(1)
        outcomes = [send_message(channel, "", MESSAGE) for _ in range(3)]
    logging.getLogger("apprise").setLevel(logging.NOTSET)
    assert outcomes[-1] == Accepted()
    assert SECRET not in repr(outcomes) + caplog.text + str(hook.taken)


@pytest.mark.parametrize(
    ("url", "recipient", "said"),
    [
        ("webhooks://hooks.example.org/x", "", "its secret has fewer than 16 characters"),
        ("webhooks://:CANARYshort@hooks.example.org/x", "", "its secret has fewer than 16 characters"),
        ("webhooks://:whsec_!!CANARY!!CANARY@hooks.example.org/x", "", "not base64"),
        ("webhooks://CANARYCANARYCANARY@hooks.example.org/x", "", "after a colon"),
        ("webhooks://:CANARYCANARYCANARY@", "", "Apprise cannot read this webhooks address"),
        ("webhooks://:CANARYCANARYCANARY@hooks.example.org:port/x", "", "Apprise cannot read this webhooks address"),
        ("webhooks://:CANARYCANARYCANARY@hooks.example.org/x", "a@b.example", "takes no recipient"),
    ],
)
def test_addresses_that_cannot_be_used(url: str, recipient: str, said: str) -> None:
    answer = address_problem(url, recipient)
    assert answer is not None
    assert said in answer
    assert "CANARY" not in answer


def test_a_secret_may_have_any_characters(hook: Sink, verified: Verified) -> None:
    secret = "p%C3%A4ss%2Fw%3Ard%40%3F%23%25-and-more"
    assert send_message(Channel("tickets", hook.signed(secret)), "", MESSAGE) == Accepted()
    assert verified(hook.taken[0].headers, hook.taken[0].content, "päss/w:rd@?#%-and-more")
