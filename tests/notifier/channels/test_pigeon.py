"""Tests the plugin for Pigeon: what it posts, and which reasons it gives."""

from __future__ import annotations

import logging

import pytest

from tests.notifier.channels.pigeon import Pigeon
from tests.notifier.sink import Sink


def plugin(address: str) -> Pigeon:
    """Return the plugin for an address."""
    parts = Pigeon.parse_url(address)
    assert parts is not None
    return Pigeon(**parts)


def test_a_text_is_posted_to_the_room_in_the_address(hook: Sink) -> None:
    assert plugin(f"pigeon://127.0.0.1:{hook.port}/T0KEN/legal%20desk%2F..%2Fx").send("The policy changed.")
    (taken,) = hook.taken
    assert taken.path == "/rooms/legal%20desk%2F..%2Fx"
    assert taken.headers["authorization"] == "Bearer T0KEN"
    assert hook.received == [{"pigeon": "The policy changed."}]


@pytest.mark.parametrize("status", [302, 404, 503])
def test_a_refused_post_has_a_reason_without_the_token(
    hook: Sink, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    hook.status, hook.location = status, "/elsewhere"
    with caplog.at_level(logging.WARNING):
        assert not plugin(f"pigeon://127.0.0.1:{hook.port}/CANARY/desk").send("The policy changed.")
    assert f"127.0.0.1 answered {status}" in caplog.text
    assert "CANARY" not in caplog.text


def test_a_server_that_cannot_be_reached_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert not plugin("pigeon://127.0.0.1:1/T0KEN/desk").send("The policy changed.")
    assert "no answer from 127.0.0.1" in caplog.text


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("pigeons://chat.example", "write the token after the host"),
        ("pigeons://chat.example/T0KEN", "name one room"),
        ("pigeons://chat.example/T0KEN/one/two", "name one room"),
    ],
)
def test_an_address_with_a_missing_part_is_refused_with_a_reason(address: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        plugin(address)


def test_an_address_without_a_host_cannot_be_parsed() -> None:
    assert Pigeon.parse_url("pigeons://") is None
