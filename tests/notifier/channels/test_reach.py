"""Tests that a channel contacts only the hosts in the configuration, whatever a recipient contains.

With `clausewatch subscribe`, people who may not edit the configuration can name recipients. An audit hook of Python
sees and prevents every name lookup and every connection. So the tests need not patch any code, and nothing leaves this
machine.
"""

from __future__ import annotations

import inspect
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from apprise.apprise import N_MGR

from notifier.audience.subscriptions import Channel
from notifier.channels import ALLOWED, address_problem, send_message
from notifier.channels.outcome import Failed
from notifier.texts.alert import alert_message
from tests.certificates import self_signed
from tests.notifier.changes import WILL_NOT, notice
from tests.notifier.services import services

MESSAGE = alert_message(notice(WILL_NOT))

UUID = "8b799edf-6f98-4d3a-9be7-2862fb4e5752"
HEX = "0123456789abcdef" * 4

ADDRESSES = {
    "mailto": ("mailto://watch:mail-password@mail.example/?from=a@b.example", "officer@example.org"),
    "brevo": (f"brevo://{HEX}:a@b.example", "officer@example.org"),
    "mailersend": (f"mailersend://{HEX}:a@b.example", "officer@example.org"),
    "mailgun": (f"mailgun://user@b.example/{HEX[:32]}-{HEX[:8]}-{HEX[:8]}", "officer@example.org"),
    "o365": (f"o365://a@b.example/{UUID}/{UUID}/abcd12345", "officer@example.org"),
    "postmark": (f"postmark://{UUID}:a@b.example", "officer@example.org"),
    "resend": ("resend://re_abcdefghijkl:a@b.example", "officer@example.org"),
    "sendgrid": ("sendgrid://abcdefghijkl:a@b.example", "officer@example.org"),
    "ses": (f"ses://a@b.example/{'A' * 20}/{'b' * 40}/us-east-2", "officer@example.org"),
    "smtp2go": (f"smtp2go://user@b.example/{HEX[:32]}", "officer@example.org"),
    "sparkpost": (f"sparkpost://user@b.example/{HEX[:32]}", "officer@example.org"),
    "line": (f"line://{HEX}/placeholder", "U1234"),
    "matrix": ("matrix://user:chat-password@chat.example/?discovery=no", "#room"),
    "mmost": ("mmost://chat.example/abcdefghijklmnopqrstuvwxyz", "town-square"),
    "nctalk": ("nctalk://user:chat-password@chat.example/room", "room1"),
    "revolt": (f"revolt://{HEX}/placeholder", "room1"),
    "rocket": ("rocket://user:chat-password@chat.example/#general", "#general"),
    "signal": ("signal://watch:chat-password@chat.example/15551234567", "15557654321"),
    "slack": ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "#general"),
    "tgram": ("tgram://123456789:abcdefg_hijklmnop", "12315544"),
    "threema": ("threema://*GATEWAY@abcdefghijklmnop/", "ABCDEFGH"),
    "twist": ("twist://twist-password:user@b.example", "12345"),
    "webex": (f"webex://{HEX}{HEX[:16]}/{'R' * 80}", "Y2lzY29zcGFyazovL3VzL1JPT00v"),
    "whatsapp": ("whatsapp://abcdefghijkl@12345678901234", "15557654321"),
    "zulip": ("zulip://bot-name@example/a6ghMspGv7IKW4ZsnZd5Q1YV3qbLD9y6", "general"),
    "betterstack": ("betterstack://abcdefghijklmnopqrstuvwx", "policy"),
    "jira": (f"jira://{UUID}", "@user"),
    "ntfy": ("ntfy://watch:chat-password@chat.example/topic", "topic"),
    "opsgenie": (f"opsgenie://{UUID}", "@user"),
    "pbul": ("pbul://abcdefghijkl", "#general"),
    "pover": (f"pover://{'u' * 30}@{'t' * 30}", "phone"),
    "pushy": ("pushy://abcdefghijkl", "device"),
}
"""An address for each service that has recipients. Each address comes with an ordinary recipient."""

