"""Tests sending a message to a target through Apprise. The tests check what is sent, which channels may be used, and
how failures are reported."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator

import pytest

from notifier.audience.subscriptions import Channel
from notifier.channels import ALLOWED, address_problem, send_message
from notifier.channels.outcome import Accepted, Failed
from notifier.texts.alert import alert_message
from notifier.texts.dialects import ANY
from tests.notifier.changes import WILL_NOT, notice
from tests.notifier.sink import Sink
from tests.smtp import MailServer

MESSAGE = alert_message(notice(WILL_NOT))


@pytest.mark.parametrize(
    ("url", "recipient"),
    [
        ("mailto://watch:pw@mail.example.org", ""),
        ("mailtos://watch:pw@mail.example.org", "officer@example.org"),
        ("mailto://mail.example.org?from=watch@example.org", "officer@example.org"),
        ("json://127.0.0.1:8080/hook?+X-Key=k", ""),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", ""),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "#general"),
        ("tgram://123456789:abcdefg_hijklmnop", "12315544"),
        ("discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789", ""),
    ],
)
def test_addresses_that_can_be_used(url: str, recipient: str) -> None:
    assert address_problem(url, recipient) is None


@pytest.mark.parametrize(
    ("url", "recipient", "said"),
    [
        ("", "", "it has no scheme"),
        ("CANARY", "", "it has no scheme"),
        ("carrierpigeon://CANARY", "", "Apprise knows no service 'carrierpigeon'"),
        ("tgram://CANARY/123", "", "Apprise cannot read this tgram address"),
        ("https://example.org/CANARY", "", "Apprise cannot read this https address"),
        ("mailto://", "", "Apprise cannot use this mailto address"),
        ("mailto://a:CANARY@h.example", "no address", "'no address' is not a recipient that mailto understands"),
        ("mailto://a:CANARY@h.example?cc=b@h.example", "", "cc= is not supported here: name each recipient in `via`"),
        ("mailtos://a:CANARY@h.example?pgp=encrypt", "", "pgp= is not supported here"),
        ("mailto://a:CANARY@h.example/b@h.example/c@h.example", "", "it names 2 recipients"),
        ("json://h.example/CANARY", "me@example.org", "a json channel takes no recipient"),
        ("syslog://CANARY", "", "syslog is not one of the services that are allowed for alerts"),
        ("mastodon://CANARYCANARYCANARY@h.example", "", "mastodon is not one of the services"),
    ],
)
def test_addresses_that_cannot_be_used_are_reported_clearly_without_their_secret(
    url: str, recipient: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(1):
        answer = address_problem(url, recipient)
    assert answer is not None
    assert said in answer
    assert "CANARY" not in answer
    assert "CANARY" not in caplog.text


def test_no_allowed_service_acts_on_this_machine() -> None:
    local = {"syslog", "dbus", "kde", "qt", "glib", "gio", "gnome", "macosx", "windows", "blink1", "growl", "file"}
    assert not local & set(ALLOWED)


def test_a_mail_has_our_text_and_our_html(mail: MailServer) -> None:
    """If we sent only the HTML, Apprise would make the plain text from the HTML, and the marks of the redline would be
    lost."""
    assert send_message(Channel("desk", mail.url), "officer@example.org", MESSAGE) == Accepted()
    (received,) = mail.received
    assert received.text == MESSAGE.text
    assert received.html == MESSAGE.html
    assert received.mail["To"] == "officer@example.org"
    assert received.mail["From"] == "Clausewatch <watch@clausewatch.example>"
    assert received.mail["Message-ID"] == f"<{MESSAGE.key}@clausewatch.example>"
    assert received.mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in received.mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_recipient_replaces_the_recipient_in_the_address(mail: MailServer) -> None:
    url = f"mailto://127.0.0.1:{mail.port}/first@example.org?from=watch@clausewatch.example"
    send_message(Channel("desk", url), "second@example.org", MESSAGE)
    send_message(Channel("desk", url), "", MESSAGE)
    assert [received.recipients for received in mail.received] == [("second@example.org",), ("first@example.org",)]


def test_words_in_any_script_arrive_unchanged(mail: MailServer) -> None:
    message = alert_message(notice(WILL_NOT, policy="Toko Résumé 日本 🍵"))
    send_message(Channel("desk", mail.url), "officer@example.org", message)
    assert mail.received[0].subject == message.subject
    assert mail.received[0].html == message.html


def test_a_webhook_gets_the_short_form_as_plain_text(hook: Sink) -> None:
    assert send_message(Channel("hook", hook.url()), "", MESSAGE) == Accepted()
    (received,) = hook.received
    assert received["title"] == ANY.escape(MESSAGE.subject)
    assert received["message"].strip() == MESSAGE.chat.single(ANY, MESSAGE.subject)


def test_a_refusal_by_a_webhook_receiver_is_reported_as_temporary(hook: Sink) -> None:
    hook.status = 503
    outcome = send_message(Channel("hook", hook.url("CANARYTOKEN")), "", MESSAGE)
    assert isinstance(outcome, Failed)
    assert "503" in outcome.reason
    assert "CANARYTOKEN" not in outcome.reason
    assert not outcome.permanent


def test_a_redirected_webhook_is_a_failure(hook: Sink) -> None:
    """If the redirect were followed, the POST would become a GET. The GET would get the status 200, although the
    message would be lost.
    """
    hook.status, hook.location = 302, "/elsewhere"
    assert isinstance(send_message(Channel("hook", hook.url()), "", MESSAGE), Failed)


@pytest.mark.parametrize("option", ["optional=yes", "retry=3&wait=9"])
def test_an_address_cannot_hide_a_failure_or_repeat_a_message(hook: Sink, option: str) -> None:
    hook.status = 500
    assert isinstance(send_message(Channel("hook", f"{hook.url()}?{option}"), "", MESSAGE), Failed)


@pytest.mark.parametrize(
    ("answer", "permanent"), [("550 no such mailbox", True), ("450 busy", False), ("452 full", False)]
)
def test_permanent_and_temporary_refusals_of_a_mail_server_are_told_apart(
    mail: MailServer, answer: str, permanent: bool
) -> None:
    mail.refuses["officer@example.org"] = answer
    outcome = send_message(Channel("desk", mail.url), "officer@example.org", MESSAGE)
    assert outcome == Failed(f"the mail server answered {answer}", permanent=permanent)


def test_a_refused_login_is_temporary_and_shows_no_password(mail: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    url = f"mailto://watch:CANARYPASS@127.0.0.1:{mail.port}/?from=watch@clausewatch.example"
    with caplog.at_level(1):
        outcome = send_message(Channel("desk", url), "officer@example.org", MESSAGE)
    assert isinstance(outcome, Failed)
    assert not outcome.permanent
    assert "CANARYPASS" not in repr(outcome) + caplog.text


def test_a_server_that_cannot_be_reached_is_reported() -> None:
    outcome = send_message(Channel("desk", "mailto://127.0.0.1:1/?from=a@b.example"), "officer@example.org", MESSAGE)
    assert isinstance(outcome, Failed)
    assert outcome.unreachable
    assert "127.0.0.1:1" in outcome.reason


@pytest.fixture
def mute() -> Iterator[int]:
    """Listen on a port, accept connections, and send nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted: list[socket.socket] = []

        def accept() -> None:
            try:
                accepted.append(listener.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        for connection in accepted:
            connection.close()
    thread.join(timeout=1)


@pytest.mark.parametrize("scheme", ["mailto", "json"])
def test_a_server_that_never_responds_is_a_temporary_failure(mute: int, scheme: str) -> None:
    url = f"{scheme}://127.0.0.1:{mute}/?from=a@b.example&rto=0.2"
    outcome = send_message(Channel("desk", url), "officer@example.org" if scheme == "mailto" else "", MESSAGE)
    assert isinstance(outcome, Failed)
    assert not outcome.permanent


def test_no_log_level_shows_a_secret(hook: Sink, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(1):
        logging.getLogger("apprise").setLevel(1)
        send_message(Channel("hook", f"{hook.url('CANARYPATH')}?+X-Key=CANARYHEADER&-q=CANARYQUERY"), "", MESSAGE)
        hook.status = 500
        send_message(Channel("hook", f"{hook.url('CANARYPATH')}?+X-Key=CANARYHEADER&-q=CANARYQUERY"), "", MESSAGE)
    logging.getLogger("apprise").setLevel(logging.NOTSET)
    assert len(hook.received) == 1
    assert "CANARY" not in caplog.text


def test_an_address_that_cannot_be_used_is_returned_as_a_failure() -> None:
    """The configuration may have changed since its addresses were checked."""
    assert send_message(Channel("desk", "carrierpigeon://x"), "", MESSAGE) == Failed(
        str(address_problem("carrierpigeon://x"))
    )