WITHOUT_RECIPIENTS = {
    "webhook": "webhook://:sixteen-characters@hooks.example/x?token=query-of-the-desk",
    "discord": f"discord://123456789012345678/{'a1' * 34}",
    "gchat": "gchat://workspace/key-of-the-desk/token-of-the-desk",
    "guilded": f"guilded://{UUID}/{'a1' * 34}",
    "lark": "lark://abcdefghijkl",
    "ryver": "ryver://organization/abcdefghijklmno",
    "workflows": f"workflows://teams.example/{'a' * 32}/{'b' * 43}",
    "zoom": "zoom://webhookid/token-of-the-desk",
    "gotify": "gotify://push.example/abcdefghijkl",
    "ilert": "ilert://il1abcdefghijkl",
    "incidentio": "incidentio://ABCDEFGH/tokentokentoken",
    "pagerduty": "pagerduty://integrationkey@apikeyofthedesk",
    "pagertree": "pagertree://int_abcdefgh",
    "signl4": "signl4://abcdefghijkl",
    "spike": f"spike://{HEX[:32]}",
    "splunk": "splunk://routing@apikeyofthedesk",
    "squadcast": f"squadcast://{HEX[:32]}",
    "apprise": "apprise://gateway.example/token-of-the-desk",
    "form": "form://hooks.example/path-of-the-desk",
    "json": "json://hooks.example/path-of-the-desk?+X-Key=header-of-the-desk&-q=query-of-the-desk",
    "xml": "xml://watch:hook-password@hooks.example/x",
}
"""An address for each service that has no recipients."""

STEERING = (
    "internal.example",
    "http://internal.example/",
    "https://internal.example:8443/x",
    "//internal.example/x",
    "x@internal.example",
    "@internal.example",
    "user@x@internal.example",
    "#internal.example",
    "#room:internal.example",
    "!room:internal.example",
    "@user:internal.example",
    "x\r\nHost: internal.example",
    "../../../../internal.example",
    "..%2f..%2finternal.example",
    "x?host=internal.example",
    "x#@internal.example/",
    "x\\@internal.example",
    "127.0.0.1:9",
    "[::1]",
    "2130706433",
    "x@[127.0.0.1]",
    "officer@example.org,x@internal.example",
    "officer@example.org?smtp=internal.example",
    "officer%40internal.example",
    "x@example.org@internal.example:25",
)

asked: list[str] | None = None
"""Hosts that our code looked up or connected to. This is None while the hook does not record."""


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if asked is None or event not in ("socket.getaddrinfo", "socket.connect"):
        return
    host = arguments[0] if event == "socket.getaddrinfo" else arguments[1][0]
    asked.append(str(host))
    raise socket.gaierror(socket.EAI_NONAME, "nothing leaves this test")


sys.addaudithook(watch)


@contextmanager
def hosts() -> Iterator[list[str]]:
    """Record every host that our code tries to contact, and prevent every connection."""
    global asked  # noqa: PLW0603  a hook cannot be taken out again
    asked = []
    try:
        yield asked
    finally:
        asked = None


def test_every_allowed_service_is_tested() -> None:
    assert address_problem("json://h.example") is None  # registers our plugins
    taking = {N_MGR[scheme] for scheme in ALLOWED if "targets" in inspect.signature(N_MGR[scheme].__init__).parameters}
    assert taking == {N_MGR[scheme] for scheme in ADDRESSES}
    assert {N_MGR[scheme] for scheme in ALLOWED} - taking == {N_MGR[scheme] for scheme in WITHOUT_RECIPIENTS}


@pytest.mark.parametrize(
    ("url", "recipient"), [*ADDRESSES.values(), *((url, "") for url in WITHOUT_RECIPIENTS.values())]
)
def test_no_message_counts_as_sent_before_the_host_was_contacted(url: str, recipient: str) -> None:
    """Some plugins ignore messages of type "info" and report them as sent."""
    assert address_problem(url, recipient) is None
    with hosts() as named:
        outcome = send_message(Channel("chat", url), recipient, MESSAGE)
    assert isinstance(outcome, Failed)
    assert len(set(named)) == 1
    assert "internal" not in named[0]


@pytest.mark.parametrize("scheme", ADDRESSES)
def test_no_recipient_makes_a_channel_contact_a_different_host(scheme: str) -> None:
    url, ordinary = ADDRESSES[scheme]
    with hosts() as usual:
        send_message(Channel("chat", url), ordinary, MESSAGE)
    with hosts() as named:
        for recipient in STEERING:
            send_message(Channel("chat", url), recipient, MESSAGE)
    assert set(named) <= set(usual)


@pytest.mark.parametrize(
    ("option", "asked_for"), [("", {"chat.example"}), ("&discovery=yes", {"chat.example", "internal.example"})]
)
@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_server_can_name_a_different_host_only_if_the_address_allows_this(
    option: str, asked_for: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services(self_signed(tmp_path)) as running:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{running.port}")
        url = f"matrixs://watch:matrix-password@chat.example/!room:chat.example?verify=no{option}"
        send_message(Channel("chat", url), "", MESSAGE)
        assert running.hosts == asked_for
